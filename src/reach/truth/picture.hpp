#pragma once
/// The facts of one family, sorted by what the rules ask of them. For the verdict only.

#include "reach/truth/facts.hpp"
#include "reach/truth/public_space.hpp"

#include <optional>
#include <vector>

namespace homeport::reach {

struct Picture {
    Picture(const Facts& facts, Family family, const PublicSpace& space);

    const Facts& facts;
    Family family;
    /// The address that the world sees: the relay's word, else what most STUN and echo voices say.
    std::optional<IpAddress> outside;
    /// All that STUN, echo services and the relay say, each once.
    std::vector<IpAddress> seen;
    bool other_family_out = false;      ///< somebody outside saw an address of the other family
    std::vector<IpAddress> interfaces;  ///< of this machine
    std::vector<IpAddress> wan;         ///< of the router, as it says; each once
    std::optional<IpAddress> first_hop;
    std::optional<IpAddress> second_hop;

    bool owns_outside = false;  ///< this machine has the address that the world sees
    bool interface_is_public = false;
    bool wan_is_outside = false;
    bool wan_is_public = false;
    bool wan_is_shared = false;  ///< carrier-grade NAT, also that of DS-Lite
    bool wan_is_private = false;
    bool hop_is_shared = false;
    bool hop_is_private = false;  ///< the second one; providers have private hops too

    bool has(MapOutcome outcome) const;
    bool has(ProbeRole role, ProbeResult result) const;
    /// Something that has a mapping came through.
    bool any_arrived() const;
    /// A port with a mapping was dialled from outside.
    bool tested() const;
    /// Ports with mappings that do not come through while others do.
    std::vector<std::uint16_t> blocked_ports() const;
};

}  // namespace homeport::reach
