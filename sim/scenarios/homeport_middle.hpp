#pragma once
/// homeport itself as the middle: the real relay with its front on one host, the real agent behind
/// a router on another, joined as `app` joins them. Only the world below the ports is simulated.

#include "sim/scenarios/middle.hpp"

namespace homeport::sim {

MiddleKind homeport_middle();

}  // namespace homeport::sim
