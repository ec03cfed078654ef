#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace homeport {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array<Unit, 5> kDurationUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 4> kSizeUnits{
    {{"", 1}, {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}}};

std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    for (const Unit& unit : units) {
        if (text.substr(digits) != unit.name) continue;
        constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        const auto number = parse_uint(text.substr(0, digits), kMax / 1'000'000 / unit.factor);
        if (!number) return std::nullopt;
        return *number * unit.factor;
    }
    return std::nullopt;
}

constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::optional<std::uint64_t> parse_uint(std::string_view text, std::uint64_t max) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > max)
        return std::nullopt;
    return value;
}

Result<Duration> parse_duration(std::string_view text) {
    const auto ms = parse_with_unit(text, kDurationUnits);
    if (!ms) {
        return fail(Errc::invalid, "\"" + std::string(text) +
                                       "\" is not a duration; write for example \"500ms\", "
                                       "\"30s\", \"5m\" or \"2h\"");
    }
    return std::chrono::milliseconds(*ms);
}

std::string format_duration(Duration duration) {
    auto left = static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_ms(duration)));
    if (left == 0) return "0s";
    std::string text;
    for (const Unit& unit : kDurationUnits) {
        if (left < unit.factor) continue;
        text += std::to_string(left / unit.factor);
        text += unit.name;
        left %= unit.factor;
    }
    return text;
}

Result<std::uint64_t> parse_size(std::string_view text) {
    const auto bytes = parse_with_unit(text, kSizeUnits);
    if (!bytes) {
        return fail(Errc::invalid, "\"" + std::string(text) +
                                       "\" is not a size; write for example \"512\", \"64KiB\" or "
                                       "\"16MiB\"");
    }
    return *bytes;
}

std::string to_hex(Bytes bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        text += kDigits[std::to_integer<unsigned>(byte) >> 4];
        text += kDigits[std::to_integer<unsigned>(byte) & 15];
    }
    return text;
}

std::optional<std::vector<std::byte>> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::vector<std::byte> bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        unsigned value = 0;
        const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
        if (error != std::errc{} || end != text.data() + i + 2) return std::nullopt;
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

std::string to_base64url(Bytes bytes) {
    std::string text;
    std::uint32_t bits = 0;
    int held = 0;
    for (const std::byte byte : bytes) {
        bits = bits << 8 | std::to_integer<std::uint32_t>(byte);
        for (held += 8; held >= 6; held -= 6) text += kBase64Url[bits >> (held - 6) & 63];
    }
    if (held > 0) text += kBase64Url[bits << (6 - held) & 63];
    return text;
}

std::optional<std::vector<std::byte>> from_base64url(std::string_view text) {
    std::vector<std::byte> bytes;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const auto digit = kBase64Url.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes.push_back(static_cast<std::byte>(bits >> held));
    }
    const bool clean = held < 6 && (bits & ((1U << held) - 1)) == 0;
    return clean ? std::optional(std::move(bytes)) : std::nullopt;
}

std::string to_lower(std::string_view text) {
    std::string lowered(text);
    std::transform(lowered.begin(), lowered.end(), lowered.begin(), lower);
    return lowered;
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

std::string escape_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

bool equal_in_constant_time(Bytes left, Bytes right) {
    if (left.size() != right.size()) return false;
    std::byte difference{};
    for (std::size_t i = 0; i < left.size(); ++i) difference |= left[i] ^ right[i];
    return difference == std::byte{};
}

}  // namespace homeport
