#pragma once
/// What kind of line this is and what can be done about it, in plain words. Pure: a list of rules
/// over the facts, the first that fits decides. One verdict for each family.

#include "reach/truth/facts.hpp"
#include "reach/truth/limits.hpp"
#include "reach/truth/public_space.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::reach {

enum class LineKind : std::uint8_t {
    unknown,
    offline,               ///< nobody outside was reached
    ipv4_only,             ///< of IPv6: there is none
    ipv6_only,             ///< of IPv4: there is none
    direct,                ///< this machine has the public address
    firewalled,            ///< it has, but nothing from outside arrives
    port_map_works,        ///< proven from outside
    port_map_possible,     ///< the router has the public address; a mapping is missing or unproven
    double_nat,            ///< a second router at home or at the provider
    double_nat_forwarded,  ///< that forwards to the first: it works nevertheless
    cgnat,                 ///< the provider shares the address among customers
    default_host,          ///< all ports arrive here (DMZ): everything is exposed
    default_host_other,    ///< another device gets what was meant for this one
    isp_blocks_port,       ///< some ports arrive, others never
    several_lines,         ///< more than one way out: VPN, two providers, a provider's own NAT
    router_lies,           ///< it claims to forward or to be connected, and does not
};
/// The word in JSON and logs: "port_map_works".
std::string_view to_text(LineKind kind);

struct Verdict {
    Family family = Family::v4;
    LineKind kind = LineKind::unknown;
    /// Shown by a dial from outside or by addresses; false: it only looks like that.
    bool proven = false;
    /// The router claims a public address or an open port against other evidence.
    bool router_lies = false;
    /// Ports that do not arrive while others do.
    std::vector<std::uint16_t> blocked_ports;
    std::string headline;
    std::string next_step;              ///< for the owner; empty: nothing to do
    std::vector<std::string> evidence;  ///< at most kMaxVerdictLines
};

Verdict judge(const Facts& facts, Family family, const PublicSpace& space);
std::array<Verdict, 2> judge(const Facts& facts, const PublicSpace& space);

}  // namespace homeport::reach
