#pragma once
/// Octets of messages and names: unsigned, big-endian, letters of ASCII.

#include "core/bytes.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace homeport::dns {

using Octet = std::uint8_t;

inline const Octet* octets(Bytes bytes) {
    return reinterpret_cast<const Octet*>(bytes.data());
}
inline Bytes bytes_of(const Octet* data, std::size_t size) {
    return {reinterpret_cast<const std::byte*>(data), size};
}

inline std::uint16_t load_u16(const Octet* at) {
    return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}
inline std::uint32_t load_u32(const Octet* at) {
    return static_cast<std::uint32_t>(load_u16(at)) << 16 | load_u16(at + 2);
}
inline Octet* store_u16(Octet* at, std::uint16_t value) {
    at[0] = static_cast<Octet>(value >> 8);
    at[1] = static_cast<Octet>(value);
    return at + 2;
}
inline Octet* store_u32(Octet* at, std::uint32_t value) {
    return store_u16(store_u16(at, static_cast<std::uint16_t>(value >> 16)),
                     static_cast<std::uint16_t>(value));
}

constexpr Octet to_lower(Octet octet) {
    return octet >= 'A' && octet <= 'Z' ? static_cast<Octet>(octet | 0x20) : octet;
}

/// Eight octets at once: those that are capital letters get their bit 0x20.
constexpr std::uint64_t to_lower8(std::uint64_t octets) {
    constexpr std::uint64_t kEach = 0x0101010101010101;
    const std::uint64_t low7 = octets & 0x7f * kEach;
    const std::uint64_t after_z = low7 + (0x7f - 'Z') * kEach;
    const std::uint64_t from_a = low7 + (0x80 - 'A') * kEach;
    const std::uint64_t capital = from_a & ~after_z & ~octets & 0x80 * kEach;
    return octets | capital >> 2;
}

inline std::uint64_t load8(const Octet* at) {
    std::uint64_t value;
    std::memcpy(&value, at, sizeof value);
    return value;
}
/// 4 to 7 octets; some count twice.
inline std::uint64_t load4_to_7(const Octet* at, std::size_t size) {
    std::uint32_t first;
    std::uint32_t last;
    std::memcpy(&first, at, sizeof first);
    std::memcpy(&last, at + size - sizeof last, sizeof last);
    return static_cast<std::uint64_t>(last) << 32 | first;
}

/// Ignoring the case of ASCII letters.
inline bool equal_octets(const Octet* left, const Octet* right, std::size_t size) {
    if (size >= 8) {
        for (std::size_t i = 0; i + 8 < size; i += 8)
            if (to_lower8(load8(left + i)) != to_lower8(load8(right + i))) return false;
        return to_lower8(load8(left + size - 8)) == to_lower8(load8(right + size - 8));
    }
    if (size >= 4) return to_lower8(load4_to_7(left, size)) == to_lower8(load4_to_7(right, size));
    for (std::size_t i = 0; i < size; ++i)
        if (to_lower(left[i]) != to_lower(right[i])) return false;
    return true;
}

}  // namespace homeport::dns
