#include "reach/truth/verdict_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>

namespace homeport::reach {
namespace {

struct Words {
    std::string headline;
    std::string next_step;
};

std::string text_of(const std::optional<IpAddress>& address) {
    return address ? address->to_string() : "unknown";
}

std::string ports_of(const Verdict& verdict) {
    const bool one = verdict.blocked_ports.size() == 1;
    return fmt::format("{} {}", one ? "Port" : "Ports", fmt::join(verdict.blocked_ports, ", "));
}

std::string wan_of(const Picture& picture) {
    std::vector<std::string> list;
    for (const IpAddress& one : picture.wan) list.push_back(one.to_string());
    return fmt::format("{}", fmt::join(list, " and "));
}

/// What the router says of its firewall for this family.
std::string pinhole_step(const Picture& picture) {
    if (picture.has(MapOutcome::mapped)) {
        return "The router says that its firewall lets the ports through: look at the firewall of "
               "this machine.";
    }
    if (picture.has(MapOutcome::switched_off) || picture.has(MapOutcome::silent)) {
        return "Allow this machine to open ports (UPnP or PCP) in the router's firewall, or open "
               "them there by hand; look at the firewall of this machine too.";
    }
    return "Allow the ports in the firewall of the router and of this machine.";
}

Words direct_words(const Verdict& verdict, const Picture& picture) {
    std::string headline =
        fmt::format("This machine has the public address {}.", text_of(picture.outside));
    if (verdict.kind == LineKind::firewalled)
        return {headline + " Nothing from outside arrives at it.", pinhole_step(picture)};
    if (verdict.proven) return {headline + " Visitors reach it directly.", ""};
    if (picture.has(MapOutcome::mapped)) headline += " The router says that it lets visitors in.";
    return {headline + " Whether they get through has not been tested.",
            "Let the relay dial the ports."};
}

Words second_router_words(const Verdict& verdict, const Picture& picture) {
    const std::string headline =
        verdict.proven
            ? fmt::format(
                  "Two routers stand between this machine and the Internet: the first has "
                  "{}, which is not public.",
                  wan_of(picture))
            : fmt::format(
                  "Probably two routers stand between this machine and the Internet: the "
                  "second hop is {}.",
                  text_of(picture.second_hop));
    if (picture.facts.second_router_maps)
        return {headline, "The second router opens ports too: map the ports there as well."};
    return {headline,
            "Let the outer device only be a modem (bridge mode), or forward the ports "
            "there to the inner router."};
}

Words carrier_words(const Verdict& verdict, const Picture& picture) {
    std::string headline =
        "The provider shares one IPv4 address among customers (CGNAT): no port can be opened.";
    if (verdict.router_lies)
        headline +=
            fmt::format(" The router's claim to have {} does not change that.", wan_of(picture));
    std::string next = "Serve through the relay, or ask the provider for a public IPv4 address.";
    if (picture.other_family_out) next += " Visitors with IPv6 can be served without it.";
    return {headline, next};
}

Words possible_words(const Verdict&, const Picture& picture) {
    const std::string headline = fmt::format(
        "The address that the world sees, {}, is the router's; ports can be opened there.",
        text_of(picture.outside));
    if (picture.has(MapOutcome::mapped))
        return {headline,
                "The router says that it has opened them: only a dial from outside proves it."};
    if (picture.has(MapOutcome::switched_off) || picture.has(MapOutcome::silent)) {
        return {headline,
                "Switch on UPnP, NAT-PMP or PCP in the router and allow it for this "
                "machine, or forward the ports there by hand and give this machine a "
                "fixed address."};
    }
    return {headline, "Ask the router to open the ports."};
}

Words several_words(const Verdict&, const Picture& picture) {
    return {fmt::format("The router has {}, the world sees {}: there is more than one way out, or "
                        "the provider translates once more.",
                        wan_of(picture), text_of(picture.outside)),
            "Take this machine out of the VPN, or bind homeport to the line that visitors shall "
            "use. If there is one line only, ask the provider for a public IPv4 address."};
}

Words lie_words(const Verdict&, const Picture& picture) {
    if (!picture.has(MapOutcome::mapped)) {
        return {fmt::format("The router says that it is connected with {}, yet refuses every "
                            "mapping because it has no public line.",
                            wan_of(picture)),
                "Look whether the router has a setting for its address type; until then serve "
                "through the relay."};
    }
    return {"The router says that the ports are open, and nothing arrives.",
            "Delete the mappings and make them again, by another protocol if there is one; restart "
            "the router. If that does not help, the provider filters everything: serve through the "
            "relay."};
}

Words other_host_words(const Verdict&, const Picture& picture) {
    if (picture.has(MapOutcome::held_by_other)) {
        return {"The router gives a port to another device at home.",
                "Remove the old forward of that port in the router, or choose another port."};
    }
    return {
        "Another device answers for this machine.",
        "Look in the router for a default host (DMZ, exposed host) or an old forward and remove "
        "it."};
}

Words blocked_words(const Verdict& verdict, const Picture&) {
    return {fmt::format("{} never arrives, others do: the provider or the router blocks it.",
                        ports_of(verdict)),
            "Publish these services through the relay or at other ports, or ask the provider to "
            "open them."};
}

Words words_of(const Verdict& verdict, const Picture& picture) {
    switch (verdict.kind) {
    case LineKind::unknown:
        return {fmt::format("Too little is known about {} yet.", to_text(picture.family)),
                "Wait for more answers, or look whether the router is reachable."};
    case LineKind::offline:
        return {"This machine reaches nobody outside.",
                "Look at the modem and at the cable; restart the modem."};
    case LineKind::ipv4_only:
        return {"The line has no IPv6.", ""};
    case LineKind::ipv6_only:
        return {"The line has IPv6 only; visitors with IPv4 cannot come directly.",
                "Publish IPv6 directly and IPv4 through the relay."};
    case LineKind::direct:
    case LineKind::firewalled:
        return direct_words(verdict, picture);
    case LineKind::port_map_works:
        return {fmt::format("The router forwards: visitors reach this machine at {}.",
                            text_of(picture.outside)),
                ""};
    case LineKind::port_map_possible:
        return possible_words(verdict, picture);
    case LineKind::double_nat:
        return second_router_words(verdict, picture);
    case LineKind::double_nat_forwarded:
        return {"Two routers, and both forward: visitors reach this machine.",
                "Nothing, as long as the outer router keeps forwarding to the inner one."};
    case LineKind::cgnat:
        return carrier_words(verdict, picture);
    case LineKind::default_host:
        return {
            "This machine is the default host (DMZ) of the router: every port arrives here, "
            "mapped or not.",
            "Switch the default host off and let single ports be opened, or keep a firewall on "
            "this machine."};
    case LineKind::default_host_other:
        return other_host_words(verdict, picture);
    case LineKind::isp_blocks_port:
        return blocked_words(verdict, picture);
    case LineKind::several_lines:
        return several_words(verdict, picture);
    case LineKind::router_lies:
        return lie_words(verdict, picture);
    }
    return {};
}

std::string line_of(const Evidence& one) {
    const std::string from = one.from.empty() ? "" : " " + one.from;
    return fmt::format("{}{}: {}, {}", to_text(one.source), from, one.address.to_string(),
                       to_text(kind_of(one.address)));
}

std::string line_of(const RouterFact& one) {
    const std::string detail = one.detail.empty() ? "" : " (" + one.detail + ")";
    return fmt::format("{}: {}{}", to_text(one.protocol), to_text(one.outcome), detail);
}

std::string line_of(const ProbeFact& one) {
    const char* what = one.role == ProbeRole::unmapped ? "port {} without a mapping: {}"
                                                       : "port {} dialled from outside: {}";
    return fmt::format(fmt::runtime(what), one.port, to_text(one.result));
}

}  // namespace

std::string_view to_text(MapOutcome outcome) {
    switch (outcome) {
    case MapOutcome::untried:
        return "not asked for a mapping";
    case MapOutcome::mapped:
        return "says that the port is open";
    case MapOutcome::silent:
        return "does not answer";
    case MapOutcome::switched_off:
        return "is switched off or not allowed to this machine";
    case MapOutcome::held_by_other:
        return "the port belongs to another device";
    case MapOutcome::no_line:
        return "says that it has no connection itself";
    case MapOutcome::refused:
        return "refuses";
    }
    return "?";
}

void put_into_words(Verdict& verdict, const Picture& picture) {
    Words words = words_of(verdict, picture);
    verdict.headline = std::move(words.headline);
    verdict.next_step = std::move(words.next_step);
    if (verdict.kind == LineKind::isp_blocks_port || verdict.blocked_ports.empty()) return;
    verdict.headline += " " + ports_of(verdict) + " did not arrive.";
    if (std::ranges::binary_search(verdict.blocked_ports, 25)) {
        if (!verdict.next_step.empty()) verdict.next_step += " ";
        verdict.next_step += "Receive mail through the relay.";
    }
}

std::vector<std::string> evidence_lines(const Picture& picture) {
    std::vector<std::string> lines;
    for (const ProbeFact& one : picture.facts.probes)
        if (one.family == picture.family && one.result != ProbeResult::untested)
            lines.push_back(line_of(one));
    for (const RouterFact& one : picture.facts.router)
        if (one.family == picture.family) lines.push_back(line_of(one));
    for (const Evidence& one : picture.facts.evidence)
        if (family_of(one.address) == picture.family) lines.push_back(line_of(one));
    const NatFindings& nat = picture.facts.nat;
    if (picture.family == Family::v4 && nat.mapped)
        lines.push_back(fmt::format("UDP: {}, {}", to_text(nat.mapping), to_text(nat.filtering)));
    if (lines.size() > kMaxVerdictLines) lines.resize(kMaxVerdictLines);
    return lines;
}

}  // namespace homeport::reach
