#pragma once
/// What is known about the line when it is judged: plain values, gathered by others.

#include "core/probe.hpp"
#include "reach/truth/evidence.hpp"
#include "reach/wire/stun_behaviour.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace homeport::reach {

/// What came of asking the router for a mapping (IPv4) or a pinhole (IPv6).
enum class MapOutcome : std::uint8_t {
    untried,
    mapped,
    silent,         ///< no answer
    switched_off,   ///< not spoken, or not allowed to this device
    held_by_other,  ///< the port belongs to another device or to the router itself
    no_line,        ///< the router says that it has no connection itself
    refused,        ///< anything else
};
std::string_view to_text(MapOutcome outcome);

struct RouterFact {
    EvidenceSource protocol = EvidenceSource::upnp;  ///< pcp, nat_pmp or upnp
    Family family = Family::v4;
    MapOutcome outcome = MapOutcome::untried;
    std::string detail;  ///< the router's own code and words
};

enum class ProbeRole : std::uint8_t {
    wished,      ///< of a service, with a mapping
    second,      ///< another high port, mapped for the test
    unmapped,    ///< a high port at random that nobody has mapped
    well_known,  ///< 25, 80, 443 or 587, mapped for the test
};

/// A dial from outside.
struct ProbeFact {
    Family family = Family::v4;
    ProbeRole role = ProbeRole::wished;
    std::uint16_t port = 0;
    ProbeResult result = ProbeResult::untested;
};

struct Facts {
    /// Current statements of all sources, hops as "hop 1" to "hop 3".
    std::vector<Evidence> evidence;
    std::vector<RouterFact> router;
    std::vector<ProbeFact> probes;
    NatFindings nat;  ///< of IPv4
    /// Somebody outside was asked where we come from: silence means something.
    bool asked_outside = true;
    /// The second router answers PCP, NAT-PMP or UPnP asked from here.
    bool second_router_maps = false;
};

}  // namespace homeport::reach
