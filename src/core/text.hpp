#pragma once
/// Text forms shared by settings, tokens, logs and JSON.

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport {

/// Decimal digits only, no sign, no blanks, at most `max`.
std::optional<std::uint64_t> parse_uint(std::string_view text, std::uint64_t max);

/// "500ms", "30s", "5m", "2h", "7d": a whole number and one unit.
Result<Duration> parse_duration(std::string_view text);
/// For people: "2h", "1m30s"; whole milliseconds, what is below is cut off. Only a form with one
/// unit can be read back by parse_duration.
std::string format_duration(Duration duration);

/// "512", "64KiB", "16MiB", "2GiB".
Result<std::uint64_t> parse_size(std::string_view text);

std::string to_hex(Bytes bytes);
std::optional<std::vector<std::byte>> from_hex(std::string_view text);

/// RFC 4648 section 5, without padding.
std::string to_base64url(Bytes bytes);
std::optional<std::vector<std::byte>> from_base64url(std::string_view text);

/// ASCII only: names of hosts and headers.
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view left, std::string_view right);

/// For text between tags and in quoted attributes.
std::string escape_html(std::string_view text);

/// Takes the same time wherever the first difference is. Different lengths compare unequal at once.
bool equal_in_constant_time(Bytes left, Bytes right);

}  // namespace homeport
