#pragma once
/// The agent's own list of services: the only place that says which targets may be dialled. The
/// relay names a service by number and a port; everything else is looked up here. Pure.

#include "config/settings.hpp"
#include "tunnel/protocol/offer.hpp"
#include "tunnel/protocol/session.hpp"
#include "tunnel/status.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace homeport::tunnel {

/// Where one stream goes.
struct Route {
    std::uint32_t service = 0;
    std::string unix_path;  ///< or:
    HostPort target;
    ProxyProtocol proxy_protocol = ProxyProtocol::none;
    bool trust_inner = false;  ///< long transfers may leave the link
};

class Services {
public:
    struct Entry {
        config::Service settings;
        AgentServiceStatus status;
    };

    /// Replaces the list. A service that stays exactly the same keeps its number, so its streams go
    /// on; any other gets a fresh one. Returns the numbers that are gone.
    std::vector<std::uint32_t> replace(std::vector<config::Service> services);
    std::vector<Offer> offers() const;
    void on_results(const std::vector<OfferResult>& results);
    /// Errors: denied, when the service or the port is not in the settings.
    Result<Route> route(const OpenInfo& info) const;
    /// nullptr when the service is gone.
    AgentServiceStatus* status(std::uint32_t service);
    std::vector<AgentServiceStatus> all() const;

private:
    std::map<std::uint32_t, Entry> entries_;
    std::map<std::uint32_t, Entry> retired_;  ///< replaced last; their counters may still be in use
    std::uint32_t next_id_ = 1;
};

}  // namespace homeport::tunnel
