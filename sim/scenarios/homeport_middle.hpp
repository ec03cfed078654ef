#pragma once
/// homeport itself as the middle: the real relay with its front on one host, the real agent behind
/// a router on another, joined as `app` joins them. Only the world below the ports is simulated.

#include "config/settings.hpp"
#include "sim/scenarios/middle.hpp"

namespace homeport::sim {

/// Small enough that seeds run into the limits.
inline constexpr config::Resume kSmallResume{.window = 120s,
                                             .stream_bytes = 256 * 1024,
                                             .session_bytes = 1024 * 1024,
                                             .total_bytes = 2 * 1024 * 1024};

MiddleKind homeport_middle(const config::Resume& resume = kSmallResume);

}  // namespace homeport::sim
