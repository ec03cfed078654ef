#include "app/direct/local_homes.hpp"

#include "tunnel/tunnel_stream.hpp"

#include <utility>

namespace homeport::app {
namespace {

front::Service service_of(const tunnel::Offer& offer) {
    front::Service service;
    service.id = offer.id;
    service.name = offer.name;
    service.kind = offer.kind;
    // To a tcp service names are addresses only.
    if (offer.kind != ServiceKind::tcp) service.hosts = offer.hosts;
    service.ports = offer.ports;
    service.allow = offer.allow;
    service.deny = offer.deny;
    service.stand_in_html = offer.stand_in_html;
    return service;
}

}  // namespace

std::vector<front::Service> LocalHomes::replace(std::vector<config::Service> services) {
    services_.replace(std::move(services));
    kinds_.clear();
    std::vector<front::Service> published;
    for (const tunnel::Offer& offer : services_.offers()) {
        if (offer.kind == ServiceKind::ftp) continue;
        kinds_.emplace(offer.id, offer.kind);
        published.push_back(service_of(offer));
    }
    return published;
}

std::uint16_t LocalHomes::outer_port(std::uint32_t service, std::uint16_t port) const {
    const auto kind = kinds_.find(service);
    if (kind == kinds_.end() || kind->second == ServiceKind::tcp) return port;
    return kind->second == ServiceKind::http ? ports_.http : ports_.tls;
}

std::unique_ptr<net::BufferedStream> LocalHomes::open(const std::string&, std::uint32_t service,
                                                      std::uint16_t port,
                                                      const front::Visitor& visitor) {
    const Endpoint local{visitor.local.address, outer_port(service, port)};
    const auto route = services_.route({service, port, visitor.source, local});
    if (route) return std::make_unique<DirectStream>(world_, *route, visitor.source, local);
    world_.log.warn("direct.refused", {{"service", service}, {"why", route.error().what}});
    return tunnel::make_failed_stream(world_.loop, Errc::denied, visitor.source, local);
}

}  // namespace homeport::app
