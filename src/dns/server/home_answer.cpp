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
    if (!proven) return {relay};
    auto direct = publishable(home.direct->addresses, allow_private);
    if (direct.empty()) return {relay};
    return {std::move(direct), home.direct->proven_at + kDirectProofTime};
}

}  // namespace homeport::dns
