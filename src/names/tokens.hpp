#pragma once
/// Tokens of those who may change names: "hp_" and 128 random bits in base32 (RFC 4648 section 6,
/// lower case, without padding). Only their keyed hashes are kept. Pure.

#include "names/keyed_hash.hpp"
#include "store/name_store.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace homeport::names {

using TokenBits = std::array<std::byte, 16>;
using store::TokenHash;

inline constexpr std::string_view kTokenPrefix = "hp_";
inline constexpr std::size_t kTokenTextBytes = 3 + 26;

std::string token_text(const TokenBits& bits);
/// Nothing for what is no token: the test that costs least.
std::optional<TokenBits> parse_token(std::string_view text);
TokenHash hash_token(const KeyedHash& key, const TokenBits& bits);

/// How a token is called where it is listed and revoked: its hash in hex, of no use to log in.
std::string token_id(const TokenHash& hash);
std::optional<TokenHash> parse_token_id(std::string_view text);

}  // namespace homeport::names
