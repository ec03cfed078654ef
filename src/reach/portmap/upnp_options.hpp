#pragma once
/// What a UPnP machine has to know of the network that it serves.

#include "core/ip.hpp"
#include "core/special_addresses.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace homeport::reach {

struct UpnpOptions {
    /// Addresses of this machine in the router's network; unspecified: none. The IPv6 one is global
    /// and is the source of calls to IPv6 endpoints: routers refuse pinholes to other sources.
    IpAddress own_v4;
    std::uint8_t v4_prefix_bits = 24;
    IpAddress own_v6;
    std::uint8_t v6_prefix_bits = 64;
    /// All known addresses of the router. Those of IPv4 and the global ones of IPv6 are searched
    /// by unicast too.
    std::vector<IpAddress> gateways;
    /// Where the router shall send events, for example "http://192.168.1.20:49000/3f9c": not to be
    /// guessed. Empty: no events.
    std::string callback;
    /// Of an earlier machine; see PortMapMachine::memory().
    std::string memory;
    /// Which addresses count as reachable from everywhere.
    std::function<bool(const IpAddress&)> is_public = homeport::is_public;

    bool is_gateway(const IpAddress& address) const;
    /// In a network of this machine, and not its own address.
    bool is_neighbour(const IpAddress& address) const;
};

}  // namespace homeport::reach
