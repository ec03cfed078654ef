#pragma once
/// Joins what a door opens, what the router said and what was proven, port by port. Pure.

#include "app/direct/door.hpp"
#include "app/direct/line_facts.hpp"
#include "app/direct/line_units.hpp"
#include "reach/portmap/mapper.hpp"
#include "reach/truth/proof_plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace homeport::app {

struct PortFactsInput {
    reach::Family family = reach::Family::v4;
    const std::vector<Opening>& openings;
    const LineUnits& units;
    const std::vector<reach::UnitReport>& reports;
    const std::vector<reach::ProofState>& proofs;
    /// No router is asked for this reason.
    std::optional<PortState> by_itself;
    TimePoint now{};
};
std::vector<PortFacts> port_facts(const PortFactsInput& input);

/// nullptr: none of that name.
const reach::UnitReport* find_report(const std::vector<reach::UnitReport>& reports,
                                     const std::string& unit);

}  // namespace homeport::app
