#pragma once
/// What is published now, by agent, with the listeners of tcp ports. Publishing compares: what
/// stays keeps its entry, and with it its listeners, visitors and counters.

#include "front/hall.hpp"
#include "front/routes.hpp"
#include "front/service_entry.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace homeport::front {

class Catalog {
public:
    using PortHandler =
        std::function<void(ServiceEntry&, std::uint16_t port, std::unique_ptr<net::Stream>)>;

    /// `on_port` gets every connection to a port of a tcp service.
    Catalog(Hall& hall, PortHandler on_port) : hall_(hall), on_port_(std::move(on_port)) {}

    /// See Front::publish. A service that fails is not published, its old form neither. Services of
    /// one agent are told apart by name and kind. http and tls go by their hosts, others by their
    /// ports alone. Errors also: invalid (none of these), limit (more than kMaxPortsPerService).
    std::vector<Result<>> publish(const std::string& agent, std::vector<Service> services);
    void withdraw(const std::string& agent);
    void park(const std::string& agent, const std::string& service, bool parked);
    std::vector<ServiceStatus> status() const;
    void close_listeners();

private:
    using Entries = std::vector<std::unique_ptr<ServiceEntry>>;

    template <class Which>
    void release_hosts(ServiceEntry& entry, Which which);
    void release_unwanted(ServiceEntry& entry, const Service& wanted);
    Result<> install(ServiceEntry& entry, Service service);
    Result<> claim_hosts(ServiceEntry& entry, const Service& service);
    Result<> claim_ports(ServiceEntry& entry, const Service& service);
    Result<> open_port(ServiceEntry& entry, const Service& service, std::uint16_t port);
    void remove(std::unique_ptr<ServiceEntry> entry);
    HostTable& hosts_of(ServiceKind kind);

    Hall& hall_;
    PortHandler on_port_;
    PortTable ports_;
    std::map<std::string, Entries> agents_;
};

}  // namespace homeport::front
