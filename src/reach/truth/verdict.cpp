#include "reach/truth/verdict.hpp"

#include "reach/truth/picture.hpp"
#include "reach/truth/verdict_words.hpp"

#include <algorithm>
#include <optional>

namespace homeport::reach {
namespace {

struct Finding {
    LineKind kind;
    bool proven;
};
using Rule = std::optional<Finding> (*)(const Picture&);

constexpr bool kProven = true;

std::optional<Finding> no_line(const Picture& picture) {
    if (!picture.facts.asked_outside) return {};
    if (picture.outside || picture.other_family_out || picture.any_arrived()) return {};
    return Finding{LineKind::offline, !kProven};
}

std::optional<Finding> other_family_only(const Picture& picture) {
    if (!picture.facts.asked_outside) return {};
    const bool any = picture.outside || picture.wan_is_public || picture.wan_is_shared;
    if (any || picture.interface_is_public || picture.any_arrived()) return {};
    return Finding{picture.family == Family::v4 ? LineKind::ipv6_only : LineKind::ipv4_only,
                   kProven};
}

/// Some ports of services fail while something comes through.
bool is_blocked(const Picture& picture) {
    return picture.any_arrived() && !picture.has(ProbeRole::wished, ProbeResult::somebody_else) &&
           (picture.has(ProbeRole::wished, ProbeResult::nothing) ||
            picture.has(ProbeRole::wished, ProbeResult::refused));
}

/// 1: no translation at all; at most a firewall.
std::optional<Finding> own_address(const Picture& picture) {
    if (!picture.owns_outside) return {};
    if (is_blocked(picture)) return Finding{LineKind::isp_blocks_port, kProven};
    if (picture.any_arrived()) return Finding{LineKind::direct, kProven};
    if (picture.tested()) return Finding{LineKind::firewalled, kProven};
    return Finding{LineKind::direct, !kProven};
}

/// 7, first half: what nobody has mapped arrives here.
std::optional<Finding> all_arrives(const Picture& picture) {
    if (!picture.has(ProbeRole::unmapped, ProbeResult::arrived)) return {};
    return Finding{LineKind::default_host, kProven};
}

/// 2: a port with a mapping arrives.
std::optional<Finding> comes_through(const Picture& picture) {
    const bool conflict = picture.has(ProbeRole::wished, ProbeResult::somebody_else);
    if (conflict || !picture.has(ProbeRole::wished, ProbeResult::arrived)) return {};
    if (picture.wan_is_private || picture.wan_is_shared)
        return Finding{LineKind::double_nat_forwarded, kProven};
    if (is_blocked(picture)) return Finding{LineKind::isp_blocks_port, kProven};
    return Finding{LineKind::port_map_works, kProven};
}

/// 3: the provider translates.
std::optional<Finding> shared_address(const Picture& picture) {
    if (!picture.wan_is_shared && !picture.hop_is_shared) return {};
    if (picture.any_arrived()) return {};
    return Finding{LineKind::cgnat, kProven};
}

/// 4: a router behind a router. Private hops alone may also be the provider's own network.
std::optional<Finding> second_router(const Picture& picture) {
    if (picture.wan_is_private && !picture.any_arrived())
        return Finding{LineKind::double_nat, kProven};
    const bool guess = picture.wan.empty() && picture.hop_is_private && !picture.any_arrived();
    if (guess) return Finding{LineKind::double_nat, !kProven};
    return {};
}

/// 7, second half: somebody else answers, or holds the port.
std::optional<Finding> other_host(const Picture& picture) {
    if (picture.has(ProbeRole::wished, ProbeResult::somebody_else))
        return Finding{LineKind::default_host_other, kProven};
    const bool reset_of_this_port = picture.has(ProbeRole::wished, ProbeResult::refused) &&
                                    picture.has(ProbeRole::unmapped, ProbeResult::nothing);
    if (reset_of_this_port && !picture.any_arrived())
        return Finding{LineKind::default_host_other, !kProven};
    if (picture.has(MapOutcome::held_by_other) && !picture.has(MapOutcome::mapped))
        return Finding{LineKind::default_host_other, kProven};
    return {};
}

/// 5: the world sees another address than the router has, or several.
std::optional<Finding> another_way_out(const Picture& picture) {
    if (picture.any_arrived()) return {};
    const bool router_differs = picture.outside && picture.wan_is_public && !picture.wan_is_outside;
    const bool views_differ = picture.wan_is_public && picture.seen.size() > 1;
    if (!router_differs && !views_differ) return {};
    return Finding{LineKind::several_lines, router_differs};
}

/// 6, first half: others come through, this port does not.
std::optional<Finding> port_blocked(const Picture& picture) {
    if (!is_blocked(picture)) return {};
    return Finding{LineKind::isp_blocks_port, kProven};
}

/// 6, second half: it says yes and nothing comes, or it says that it is connected and is not.
std::optional<Finding> empty_promise(const Picture& picture) {
    const bool plausible = picture.wan_is_outside || picture.wan.empty();
    if (!plausible || picture.any_arrived()) return {};
    const bool mapped = picture.has(MapOutcome::mapped);
    if (mapped && picture.tested()) return Finding{LineKind::router_lies, picture.wan_is_outside};
    if (!mapped && picture.wan_is_outside && picture.has(MapOutcome::no_line))
        return Finding{LineKind::router_lies, kProven};
    return {};
}

std::optional<Finding> could_map(const Picture& picture) {
    if (picture.family == Family::v6 || !picture.outside) return {};
    return Finding{LineKind::port_map_possible, picture.wan_is_outside};
}

// The order matters: what was seen to arrive outweighs every address, and the addresses outweigh
// what a router promises. A default host comes before a mapping that works, for the warning.
constexpr std::array<Rule, 11> kRules{
    no_line,       other_family_only, own_address,  all_arrives,     comes_through, shared_address,
    second_router, other_host,        port_blocked, another_way_out, empty_promise,
};

Finding find(const Picture& picture) {
    for (const Rule rule : kRules)
        if (const auto finding = rule(picture)) return *finding;
    return could_map(picture).value_or(Finding{LineKind::unknown, !kProven});
}

/// A claim against better evidence: a public address in front of which the provider translates.
bool lies(const Picture& picture, LineKind kind) {
    const bool behind_nat = kind == LineKind::cgnat && picture.hop_is_shared;
    return kind == LineKind::router_lies || (behind_nat && picture.wan_is_public);
}

}  // namespace

std::string_view to_text(LineKind kind) {
    static constexpr std::array<std::string_view, 16> kNames{
        "unknown",
        "offline",
        "ipv4_only",
        "ipv6_only",
        "direct",
        "firewalled",
        "port_map_works",
        "port_map_possible",
        "double_nat",
        "double_nat_forwarded",
        "cgnat",
        "default_host",
        "default_host_other",
        "isp_blocks_port",
        "several_lines",
        "router_lies",
    };
    return kNames.at(static_cast<std::size_t>(kind));
}

Verdict judge(const Facts& facts, Family family, const PublicSpace& space) {
    const Picture picture(facts, family, space);
    const Finding finding = find(picture);
    Verdict verdict;
    verdict.family = family;
    verdict.kind = finding.kind;
    verdict.proven = finding.proven;
    verdict.router_lies = lies(picture, finding.kind);
    verdict.blocked_ports = picture.blocked_ports();
    verdict.evidence = evidence_lines(picture);
    put_into_words(verdict, picture);
    return verdict;
}

std::array<Verdict, 2> judge(const Facts& facts, const PublicSpace& space) {
    return {judge(facts, Family::v4, space), judge(facts, Family::v6, space)};
}

}  // namespace homeport::reach
