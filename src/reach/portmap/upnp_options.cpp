#include "reach/portmap/upnp_options.hpp"

#include <algorithm>

namespace homeport::reach {
namespace {

bool shares_network(const IpAddress& address, const IpAddress& own, std::uint8_t prefix_bits) {
    return !own.is_unspecified() && Cidr{own, prefix_bits}.contains(address);
}

}  // namespace

bool UpnpOptions::is_gateway(const IpAddress& address) const {
    return std::ranges::find(gateways, address) != gateways.end();
}

bool UpnpOptions::is_neighbour(const IpAddress& address) const {
    if (address == own_v4 || address == own_v6) return false;
    return shares_network(address, own_v4, v4_prefix_bits) ||
           shares_network(address, own_v6, v6_prefix_bits);
}

}  // namespace homeport::reach
