#include "dns/server/home_answer.hpp"

#include "core/special_addresses.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

std::vector<IpAddress> publishable(const std::vector<IpAddress>& addresses, bool allow_private) {
    std::vector<IpAddress> good;
    std::ranges::copy_if(addresses, std::back_inserter(good), [allow_private](const auto& address) {
        return allow_private || is_public(address);
    });
    return good;
}

/// Many visitors have no IPv6. (Those who have nothing else reach IPv4 by a translator, RFC 6146;
/// those who have both prefer IPv6, so relays' addresses of that family would take them away.)
void add_way_for_v4(std::vector<IpAddress>& direct, const std::vector<IpAddress>& relay) {
    if (std::ranges::any_of(direct, &IpAddress::is_v4)) return;
    std::ranges::copy_if(relay, std::back_inserter(direct), &IpAddress::is_v4);
}

}  // namespace

HomeAnswer answer_of(const HomeView& home, const std::vector<IpAddress>& relay, TimePoint now,
                     bool allow_private) {
    if (home.state == HomeState::parked) {
        if (home.parked.kind == ParkedAnswer::Kind::nothing) return {};
        if (home.parked.kind == ParkedAnswer::Kind::stand_in) return {relay};
        return {publishable(home.parked.addresses, allow_private)};
    }
    const bool proven = home.state == HomeState::relayed && home.direct &&
                        now - home.direct->proven_at < kDirectProofTime;
    const std::vector<IpAddress> by_relay = home.relayed ? relay : std::vector<IpAddress>();
    if (!proven) return {by_relay};
    auto direct = publishable(home.direct->addresses, allow_private);
    if (direct.empty()) return {by_relay};
    add_way_for_v4(direct, by_relay);
    return {std::move(direct), home.direct->proven_at + kDirectProofTime};
}

}  // namespace homeport::dns
