#pragma once
/// Views of bytes, and the reader and writer that all wire formats use.
/// Integers are varints as in RFC 9000 section 16 (1, 2, 4 or 8 bytes, top two bits tell; at most
/// 2^62-1) or big-endian fixed width. A `Reader` never reads past its end: it turns `bad` instead
/// and stays bad, so a parser checks once, at the end.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace homeport {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

inline Bytes as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline constexpr std::uint64_t kMaxVarint = (std::uint64_t{1} << 62) - 1;
inline constexpr std::size_t kMaxVarintBytes = 8;

/// Bytes that `value` takes as a varint. Requires value <= kMaxVarint.
std::size_t varint_size(std::uint64_t value);

class Reader {
public:
    explicit Reader(Bytes input) : input_(input) {}

    std::uint8_t u8();
    std::uint16_t u16();
    std::uint32_t u32();
    std::uint64_t u64();
    std::uint64_t varint();
    /// A varint that must be at most `max`, else the reader turns bad.
    std::uint64_t varint_up_to(std::uint64_t max);
    Bytes take(std::size_t count);
    /// Varint length, then that many bytes; at most `max_bytes`.
    std::string_view text(std::size_t max_bytes);
    Bytes rest();

    bool ok() const { return !bad_; }
    std::size_t remaining() const { return input_.size(); }
    /// True when everything was read and nothing was wrong: the usual last line of a parser.
    bool done() const { return !bad_ && input_.empty(); }

private:
    std::uint64_t big_endian(std::size_t count);

    Bytes input_;
    bool bad_ = false;
};

/// Appends to a fixed buffer. Requires room: callers size the buffer by the format's maximum, and
/// running over is a broken invariant.
class Writer {
public:
    explicit Writer(MutableBytes output) : output_(output) {}

    void u8(std::uint8_t value);
    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void varint(std::uint64_t value);
    void raw(Bytes bytes);
    /// Varint length, then the bytes.
    void text(std::string_view text);

    /// The next `count` bytes, to be filled by the caller.
    MutableBytes extend(std::size_t count);

    std::size_t size() const { return used_; }
    std::size_t room() const { return output_.size() - used_; }
    Bytes written() const { return Bytes(output_.first(used_)); }

private:
    void big_endian(std::uint64_t value, std::size_t count);

    MutableBytes output_;
    std::size_t used_ = 0;
};

}  // namespace homeport
