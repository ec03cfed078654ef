#include "tunnel/agent/services.hpp"

#include <algorithm>

namespace homeport::tunnel {

std::vector<std::uint32_t> Services::replace(std::vector<config::Service> services) {
    std::map<std::uint32_t, Entry> before;
    before.swap(entries_);
    for (config::Service& service : services) {
        const auto same = std::find_if(before.begin(), before.end(), [&service](const auto& entry) {
            return entry.second.settings == service;
        });
        if (same != before.end()) {
            entries_.insert(before.extract(same));
            continue;
        }
        AgentServiceStatus status{.name = service.name, .reason = "waiting for the relay"};
        entries_.emplace(next_id_++, Entry{std::move(service), std::move(status)});
    }
    std::vector<std::uint32_t> gone;
    for (const auto& [id, entry] : before) gone.push_back(id);
    retired_ = std::move(before);
    return gone;
}

std::vector<Offer> Services::offers() const {
    std::vector<Offer> offers;
    for (const auto& [id, entry] : entries_) {
        const config::Service& service = entry.settings;
        offers.push_back({id, service.name, service.kind, service.hosts, service.ports,
                          service.allow, service.deny, service.stand_in_html, service.direct});
    }
    return offers;
}

void Services::on_results(const std::vector<OfferResult>& results) {
    for (const OfferResult& result : results) {
        const auto entry = entries_.find(result.id);
        if (entry == entries_.end()) continue;
        entry->second.status.accepted = result.accepted;
        entry->second.status.reason = result.reason;
    }
}

Result<Route> Services::route(const OpenInfo& info) const {
    const auto entry = entries_.find(info.service);
    if (entry == entries_.end()) return fail(Errc::denied, "no such service");
    const config::Service& service = entry->second.settings;
    const std::uint16_t first = service.ports ? service.ports->first : std::uint16_t{0};
    const bool port_fits = service.ports ? service.ports->contains(info.port) : info.port == 0;
    if (!port_fits) return fail(Errc::denied, "the port does not belong to the service");
    Route route{.service = info.service,
                .proxy_protocol = service.proxy_protocol,
                .trust_inner = service.trust_inner};
    const config::Target& target = service.target;
    if (!target.unix_path.empty()) {
        route.unix_path = target.unix_path;
        return route;
    }
    const auto distance =
        static_cast<std::uint16_t>(target.ports.first == target.ports.last ? 0 : info.port - first);
    route.target = {target.host, static_cast<std::uint16_t>(target.ports.first + distance)};
    return route;
}

AgentServiceStatus* Services::status(std::uint32_t service) {
    const auto entry = entries_.find(service);
    return entry == entries_.end() ? nullptr : &entry->second.status;
}

std::vector<AgentServiceStatus> Services::all() const {
    std::vector<AgentServiceStatus> all;
    for (const auto& [id, entry] : entries_) all.push_back(entry.status);
    return all;
}

}  // namespace homeport::tunnel
