#pragma once
/// Values as they are written in master files (RFC 1035 section 5.1), and how they are put into
/// wire form. Pure. Errors are `invalid` and say what to write instead behind "; ".

#include "core/result.hpp"
#include "dns/wire/name.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace homeport::dns {

void append_u16(std::string& out, std::uint16_t value);
void append_u32(std::string& out, std::uint32_t value);

/// A decimal number of at most `max`.
Result<std::uint32_t> parse_number(std::string_view text, std::uint32_t max);
/// Seconds, or periods such as "1h30m" (s, m, h, d, w), at most `max`.
Result<std::uint32_t> parse_period(std::string_view text, std::uint32_t max);

/// "@" is the origin, a name without a dot at its end is relative to it.
Result<Name> parse_name(std::string_view text, const Name& origin);

/// With \X and \DDD taken back.
Result<std::string> unescape(std::string_view text);
/// A character-string: one octet of length in front.
Result<> append_string(std::string& out, std::string_view text);

/// 4 or 16 octets.
Result<> append_ipv4(std::string& out, std::string_view text);
Result<> append_ipv6(std::string& out, std::string_view text);
Result<> append_hex(std::string& out, std::string_view text);
Result<> append_base64(std::string& out, std::string_view text);

}  // namespace homeport::dns
