#include "reach/service/router_facts.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace homeport::reach {
namespace {

void note(std::vector<RouterFact>& facts, Family family, MapProtocol protocol, MapOutcome outcome,
          std::string detail) {
    const EvidenceSource source = source_of(protocol);
    const auto found = std::ranges::find(facts, source, &RouterFact::protocol);
    RouterFact fact{
        .protocol = source, .family = family, .outcome = outcome, .detail = std::move(detail)};
    if (found != facts.end()) {
        *found = std::move(fact);
    } else {
        facts.push_back(std::move(fact));
    }
}

}  // namespace

EvidenceSource source_of(MapProtocol protocol) {
    switch (protocol) {
    case MapProtocol::pcp:
        return EvidenceSource::pcp;
    case MapProtocol::nat_pmp:
        return EvidenceSource::nat_pmp;
    case MapProtocol::upnp:
        break;
    }
    return EvidenceSource::upnp;
}

MapOutcome outcome_of(MapFault fault) {
    switch (fault) {
    case MapFault::none:
        return MapOutcome::mapped;
    case MapFault::silent:
        return MapOutcome::silent;
    case MapFault::unsupported:
    case MapFault::not_authorized:
        return MapOutcome::switched_off;
    case MapFault::conflict:
    case MapFault::other_port:
        return MapOutcome::held_by_other;
    case MapFault::no_network:
        return MapOutcome::no_line;
    case MapFault::full:
    case MapFault::refused:
    case MapFault::garbage:
        break;
    }
    return MapOutcome::refused;
}

std::vector<RouterFact> router_facts(Family family, const std::vector<UnitReport>& units,
                                     const std::vector<RouterReport>& routers) {
    std::vector<RouterFact> facts;
    for (const RouterReport& router : routers) {
        note(facts, family, router.protocol,
             router.answers ? MapOutcome::untried : MapOutcome::silent, {});
    }
    for (const UnitReport& unit : units) {
        for (const UnitAttempt& attempt : unit.attempts) {
            // Nobody to ask is no word of a protocol.
            if (attempt.fault == MapFault::silent) continue;
            note(facts, family, attempt.protocol, outcome_of(attempt.fault), attempt.detail);
        }
        if (unit.phase == UnitReport::Phase::mapped) {
            note(facts, family, unit.protocol, MapOutcome::mapped, {});
        }
    }
    return facts;
}

}  // namespace homeport::reach
