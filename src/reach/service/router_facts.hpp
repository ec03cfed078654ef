#pragma once
/// What mappers and routers reported, as the facts that a verdict asks for. Pure.

#include "reach/portmap/mapper.hpp"
#include "reach/truth/facts.hpp"

#include <vector>

namespace homeport::reach {

EvidenceSource source_of(MapProtocol protocol);
MapOutcome outcome_of(MapFault fault);

/// One fact per protocol that was tried; the newest word counts. `routers` of this family.
std::vector<RouterFact> router_facts(Family family, const std::vector<UnitReport>& units,
                                     const std::vector<RouterReport>& routers);

}  // namespace homeport::reach
