#pragma once
/// The router behind the router: at home (two routers in a row) or at the provider. Where it speaks
/// NAT-PMP, a port that the first router lets in is made to reach it.

#include "core/ip.hpp"
#include "reach/service/router_session.hpp"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace homeport::reach {

/// The one that is worth asking: the second of the `hops` on the way out, when the first router
/// says that its own address is a private one (`external`), of which the second is another.
std::optional<IpAddress> find_second_router(const std::vector<std::optional<IpAddress>>& hops,
                                            const IpAddress& external);

/// What has to be asked of the second router for units that the first one has opened; the others
/// are left out. It maps to whoever asks, so to the same port of the first router.
std::vector<PortUnit> second_units(std::vector<PortUnit> units,
                                   const std::vector<UnitReport>& first);

/// A unit is open when both routers have opened it; the outer one knows the address.
UnitReport both_routers(UnitReport first, const UnitReport* second);

}  // namespace homeport::reach
