#pragma once
/// SipHash-2-4 (Aumasson, Bernstein 2012): a short keyed hash that strangers cannot steer without
/// the key. Pure.

#include "core/bytes.hpp"

#include <array>
#include <cstdint>

namespace homeport::dns {

using SipKey = std::array<std::byte, 16>;

std::uint64_t siphash(const SipKey& key, Bytes input);

}  // namespace homeport::dns
