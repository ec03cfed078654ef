#include "core/bytes.hpp"

#include "core/assert.hpp"

#include <cstring>

namespace homeport {

std::size_t varint_size(std::uint64_t value) {
    if (value < (1U << 6)) return 1;
    if (value < (1U << 14)) return 2;
    if (value < (1U << 30)) return 4;
    return 8;
}

Bytes Reader::take(std::size_t count) {
    if (bad_ || count > input_.size()) {
        bad_ = true;
        input_ = {};
        return {};
    }
    const Bytes taken = input_.first(count);
    input_ = input_.subspan(count);
    return taken;
}

Bytes Reader::rest() {
    return take(input_.size());
}

std::uint64_t Reader::big_endian(std::size_t count) {
    std::uint64_t value = 0;
    for (const std::byte byte : take(count))
        value = value << 8 | std::to_integer<std::uint64_t>(byte);
    return value;
}

std::uint8_t Reader::u8() {
    return static_cast<std::uint8_t>(big_endian(1));
}
std::uint16_t Reader::u16() {
    return static_cast<std::uint16_t>(big_endian(2));
}
std::uint32_t Reader::u32() {
    return static_cast<std::uint32_t>(big_endian(4));
}
std::uint64_t Reader::u64() {
    return big_endian(8);
}

std::uint64_t Reader::varint() {
    if (input_.empty()) {
        bad_ = true;
        return 0;
    }
    const std::size_t length = std::size_t{1} << (std::to_integer<unsigned>(input_[0]) >> 6);
    return big_endian(length) & ~(std::uint64_t{3} << (length * 8 - 2));
}

std::uint64_t Reader::varint_up_to(std::uint64_t max) {
    const std::uint64_t value = varint();
    if (value <= max) return value;
    bad_ = true;
    return 0;
}

std::string_view Reader::text(std::size_t max_bytes) {
    return as_text(take(varint_up_to(max_bytes)));
}

void Writer::raw(Bytes bytes) {
    HOMEPORT_ASSERT(bytes.size() <= room());
    if (!bytes.empty()) std::memcpy(output_.data() + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
}

MutableBytes Writer::extend(std::size_t count) {
    HOMEPORT_ASSERT(count <= room());
    const MutableBytes added = output_.subspan(used_, count);
    used_ += count;
    return added;
}

void Writer::big_endian(std::uint64_t value, std::size_t count) {
    HOMEPORT_ASSERT(count <= room());
    for (std::size_t i = count; i-- > 0;) {
        output_[used_++] = static_cast<std::byte>(value >> (i * 8));
    }
}

void Writer::u8(std::uint8_t value) {
    big_endian(value, 1);
}
void Writer::u16(std::uint16_t value) {
    big_endian(value, 2);
}
void Writer::u32(std::uint32_t value) {
    big_endian(value, 4);
}
void Writer::u64(std::uint64_t value) {
    big_endian(value, 8);
}

void Writer::varint(std::uint64_t value) {
    HOMEPORT_ASSERT(value <= kMaxVarint);
    const std::size_t length = varint_size(value);
    const std::uint64_t tag = length == 1 ? 0 : length == 2 ? 1 : length == 4 ? 2 : 3;
    big_endian(value | tag << (length * 8 - 2), length);
}

void Writer::text(std::string_view text) {
    varint(text.size());
    raw(as_bytes(text));
}

}  // namespace homeport
