#pragma once
/// Questions to services that a router shall have for its home only: what is sent, and what counts
/// as an answer. Pure; what comes back is hostile.

#include "core/bytes.hpp"
#include "core/ip.hpp"
#include "core/probe.hpp"

#include <string>

namespace homeport::reach {

/// One small datagram for `to`; for ssdp and port_mapping only, else empty.
std::string exposure_question(ProbeCheck check, const Endpoint& to);
/// Any answer of the protocol will do, also one that is an error.
bool is_exposure_answer(ProbeCheck check, Bytes datagram);

}  // namespace homeport::reach
