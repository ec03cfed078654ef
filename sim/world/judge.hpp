#pragma once
/// What visitors and targets hold against the world between them.

#include "sim/world/simulation.hpp"

#include <cstdint>
#include <string>

namespace homeport::sim {

struct Judge {
    Simulation& simulation;

    void violation(const std::string& what) { simulation.fail(what); }
    void clean_end_too_early(const std::string& what) { violation(what); }
};

}  // namespace homeport::sim
