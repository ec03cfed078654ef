#include "sim/world/pattern.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace homeport::sim {

namespace {

constexpr std::uint32_t kOrderMagic = 0x4f524431;  // "ORD1"
constexpr std::uint32_t kReceiptMagic = 0x52435031;

constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15u;

std::uint32_t checksum(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    return static_cast<std::uint32_t>(mix(mix(mix(a) ^ b) ^ c));
}

}  // namespace

void fill_pattern(std::uint64_t seed, std::uint64_t offset, MutableBytes out) {
    const std::uint64_t base = mix(seed);
    std::uint64_t index = offset / 8;
    std::size_t skip = offset % 8;
    while (!out.empty()) {
        std::array<std::byte, 8> word;
        const std::uint64_t value = mix(base + index++ * kStep);
        for (std::size_t i = 0; i < 8; ++i) word[i] = static_cast<std::byte>(value >> (8 * i));
        const std::size_t count = std::min(8 - skip, out.size());
        std::memcpy(out.data(), word.data() + skip, count);
        out = out.subspan(count);
        skip = 0;
    }
}

std::optional<std::size_t> find_wrong_byte(std::uint64_t seed, std::uint64_t offset, Bytes bytes) {
    std::array<std::byte, 4096> expected;
    for (std::size_t done = 0; done < bytes.size();) {
        const std::size_t count = std::min(expected.size(), bytes.size() - done);
        fill_pattern(seed, offset + done, MutableBytes(expected).first(count));
        if (std::memcmp(expected.data(), bytes.data() + done, count) != 0) {
            const auto [right, wrong] =
                std::ranges::mismatch(Bytes(expected).first(count), bytes.subspan(done, count));
            return static_cast<std::size_t>(wrong - bytes.begin());
        }
        done += count;
    }
    return std::nullopt;
}

void Order::write(Writer& writer) const {
    writer.u32(kOrderMagic);
    writer.u8(static_cast<std::uint8_t>(mode));
    writer.u64(seed);
    writer.u64(length);
    writer.u64(abort_at);
    writer.u32(checksum(seed, length, abort_at));
}

std::optional<Order> Order::read(Bytes bytes) {
    Reader reader(bytes);
    const bool magic = reader.u32() == kOrderMagic;
    Order order;
    const std::uint8_t mode = reader.u8();
    order.mode = static_cast<Mode>(mode);
    order.seed = reader.u64();
    order.length = reader.u64();
    order.abort_at = reader.u64();
    const bool sum = reader.u32() == checksum(order.seed, order.length, order.abort_at);
    if (!reader.done() || !magic || !sum || mode > 2) return std::nullopt;
    return order;
}

void write_receipt(Writer& writer, const Order& order) {
    writer.u32(kReceiptMagic);
    writer.u64(order.length);
    writer.u32(checksum(order.seed, order.length, kReceiptMagic));
}

}  // namespace homeport::sim
