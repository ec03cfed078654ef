#pragma once
/// Which network this machine goes out through: chosen from its addresses and default routes. Pure.

#include "net/interfaces.hpp"
#include "reach/service/router_session.hpp"
#include "reach/truth/public_space.hpp"

#include <optional>
#include <vector>

namespace homeport::reach {

/// The preferred default route decides; the other family counts when it leaves by the same
/// interface. Nothing: there is no default route with an address of ours beside it. `gateways` are
/// ordered as Network::gateways() does.
std::optional<Neighbourhood> choose_neighbourhood(
    const std::vector<net::InterfaceAddress>& addresses, const std::vector<net::Gateway>& gateways,
    const PublicSpace& space);

}  // namespace homeport::reach
