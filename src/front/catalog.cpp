#include "front/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace homeport::front {
namespace {

/// Others go by port; their hosts only answer addresses.
bool goes_by_host(ServiceKind kind) {
    return kind == ServiceKind::http || kind == ServiceKind::tls;
}

Result<> check_shape(const Service& service) {
    if (goes_by_host(service.kind)) {
        if (!service.hosts.empty()) return {};
        return fail(Errc::invalid,
                    fmt::format("service \"{}\" has no hosts; name at least one", service.name));
    }
    if (!service.ports) {
        return fail(Errc::invalid,
                    fmt::format("service \"{}\" has no port; name one", service.name));
    }
    if (service.ports->count() > kMaxPortsPerService) {
        return fail(Errc::limit,
                    fmt::format("service \"{}\" asks for {} ports; at most {} go", service.name,
                                service.ports->count(), kMaxPortsPerService));
    }
    return {};
}

bool same_service(const Service& left, const Service& right) {
    return left.name == right.name && left.kind == right.kind;
}

}  // namespace

HostTable& Catalog::hosts_of(ServiceKind kind) {
    return kind == ServiceKind::tls ? hall_.tls_hosts : hall_.http_hosts;
}

std::vector<Result<>> Catalog::publish(const std::string& agent, std::vector<Service> services) {
    Entries old = std::exchange(agents_[agent], {});
    std::vector<std::unique_ptr<ServiceEntry>> chosen(services.size());
    std::set<std::string> names;
    std::vector<bool> repeated(services.size());
    for (std::size_t i = 0; i < services.size(); ++i) {
        repeated[i] = !names.insert(services[i].name).second;
        const auto found = std::find_if(old.begin(), old.end(), [&](const auto& entry) {
            return entry && same_service(entry->service, services[i]);
        });
        if (found != old.end() && !repeated[i]) chosen[i] = std::move(*found);
    }
    // First everything is freed, so that a host or port may move from one service to another.
    for (auto& entry : old) {
        if (entry) remove(std::move(entry));
    }
    for (std::size_t i = 0; i < services.size(); ++i) {
        if (chosen[i]) release_unwanted(*chosen[i], services[i]);
    }
    std::vector<Result<>> results;
    Entries kept;
    for (std::size_t i = 0; i < services.size(); ++i) {
        services[i].agent = agent;
        if (repeated[i]) {
            results.push_back(
                fail(Errc::exists,
                     fmt::format("two services are named \"{}\"; rename one", services[i].name)));
            continue;
        }
        if (!chosen[i]) {
            Service bare;
            bare.agent = agent;
            bare.name = services[i].name;
            bare.kind = services[i].kind;
            chosen[i] = std::make_unique<ServiceEntry>(std::move(bare), hall_.options.park);
        }
        results.push_back(install(*chosen[i], std::move(services[i])));
        if (results.back()) {
            kept.push_back(std::move(chosen[i]));
        } else {
            remove(std::move(chosen[i]));
        }
    }
    if (kept.empty()) {
        agents_.erase(agent);
    } else {
        agents_[agent] = std::move(kept);
    }
    return results;
}

template <class Which>
void Catalog::release_hosts(ServiceEntry& entry, Which which) {
    if (!goes_by_host(entry.service.kind)) return;
    for (const HostGlob& glob : entry.service.hosts) {
        if (which(glob)) hosts_of(entry.service.kind).remove(glob, &entry);
    }
}

void Catalog::release_unwanted(ServiceEntry& entry, const Service& wanted) {
    const auto& hosts = wanted.hosts;
    release_hosts(entry, [&hosts](const HostGlob& glob) {
        return std::find(hosts.begin(), hosts.end(), glob) == hosts.end();
    });
    if (entry.service.ports == wanted.ports) return;
    ports_.remove(&entry);
    std::erase_if(entry.listeners, [&](const auto& listener) {
        return !wanted.ports || !wanted.ports->contains(listener.first);
    });
}

Result<> Catalog::install(ServiceEntry& entry, Service service) {
    Result<> result = check_shape(service);
    if (result) result = claim_hosts(entry, service);
    if (result) result = claim_ports(entry, service);
    // Also after a failure: remove() gives back by what stands here.
    entry.stand_in = service.stand_in_html.empty()
                         ? nullptr
                         : std::make_shared<const std::string>(std::move(service.stand_in_html));
    service.stand_in_html.clear();
    entry.service = std::move(service);
    return result;
}

Result<> Catalog::claim_hosts(ServiceEntry& entry, const Service& service) {
    if (!goes_by_host(service.kind)) return {};
    for (const HostGlob& glob : service.hosts) {
        if (hosts_of(service.kind).add(glob, &entry)) continue;
        return fail(Errc::exists,
                    fmt::format("host {} of service \"{}\" is published by another service; "
                                "withdraw it there first",
                                glob.text(), service.name));
    }
    return {};
}

Result<> Catalog::claim_ports(ServiceEntry& entry, const Service& service) {
    if (goes_by_host(service.kind)) return {};
    if (!ports_.add(*service.ports, &entry)) {
        return fail(Errc::exists,
                    fmt::format("port {} of service \"{}\" is published by another service; "
                                "withdraw it there first",
                                service.ports->to_string(), service.name));
    }
    if (hall_.draining) return {};
    for (std::uint32_t port = service.ports->first; port <= service.ports->last; ++port) {
        const auto number = static_cast<std::uint16_t>(port);
        if (entry.listeners.contains(number)) continue;
        if (auto opened = open_port(entry, service, number); !opened) return opened;
    }
    return {};
}

Result<> Catalog::open_port(ServiceEntry& entry, const Service& service, std::uint16_t port) {
    const Endpoint address{hall_.options.front.address, port};
    auto listener = hall_.world.network.listen(
        address, {}, [this, &entry, port](std::unique_ptr<net::Stream> stream) {
            on_port_(entry, port, std::move(stream));
        });
    if (!listener) {
        return fail(listener.error().code,
                    fmt::format("port {} of service \"{}\" cannot be opened: {}", port,
                                service.name, listener.error().what));
    }
    entry.listeners.emplace(port, std::move(*listener));
    return {};
}

void Catalog::remove(std::unique_ptr<ServiceEntry> entry) {
    entry->listeners.clear();
    release_hosts(*entry, [](const HostGlob&) { return true; });
    ports_.remove(entry.get());
    hall_.visitors.leave(*entry);
}

void Catalog::withdraw(const std::string& agent) {
    const auto found = agents_.find(agent);
    if (found == agents_.end()) return;
    Entries entries = std::move(found->second);
    agents_.erase(found);
    for (auto& entry : entries) remove(std::move(entry));
}

void Catalog::park(const std::string& agent, const std::string& service, bool parked) {
    const auto found = agents_.find(agent);
    if (found == agents_.end()) return;
    for (const auto& entry : found->second) {
        if (service.empty() || entry->service.name == service) entry->parked_by_owner = parked;
    }
}

std::vector<ServiceStatus> Catalog::status() const {
    std::vector<ServiceStatus> all;
    for (const auto& [agent, entries] : agents_) {
        const bool up = hall_.world.homes.up(agent);
        for (const auto& entry : entries) {
            all.push_back({agent, entry->service.name, entry->service.kind, up, entry->streams,
                           entry->room.taken(), entry->bytes_in, entry->bytes_out,
                           entry->visitors_total, entry->refused_total});
        }
    }
    return all;
}

void Catalog::close_listeners() {
    for (const auto& [agent, entries] : agents_) {
        for (const auto& entry : entries) entry->listeners.clear();
    }
}

}  // namespace homeport::front
