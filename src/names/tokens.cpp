#include "names/tokens.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace homeport::names {
namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";

}  // namespace

std::string token_text(const TokenBits& bits) {
    std::string text(kTokenPrefix);
    unsigned held = 0;
    unsigned held_bits = 0;
    for (const std::byte octet : bits) {
        held = held << 8 | std::to_integer<unsigned>(octet);
        for (held_bits += 8; held_bits >= 5; held_bits -= 5)
            text += kBase32[held >> (held_bits - 5) & 31];
    }
    text += kBase32[held << (5 - held_bits) & 31];
    return text;
}

std::optional<TokenBits> parse_token(std::string_view text) {
    if (text.size() != kTokenTextBytes || !text.starts_with(kTokenPrefix)) return std::nullopt;
    TokenBits bits{};
    std::size_t filled = 0;
    unsigned held = 0;
    unsigned held_bits = 0;
    for (const char c : text.substr(kTokenPrefix.size())) {
        const std::size_t value = kBase32.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        held = held << 5 | static_cast<unsigned>(value);
        held_bits += 5;
        if (held_bits < 8) continue;
        held_bits -= 8;
        bits[filled++] = static_cast<std::byte>(held >> held_bits);
    }
    // One text for one token: what is left over must be zero.
    const unsigned left_over = held & ((1U << held_bits) - 1);
    return left_over == 0 ? std::optional(bits) : std::nullopt;
}

TokenHash hash_token(const KeyedHash& key, const TokenBits& bits) {
    return key.mac("token", bits);
}

std::string token_id(const TokenHash& hash) {
    return to_hex(hash);
}

std::optional<TokenHash> parse_token_id(std::string_view text) {
    const auto bytes = from_hex(text);
    TokenHash hash{};
    if (!bytes || bytes->size() != hash.size()) return std::nullopt;
    std::ranges::copy(*bytes, hash.begin());
    return hash;
}

}  // namespace homeport::names
