#include "app/host_views.hpp"

#include <algorithm>
#include <map>

namespace homeport::app {
namespace {

std::optional<dns::DirectPath> direct_of(const ServiceView& service) {
    return service.parked ? std::nullopt : service.direct;
}

/// What both were proven for.
std::optional<dns::DirectPath> both(const std::optional<dns::DirectPath>& left,
                                    const std::optional<dns::DirectPath>& right) {
    if (!left || !right) return std::nullopt;
    dns::DirectPath path{{}, std::min(left->proven_at, right->proven_at)};
    std::ranges::copy_if(
        left->addresses, std::back_inserter(path.addresses), [&](const IpAddress& address) {
            return std::ranges::find(right->addresses, address) != right->addresses.end();
        });
    return path;
}

dns::HomeView view_of(const std::vector<const ServiceView*>& services, bool up) {
    dns::HomeView view{.state = up ? dns::HomeState::relayed : dns::HomeState::away,
                       .relayed = std::ranges::any_of(services, &ServiceView::relayed),
                       .direct = direct_of(*services.front())};
    bool parked = true;
    for (const ServiceView* const service : services) {
        parked = parked && service->parked.has_value();
        view.direct = both(view.direct, direct_of(*service));
    }
    if (!parked) return view;
    view.state = dns::HomeState::parked;
    view.parked = *services.front()->parked;
    return view;
}

}  // namespace

std::vector<HomeHost> host_views(const std::vector<ServiceView>& services, bool up) {
    std::map<HostGlob, std::vector<const ServiceView*>> by_host;
    for (const ServiceView& service : services) {
        for (const HostGlob& host : service.hosts) by_host[host].push_back(&service);
    }
    std::vector<HomeHost> views;
    for (const auto& [host, behind] : by_host) views.push_back({host, view_of(behind, up)});
    return views;
}

HostState state_of(const dns::HomeView& view, TimePoint now, bool allow_private) {
    if (view.state == dns::HomeState::parked) return HostState::parked;
    const bool proven = dns::answer_of(view, {}, now, allow_private).until != kNever;
    if (proven) return HostState::direct;
    if (!view.relayed) return HostState::unproven;
    return view.state == dns::HomeState::away ? HostState::away : HostState::relayed;
}

}  // namespace homeport::app
