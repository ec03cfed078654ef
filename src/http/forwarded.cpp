#include "http/forwarded.hpp"

#include "core/text.hpp"
#include "http/chars.hpp"

#include <algorithm>
#include <optional>
#include <ranges>

namespace homeport::http {
namespace {

/// Takes the last element of a comma-separated list off `rest`.
std::string_view last_element(std::string_view& rest) {
    const auto comma = rest.rfind(',');
    const bool only = comma == std::string_view::npos;
    const std::string_view element = trim_blanks(only ? rest : rest.substr(comma + 1));
    rest = only ? std::string_view() : rest.substr(0, comma);
    return element;
}

/// Proxies write an address, or an address with a port.
std::optional<Endpoint> parse_hop(std::string_view text) {
    if (const auto address = IpAddress::parse(text)) return Endpoint{*address, 0};
    if (text.starts_with('[') && text.ends_with(']')) {
        const auto address = IpAddress::parse(text.substr(1, text.size() - 2));
        return address ? std::optional(Endpoint{*address, 0}) : std::nullopt;
    }
    const auto endpoint = Endpoint::parse(text);
    return endpoint ? std::optional(*endpoint) : std::nullopt;
}

/// Walks one field's list. False: the source has been found.
bool walk(std::string_view list, std::span<const Cidr> trusted, Endpoint& source) {
    while (!list.empty()) {
        const std::string_view element = last_element(list);
        if (element.empty()) continue;
        const auto hop = parse_hop(element);
        if (!hop) return false;
        source = *hop;
        if (!is_trusted(trusted, hop->address)) return false;
    }
    return true;
}

bool is_field(const HeadField& field, std::string_view name) {
    return field.kind == FieldKind::forwarding && equals_ignoring_case(field.name, name);
}

}  // namespace

bool is_trusted(std::span<const Cidr> trusted, const IpAddress& address) {
    return std::ranges::any_of(trusted,
                               [&](const Cidr& network) { return network.contains(address); });
}

Origin origin_of(const FieldBlock& fields, const Endpoint& peer, bool secure,
                 std::span<const Cidr> trusted) {
    Origin origin{peer, secure};
    if (!is_trusted(trusted, peer.address)) return origin;
    bool walking = true;
    for (const HeadField& field : fields.all() | std::views::reverse) {
        if (walking && is_field(field, "X-Forwarded-For"))
            walking = walk(field.value, trusted, origin.source);
    }
    for (const HeadField& field : fields.all()) {
        if (!is_field(field, "X-Forwarded-Proto")) continue;
        std::string_view list = field.value;
        origin.secure = equals_ignoring_case(last_element(list), "https");
    }
    return origin;
}

}  // namespace homeport::http
