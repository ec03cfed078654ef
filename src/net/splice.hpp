#pragma once
/// Carries the bytes of one stream into another without looking at them. `net/linux` leaves them in
/// the kernel (splice(2)); CopySplice works between any two streams.

#include "net/stream.hpp"

#include <array>
#include <cstddef>
#include <memory>

namespace homeport::net {

/// Most bytes that one splice holds between its two streams, and moves at once.
inline constexpr std::size_t kSpliceBytes = 256 * 1024;

/// Serves one direction between the same two streams all its life.
class Splice {
public:
    virtual ~Splice() = default;
    /// `ok`: at least one byte was written to `to`, at most `max_bytes` were read. `eof` and
    /// `error` are those of `from`, `eof` only once all was written; an error of `to` is reported
    /// as `to_failed`. `again` with held() > 0 means that `to` is full, else that `from` has
    /// nothing: the edge comes from there.
    virtual IoResult move(Stream& from, Stream& to, std::size_t max_bytes, bool& to_failed) = 0;
    /// Bytes that were read and not written yet.
    virtual std::size_t held() const = 0;
};

class CopySplice final : public Splice {
public:
    IoResult move(Stream& from, Stream& to, std::size_t max_bytes, bool& to_failed) override;
    std::size_t held() const override { return end_ - begin_; }

private:
    static constexpr std::size_t kBufferBytes = 64 * 1024;

    std::unique_ptr<std::array<std::byte, kBufferBytes>> buffer_;
    std::size_t begin_ = 0;  ///< of what is held
    std::size_t end_ = 0;
};

}  // namespace homeport::net
