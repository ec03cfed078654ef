#include "reach/wire/gena.hpp"

#include "core/text.hpp"
#include "reach/wire/xml.hpp"

#include <algorithm>

namespace homeport::reach {
namespace {

std::string timeout_text(Duration lifetime) {
    return "Second-" + std::to_string(to_ms(lifetime) / 1000);
}

Duration read_timeout(std::string_view text) {
    constexpr std::string_view kUnit = "Second-";
    text = trim_spaces(text);
    if (!equals_ignoring_case(text.substr(0, kUnit.size()), kUnit)) return kMaxGenaLifetime;
    constexpr std::uint64_t kDay = 86'400;
    const std::string_view digits = text.substr(kUnit.size());
    if (equals_ignoring_case(digits, "infinite")) return kMaxGenaLifetime;
    const auto seconds = parse_uint(digits, kDay);
    return seconds ? Duration(std::chrono::seconds(*seconds)) : kMaxGenaLifetime;
}

}  // namespace

GenaFields subscribe_fields(std::string_view callback, Duration lifetime) {
    return {{"CALLBACK", "<" + std::string(callback) + ">"},
            {"NT", "upnp:event"},
            {"TIMEOUT", timeout_text(lifetime)}};
}

GenaFields renew_fields(std::string_view sid, Duration lifetime) {
    return {{"SID", std::string(sid)}, {"TIMEOUT", timeout_text(lifetime)}};
}

GenaFields unsubscribe_fields(std::string_view sid) {
    return {{"SID", std::string(sid)}};
}

Result<GenaGrant> read_grant(std::string_view sid, std::string_view timeout) {
    sid = trim_spaces(sid);
    const bool printable = std::ranges::all_of(sid, [](char c) { return c > 0x20 && c < 0x7f; });
    if (sid.empty() || sid.size() > kMaxSidBytes || !printable) {
        return fail(Errc::protocol, "a subscription without a usable SID");
    }
    return GenaGrant{std::string(sid),
                     std::clamp(read_timeout(timeout), kMinGenaLifetime, kMaxGenaLifetime)};
}

Result<GenaChange> read_property_set(std::string_view body) {
    const auto leaves = xml_leaves(body);
    if (!leaves) return std::unexpected(leaves.error());
    GenaChange change;
    for (const XmlLeaf& leaf : *leaves) {
        if (leaf.name == "ExternalIPAddress") change.external_address = leaf.text;
        if (leaf.name == "ConnectionStatus") change.connection_status = leaf.text;
        if (leaf.name == "SystemUpdateID") change.update_id = leaf.text;
    }
    return change;
}

}  // namespace homeport::reach
