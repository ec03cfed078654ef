#pragma once
/// HMAC-SHA-256 with the service's secret, cut to what is needed. Each purpose has hashes of its
/// own: what is known of one tells nothing of another. Pure.

#include "crypto/digest.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace homeport::names {

using Secret = std::array<std::byte, 32>;
using Mac = std::array<std::byte, 16>;

class KeyedHash {
public:
    explicit KeyedHash(const Secret& secret) : key_(crypto::Hash::sha256, secret) {}

    /// The first 16 octets. `purpose` is a word without a zero octet.
    Mac mac(std::string_view purpose, Bytes input) const;
    /// The first 8, for hash tables that strangers must not be able to crowd.
    std::uint64_t number(std::string_view purpose, Bytes input) const;

private:
    crypto::HmacKey key_;
};

}  // namespace homeport::names
