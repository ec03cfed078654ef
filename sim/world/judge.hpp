#pragma once
/// What visitors and targets hold against the world between them.

#include "sim/world/simulation.hpp"

#include <cstdint>
#include <string>

namespace homeport::sim {

struct Judge {
    Simulation& simulation;
    /// A killed process' kernel sends FIN, so a cut stream may then look complete.
    bool truncation_allowed = false;
    std::uint64_t truncated = 0;

    void violation(const std::string& what) { simulation.fail(what); }
    void clean_end_too_early(const std::string& what) {
        ++truncated;
        if (!truncation_allowed) violation(what);
    }
};

}  // namespace homeport::sim
