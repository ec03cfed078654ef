#include "reach/service/neighbourhood.hpp"

#include <algorithm>

namespace homeport::reach {
namespace {

bool may_be_asked_from(const net::InterfaceAddress& one, const net::Gateway& gateway,
                       const PublicSpace& space) {
    if (one.index != gateway.index || !one.up) return false;
    if (one.address.is_v4() != gateway.address.is_v4()) return false;
    // A pinhole is for a global address; link-local and unique local ones reach nobody.
    return one.address.is_v4() || space.contains(one.address);
}

/// Less is better: an address that stays is worth more than one that is about to go.
int rank(const net::InterfaceAddress& one, const net::Gateway& gateway) {
    if (gateway.source == one.address) return 0;
    const Cidr network{one.address, static_cast<std::uint8_t>(one.prefix_bits)};
    const bool beside = gateway.address.is_v4() && network.contains(gateway.address);
    return 1 + (one.deprecated ? 4 : 0) + (one.temporary ? 2 : 0) + (beside ? 0 : 1);
}

std::optional<Neighbourhood::Side> side_of(const net::Gateway& gateway,
                                           const std::vector<net::InterfaceAddress>& addresses,
                                           const PublicSpace& space) {
    const net::InterfaceAddress* best = nullptr;
    for (const net::InterfaceAddress& one : addresses) {
        if (!may_be_asked_from(one, gateway, space)) continue;
        if (best == nullptr || rank(one, gateway) < rank(*best, gateway)) best = &one;
    }
    if (best == nullptr) return std::nullopt;
    return Neighbourhood::Side{
        .own = best->address, .prefix_bits = best->prefix_bits, .gateway = gateway.address};
}

}  // namespace

std::optional<Neighbourhood> choose_neighbourhood(
    const std::vector<net::InterfaceAddress>& addresses, const std::vector<net::Gateway>& gateways,
    const PublicSpace& space) {
    Neighbourhood place;
    for (const net::Gateway& gateway : gateways) {
        if (place.index != 0 && place.index != gateway.index) continue;
        auto& side = gateway.address.is_v4() ? place.v4 : place.v6;
        if (side) continue;
        side = side_of(gateway, addresses, space);
        if (!side) continue;
        place.interface = gateway.interface;
        place.index = gateway.index;
    }
    if (place.index == 0) return std::nullopt;
    return place;
}

}  // namespace homeport::reach
