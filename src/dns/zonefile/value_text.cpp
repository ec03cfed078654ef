#include "dns/zonefile/value_text.hpp"

#include "core/base64.hpp"
#include "core/ip.hpp"
#include "core/text.hpp"
#include "dns/zonefile/zone_fault.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace homeport::dns {
namespace {

constexpr std::size_t kMaxStringBytes = 255;

std::unexpected<Error> invalid(std::string_view text, std::string_view why) {
    return fail(Errc::invalid, in_quotes(text) + " " + std::string(why));
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<std::uint64_t> seconds_of(char unit) {
    switch (unit | 0x20) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 86400;
    case 'w':
        return 604800;
    default:
        return std::nullopt;
    }
}

/// "10" or "10m" at the start of the text, which goes on behind it.
std::optional<std::uint64_t> take_part(std::string_view& text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number =
        parse_uint(text.substr(0, digits), std::numeric_limits<std::uint32_t>::max());
    text.remove_prefix(digits);
    if (!number || text.empty()) return number;
    const auto seconds = seconds_of(text.front());
    if (!seconds) return std::nullopt;
    text.remove_prefix(1);
    return *number * *seconds;
}

bool is_absolute(std::string_view name) {
    if (!name.ends_with('.')) return false;
    name.remove_suffix(1);
    const std::size_t last = name.find_last_not_of('\\');
    const std::size_t backslashes = name.size() - (last == std::string_view::npos ? 0 : last + 1);
    return backslashes % 2 == 0;
}

/// Behind a backslash; the text goes on behind the escape.
std::optional<char> take_escaped(std::string_view& text) {
    if (text.empty()) return std::nullopt;
    if (!is_digit(text.front())) {
        const char c = text.front();
        text.remove_prefix(1);
        return c;
    }
    const auto value = text.size() < 3 ? std::nullopt : parse_uint(text.substr(0, 3), 255);
    if (!value) return std::nullopt;
    text.remove_prefix(3);
    return static_cast<char>(*value);
}

Result<IpAddress> parse_address(std::string_view text, bool v6, std::string_view example) {
    const auto address = IpAddress::parse(text);
    if (address && v6 == (text.find(':') != std::string_view::npos)) return *address;
    return invalid(text, std::string("is no ") + (v6 ? "IPv6" : "IPv4") +
                             " address; write for example " + std::string(example));
}

void append_octets(std::string& out, const IpAddress& address) {
    const auto octets = std::span(address.octets()).first(address.size());
    out.append(octets.begin(), octets.end());
}

}  // namespace

void append_u16(std::string& out, std::uint16_t value) {
    out += static_cast<char>(value >> 8);
    out += static_cast<char>(value);
}

void append_u32(std::string& out, std::uint32_t value) {
    append_u16(out, static_cast<std::uint16_t>(value >> 16));
    append_u16(out, static_cast<std::uint16_t>(value));
}

Result<std::uint32_t> parse_number(std::string_view text, std::uint32_t max) {
    if (const auto number = parse_uint(text, max)) return static_cast<std::uint32_t>(*number);
    return invalid(text, "is no number up to " + std::to_string(max) + "; write digits only");
}

Result<std::uint32_t> parse_period(std::string_view text, std::uint32_t max) {
    std::uint64_t total = 0;
    std::string_view rest = text;
    do {
        const auto part = take_part(rest);
        total += part.value_or(0);
        if (!part || total > max) {
            return invalid(text, "is no time up to " + std::to_string(max) +
                                     " s; write seconds, or periods as in 1h30m");
        }
    } while (!rest.empty());
    return static_cast<std::uint32_t>(total);
}

Result<Name> parse_name(std::string_view text, const Name& origin) {
    if (text == "@") return origin;
    auto name = Name::parse(text);
    if (!name || is_absolute(text) || origin.view().is_root()) return name;
    const Bytes labels = name->view().wire().first(name->view().size() - 1);
    std::string wire(as_text(labels));
    wire += as_text(origin.view().wire());
    if (wire.size() > kMaxNameBytes) {
        return invalid(text, "takes more than 255 octets with the origin " +
                                 in_quotes(origin.to_text()) + " behind it; end it with a dot");
    }
    return Name(NameView::trusted(octets(as_bytes(wire)), wire.size()));
}

Result<std::string> unescape(std::string_view text) {
    std::string plain;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t run = std::min(rest.find('\\'), rest.size());
        plain += rest.substr(0, run);
        rest.remove_prefix(run);
        if (rest.empty()) break;
        rest.remove_prefix(1);
        const auto escaped = take_escaped(rest);
        if (!escaped)
            return invalid(text, "has a bad escape; write \\\\, \\\" or three digits up to \\255");
        plain += *escaped;
    }
    return plain;
}

Result<> append_string(std::string& out, std::string_view text) {
    const auto plain = unescape(text);
    if (!plain) return std::unexpected(plain.error());
    if (plain->size() > kMaxStringBytes) {
        return invalid(text, "has " + std::to_string(plain->size()) +
                                 " octets, allowed are 255; cut it into several \"...\" \"...\"");
    }
    out += static_cast<char>(plain->size());
    out += *plain;
    return {};
}

Result<> append_ipv4(std::string& out, std::string_view text) {
    const auto address = parse_address(text, false, "192.0.2.1");
    if (!address) return std::unexpected(address.error());
    append_octets(out, *address);
    return {};
}

Result<> append_ipv6(std::string& out, std::string_view text) {
    const auto address = parse_address(text, true, "2001:db8::1");
    if (!address) return std::unexpected(address.error());
    // IpAddress knows ::ffff:192.0.2.1 as the IPv4 address that it maps.
    if (address->is_v4()) out += std::string_view("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    append_octets(out, *address);
    return {};
}

Result<> append_hex(std::string& out, std::string_view text) {
    const auto octets_of_text = from_hex(text);
    if (!octets_of_text)
        return invalid(text, "is not hexadecimal; write two of 0-9 and a-f for each octet");
    out += as_text(*octets_of_text);
    return {};
}

Result<> append_base64(std::string& out, std::string_view text) {
    const auto octets_of_text = from_base64(text);
    if (!octets_of_text) return invalid(text, "is not base64; write it as RFC 4648 section 4 says");
    out += as_text(*octets_of_text);
    return {};
}

}  // namespace homeport::dns
