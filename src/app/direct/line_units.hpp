#pragma once
/// What the router is to open, and what is to be tried from outside, for the openings of a door.
/// Pure.

#include "app/direct/door.hpp"
#include "reach/portmap/mapper.hpp"
#include "reach/truth/proof_plan.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace homeport::app {

struct LineUnits {
    /// One for each service; ports that several services share belong to the first of them.
    std::vector<reach::PortUnit> units;
    /// Which units a service needs. None with a fault: it cannot be opened at all.
    std::map<std::string, std::set<std::string>> of_service;
};
LineUnits units_of(const std::vector<Opening>& openings);

/// Of the services without fault. The first port of each, which of ftp is the control port, speaks.
std::vector<reach::ProofService> proofs_of(const std::vector<Opening>& openings,
                                           reach::Family family);

}  // namespace homeport::app
