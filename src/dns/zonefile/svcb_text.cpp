#include "dns/zonefile/svcb_text.hpp"

#include "dns/zonefile/value_text.hpp"
#include "dns/zonefile/zone_fault.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace homeport::dns {
namespace {

using Parameters = std::map<std::uint16_t, std::string>;

/// Their numbers are their places (IANA "DNS Service Bindings", RFC 9460, RFC 9461, RFC 9540).
enum Key : std::uint16_t { mandatory, alpn, no_default_alpn, port, ipv4hint, ech, ipv6hint };
constexpr std::array<std::string_view, 9> kKeys{"mandatory", "alpn",     "no-default-alpn",
                                                "port",      "ipv4hint", "ech",
                                                "ipv6hint",  "dohpath",  "ohttp"};
constexpr std::uint16_t kOhttp = 8;
constexpr std::uint16_t kInvalidKey = 65535;  // RFC 9460 section 14.3.2
constexpr std::size_t kMaxValueBytes = 65535;

std::unexpected<Error> invalid(std::string_view text, std::string_view why) {
    return fail(Errc::invalid, "parameter " + in_quotes(text) + " " + std::string(why));
}

std::optional<std::uint16_t> parse_key(std::string_view text) {
    const auto* const known = std::ranges::find(kKeys, text);
    if (known != kKeys.end()) return static_cast<std::uint16_t>(known - kKeys.begin());
    if (!text.starts_with("key")) return std::nullopt;
    const auto number = parse_number(text.substr(3), kInvalidKey - 1);
    if (!number) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

/// RFC 9460 appendix A.1: items between commas; a backslash takes a comma into the item.
std::vector<std::string> split_list(std::string_view value) {
    std::vector<std::string> items(1);
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == ',') {
            items.emplace_back();
            continue;
        }
        if (value[i] == '\\' && i + 1 < value.size()) ++i;
        items.back() += value[i];
    }
    return items;
}

Result<> append_protocol(std::string& out, std::string_view item) {
    if (item.empty() || item.size() > 255)
        return fail(Errc::invalid, "alpn: a protocol has 1 to 255 octets; write for example h2,h3");
    out += static_cast<char>(item.size());
    out += item;
    return {};
}

Result<> append_list(std::string& out, std::string_view value,
                     Result<> (*append)(std::string&, std::string_view)) {
    for (const std::string& item : split_list(value))
        if (auto done = append(out, item); !done) return done;
    return {};
}

Result<> append_keys(std::string& out, std::string_view value) {
    std::vector<std::uint16_t> keys;
    for (const std::string& item : split_list(value)) {
        const auto key = parse_key(item);
        if (!key || *key == mandatory)
            return invalid(item, "cannot be mandatory; name keys of this record");
        keys.push_back(*key);
    }
    std::ranges::sort(keys);
    if (std::ranges::adjacent_find(keys) != keys.end())
        return fail(Errc::invalid, "mandatory: a key stands twice; remove one");
    for (const std::uint16_t key : keys) append_u16(out, key);
    return {};
}

Result<> append_port(std::string& out, std::string_view value) {
    const auto number = parse_number(value, 65535);
    if (!number) return std::unexpected(number.error());
    append_u16(out, static_cast<std::uint16_t>(*number));
    return {};
}

Result<> append_value(std::string& out, std::uint16_t key, std::string_view value) {
    switch (key) {
    case mandatory:
        return append_keys(out, value);
    case alpn:
        return append_list(out, value, append_protocol);
    case port:
        return append_port(out, value);
    case ipv4hint:
        return append_list(out, value, append_ipv4);
    case ech:
        return append_base64(out, value);
    case ipv6hint:
        return append_list(out, value, append_ipv6);
    default:
        out += value;
        return {};
    }
}

bool needs_value(std::uint16_t key) {
    return key < kKeys.size() && key != no_default_alpn && key != kOhttp;
}

std::string_view without_quotes(std::string_view value) {
    const bool enclosed = value.size() >= 2 && value.starts_with('"') && value.ends_with('"');
    return enclosed ? value.substr(1, value.size() - 2) : value;
}

Result<> read_parameter(std::string_view word, Parameters& parameters) {
    const std::size_t sign = std::min(word.find('='), word.size());
    const auto key = parse_key(word.substr(0, sign));
    if (!key) return invalid(word, "is not known; write a key of RFC 9460 or key123=value");
    const auto value = unescape(without_quotes(word.substr(std::min(sign + 1, word.size()))));
    if (!value) return std::unexpected(value.error());
    const bool valueless = *key == no_default_alpn || *key == kOhttp;
    if (valueless && !value->empty()) return invalid(word, "takes no value; remove it");
    if (needs_value(*key) && value->empty()) return invalid(word, "needs a value; add =VALUE");
    const auto [place, fresh] = parameters.try_emplace(*key);
    if (!fresh) return invalid(word, "stands twice; remove one");
    if (auto done = append_value(place->second, *key, *value); !done) return done;
    if (place->second.size() > kMaxValueBytes) return invalid(word, "is too long; shorten it");
    return {};
}

/// RFC 9460 sections 7.1.1 and 8.
Result<> check_together(const Parameters& parameters) {
    if (parameters.contains(no_default_alpn) && !parameters.contains(alpn))
        return fail(Errc::invalid, "no-default-alpn without alpn; add alpn=...");
    const auto keys = parameters.find(mandatory);
    if (keys == parameters.end()) return {};
    for (std::size_t i = 0; i < keys->second.size(); i += 2) {
        const auto high = static_cast<std::uint8_t>(keys->second[i]);
        const auto low = static_cast<std::uint8_t>(keys->second[i + 1]);
        if (!parameters.contains(static_cast<std::uint16_t>(high << 8 | low)))
            return fail(Errc::invalid, "mandatory names a key that is not there; add it");
    }
    return {};
}

}  // namespace

Result<> append_service_parameters(std::string& out, std::span<const std::string_view> words) {
    Parameters parameters;
    for (const std::string_view word : words)
        if (auto done = read_parameter(word, parameters); !done) return done;
    if (auto good = check_together(parameters); !good) return good;
    for (const auto& [key, value] : parameters) {
        append_u16(out, key);
        append_u16(out, static_cast<std::uint16_t>(value.size()));
        out += value;
    }
    return {};
}

}  // namespace homeport::dns
