#include "reach/truth/picture.hpp"

#include <algorithm>

namespace homeport::reach {
namespace {

bool says_outside(EvidenceSource source) {
    return source == EvidenceSource::relay || source == EvidenceSource::stun ||
           source == EvidenceSource::echo;
}

bool is_shared(const IpAddress& address) {
    // RFC 7335: between a home router and the provider's end of DS-Lite or 464XLAT.
    static const Cidr kContinuity{IpAddress::v4({192, 0, 0, 0}), 29};
    return kind_of(address) == AddressKind::shared || kContinuity.contains(address);
}

bool is_private(const IpAddress& address) {
    const AddressKind kind = kind_of(address);
    return kind == AddressKind::private_use || kind == AddressKind::link_local;
}

void add_once(std::vector<IpAddress>& list, const IpAddress& address) {
    if (std::ranges::find(list, address) == list.end()) list.push_back(address);
}

/// By voices: five servers of one operator are one.
std::optional<IpAddress> most_said(const std::vector<Evidence>& evidence, Family family) {
    std::vector<std::pair<std::string, IpAddress>> votes;
    for (const Evidence& one : evidence) {
        if (one.source == EvidenceSource::relay && family_of(one.address) == family)
            return one.address;
        if (!says_outside(one.source) || family_of(one.address) != family) continue;
        const std::pair vote(voice_of(one), one.address);
        if (std::ranges::find(votes, vote) == votes.end()) votes.push_back(vote);
    }
    std::optional<IpAddress> best;
    std::ptrdiff_t most = 0;
    for (const auto& [voice, address] : votes) {
        const auto count =
            std::ranges::count(votes, address, [](const auto& v) { return v.second; });
        if (count > most) best = address;
        most = std::max(most, count);
    }
    return best;
}

bool arrived(const ProbeFact& probe) {
    return probe.result == ProbeResult::arrived;
}

}  // namespace

Picture::Picture(const Facts& all, Family of, const PublicSpace& space)
    : facts(all), family(of), outside(most_said(all.evidence, of)) {
    for (const Evidence& one : facts.evidence) {
        if (one.address.is_unspecified()) continue;
        const bool ours = family_of(one.address) == family;
        if (says_outside(one.source) && !ours) other_family_out = true;
        if (!ours) continue;
        if (says_outside(one.source)) add_once(seen, one.address);
        if (one.source == EvidenceSource::interface) add_once(interfaces, one.address);
        if (is_router(one.source)) add_once(wan, one.address);
        if (hop_number(one) == 1) first_hop = one.address;
        if (hop_number(one) == 2) second_hop = one.address;
    }
    owns_outside = outside && std::ranges::find(interfaces, *outside) != interfaces.end();
    wan_is_outside = outside && std::ranges::find(wan, *outside) != wan.end();
    const auto in_space = [&](const IpAddress& one) { return space.contains(one); };
    interface_is_public = std::ranges::any_of(interfaces, in_space);
    wan_is_public = std::ranges::any_of(wan, in_space);
    wan_is_shared = std::ranges::any_of(wan, is_shared);
    wan_is_private = std::ranges::any_of(wan, is_private);
    hop_is_shared = second_hop && is_shared(*second_hop);
    hop_is_private = first_hop && second_hop && is_private(*first_hop) && is_private(*second_hop);
}

bool Picture::has(MapOutcome outcome) const {
    return std::ranges::any_of(facts.router, [&](const RouterFact& one) {
        return one.family == family && one.outcome == outcome;
    });
}

bool Picture::has(ProbeRole role, ProbeResult result) const {
    return std::ranges::any_of(facts.probes, [&](const ProbeFact& one) {
        return one.family == family && one.role == role && one.result == result;
    });
}

bool Picture::any_arrived() const {
    return std::ranges::any_of(facts.probes, [&](const ProbeFact& one) {
        return one.family == family && one.role != ProbeRole::unmapped && arrived(one);
    });
}

bool Picture::tested() const {
    return std::ranges::any_of(facts.probes, [&](const ProbeFact& one) {
        return one.family == family && one.role != ProbeRole::unmapped &&
               one.result != ProbeResult::untested;
    });
}

std::vector<std::uint16_t> Picture::blocked_ports() const {
    std::vector<std::uint16_t> ports;
    if (!any_arrived()) return ports;
    for (const ProbeFact& one : facts.probes) {
        const bool mapped = one.family == family &&
                            (one.role == ProbeRole::wished || one.role == ProbeRole::well_known);
        const bool lost = one.result == ProbeResult::nothing || one.result == ProbeResult::refused;
        if (mapped && lost && std::ranges::find(ports, one.port) == ports.end())
            ports.push_back(one.port);
    }
    std::ranges::sort(ports);
    return ports;
}

}  // namespace homeport::reach
