#pragma once
/// The states of a home's hosts, out of those of the services behind them. Pure.

#include "app/facts.hpp"
#include "app/names/home_host.hpp"

#include <optional>
#include <vector>

namespace homeport::app {

/// A service that is published with success.
struct ServiceView {
    std::vector<HostGlob> hosts;
    std::optional<dns::ParkedAnswer> parked;  ///< none: it is not parked
    std::optional<dns::DirectPath> direct;
    bool relayed = true;  ///< the relay takes visitors for it
};

/// Each host once. One is parked when all its services are; the first says what it answers. It has
/// a direct path when all its services have one and none is parked, to addresses that all of them
/// were reached at, for as long as the oldest proof holds. The relay stands in for it as long as it
/// takes visitors for one of them. `up`: the home has a link.
std::vector<HomeHost> host_views(const std::vector<ServiceView>& services, bool up);

HostState state_of(const dns::HomeView& view, TimePoint now, bool allow_private);

}  // namespace homeport::app
