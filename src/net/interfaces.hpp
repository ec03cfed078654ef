#pragma once
/// What a host knows of its own addresses and of the routers next to it.

#include "core/ip.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace homeport::net {

/// Addresses, links and default routes of one host. More of a kind: Errc::limit.
inline constexpr std::size_t kMaxHostEntries = 4096;

/// One address that can be used now: none that the host is still checking for a duplicate.
struct InterfaceAddress {
    std::string interface;
    unsigned index = 0;  ///< of the interface, from 1
    IpAddress address;
    unsigned prefix_bits = 0;
    bool temporary = false;   ///< IPv6, made up for privacy and soon replaced (RFC 8981)
    bool deprecated = false;  ///< no more for new connections
    bool up = false;          ///< the interface is switched on and has its carrier
    friend bool operator==(const InterfaceAddress&, const InterfaceAddress&) = default;
};

/// The next hop of a default route.
struct Gateway {
    std::string interface;
    unsigned index = 0;  ///< of the interface, from 1; a link-local address needs it
    IpAddress address;
    unsigned metric = 0;              ///< less is preferred
    std::optional<IpAddress> source;  ///< our address as the route gives it
    friend bool operator==(const Gateway&, const Gateway&) = default;
};

}  // namespace homeport::net
