#include "sim/world/router.hpp"

#include <utility>

namespace homeport::sim {

Router::Router(Simulation& simulation, std::string name, IpAddress external)
    : simulation_(simulation), name_(std::move(name)), external_(external) {}

void Router::change_external_address(IpAddress next, Duration gap) {
    external_.reset();
    simulation_.trace("router.down");
    const std::uint64_t change = ++changes_;
    simulation_.after(gap, [this, next, change] {
        if (change != changes_) return;
        external_ = next;
        simulation_.trace("router.up");
    });
}

}  // namespace homeport::sim
