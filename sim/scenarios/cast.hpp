#pragma once
/// The hosts and names that every scenario begins with.

#include "sim/scenarios/middle.hpp"

namespace homeport::sim {

/// `behind_router`: home and target have private addresses behind one. `options`: of every host;
/// addresses and router are filled in.
std::unique_ptr<Cast> make_cast(Wire& wire, Judge& judge, bool behind_router, HostOptions options);

}  // namespace homeport::sim
