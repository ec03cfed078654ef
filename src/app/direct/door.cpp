#include "app/direct/door.hpp"

#include "app/direct/gated_network.hpp"
#include "app/direct/limits.hpp"
#include "app/direct/local_homes.hpp"
#include "front/front.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace homeport::app {
namespace {

/// The name that the front has for the one who publishes here.
constexpr const char* kAgent = "home";

ProbeCheck check_of(ServiceKind kind) {
    switch (kind) {
    case ServiceKind::http:
        return ProbeCheck::http;
    case ServiceKind::tls:
        return ProbeCheck::tls;
    case ServiceKind::ftp:
        return ProbeCheck::ftp;
    case ServiceKind::tcp:
        break;
    }
    return ProbeCheck::open;
}

std::string first_name(const config::Service& service) {
    const auto found = std::ranges::find_if_not(service.hosts, &HostGlob::wildcard);
    return found == service.hosts.end() ? "" : found->text();
}

bool has_kind(const std::vector<config::Service>& services, ServiceKind kind) {
    return std::ranges::any_of(services,
                               [kind](const auto& service) { return service.kind == kind; });
}

}  // namespace

class Door::Impl {
public:
    Impl(const World& world, const Options& options)
        : options_(options),
          network_(world.network),
          gated_(world.loop, world.network,
                 {options.translated, options.http_port, options.tls_port, options.token}),
          homes_({world.loop, world.network, world.log, world.pool},
                 {options.http_port, options.tls_port}),
          front_({world.loop, gated_, world.entropy, world.log, world.pool, homes_},
                 front_options()) {
        // Agents have no business here: their connections are closed.
        const auto started = front_.start([](std::unique_ptr<net::Stream>) {});
        if (!started) world.log.warn("door.not_open", {{"why", started.error().what}});
    }

    void set_services(const std::vector<config::Service>& services) {
        std::vector<config::Service> direct;
        std::ranges::copy_if(
            services, std::back_inserter(direct),
            [](const config::Service& service) { return service.direct != Direct::never; });
        gated_.leave(ports_of_targets(direct));
        gated_.want(has_kind(direct, ServiceKind::http), has_kind(direct, ServiceKind::tls));
        publish(homes_.replace(direct));
        openings_.clear();
        for (const config::Service& service : direct) add_openings(service);
    }

    const std::vector<Opening>& openings() const { return openings_; }
    void expect_probe(std::uint16_t port, TimePoint until) { gated_.expect_probe(port, until); }
    std::size_t visitors() const { return front_.visitors(); }
    void drain() { front_.drain(); }

private:
    front::Front::Options front_options() const {
        front::Front::Options front;
        front.front.address = options_.address;
        if (options_.http_port != 0) front.front.http = {{options_.address, options_.http_port}};
        if (options_.tls_port != 0) front.front.tls = {{options_.address, options_.tls_port}};
        front.park.wait = kDirectWait;
        front.max_visitors = kDirectVisitors;
        return front;
    }

    /// Where a service of this machine has the visitors' own port, it may start after the agent,
    /// and could not if the door stood there.
    std::set<std::uint16_t> ports_of_targets(const std::vector<config::Service>& services) const {
        std::set<std::uint16_t> ports;
        for (const config::Service& service : services) {
            if (!is_here(service.target.host)) continue;
            const auto add = [&](std::uint16_t port) {
                if (service.target.ports.contains(port)) ports.insert(port);
            };
            if (service.kind == ServiceKind::http) add(options_.http_port);
            if (service.kind == ServiceKind::tls) add(options_.tls_port);
            for_each_port(service.ports, add);
        }
        return ports;
    }

    bool is_here(const std::string& host) const {
        const auto address = IpAddress::parse(host);
        if (!address) return host == "localhost";
        if (address->is_loopback() || *address == options_.address) return true;
        const auto own = network_.addresses();
        return own &&
               std::ranges::find(*own, *address, &net::InterfaceAddress::address) != own->end();
    }

    void publish(const std::vector<front::Service>& services) {
        const std::vector<Result<>> results = front_.publish(kAgent, services);
        refused_.clear();
        for (std::size_t i = 0; i < results.size(); ++i) {
            if (!results[i]) refused_.emplace(services[i].name, results[i].error().what);
        }
    }

    void add_openings(const config::Service& service) {
        switch (service.kind) {
        case ServiceKind::http:
            return add_shared(service, options_.http_port);
        case ServiceKind::tls:
            return add_shared(service, options_.tls_port);
        case ServiceKind::tcp:
            return for_each_port(service.ports, [&](std::uint16_t port) {
                openings_.push_back(behind_the_door(service, port));
            });
        case ServiceKind::ftp:
            return add_ftp(service);
        }
    }

    template <class Use>
    static void for_each_port(const std::optional<PortRange>& range, Use use) {
        for (std::uint32_t port = range ? range->first : 1; range && port <= range->last; ++port) {
            use(static_cast<std::uint16_t>(port));
        }
    }

    void add_shared(const config::Service& service, std::uint16_t port) {
        if (port != 0) return openings_.push_back(behind_the_door(service, port));
        const std::string kind(to_string(service.kind));
        openings_.push_back({.service = service.name,
                             .fault = "the relay has no port for " + kind + " services; add " +
                                      kind + " to [front] there"});
    }

    /// The server has these ports itself.
    void add_ftp(const config::Service& service) {
        const auto add = [&](std::uint16_t external, std::uint16_t internal, ProbeCheck check) {
            openings_.push_back({service.name, external, internal, check});
        };
        const std::uint16_t server = service.target.ports.first;
        for_each_port(service.ports, [&](auto port) { add(port, server, ProbeCheck::ftp); });
        for_each_port(service.passive, [&](auto port) { add(port, port, ProbeCheck::proof); });
    }

    Opening behind_the_door(const config::Service& service, std::uint16_t port) const {
        Opening opening{.service = service.name, .external = port, .internal = port};
        const GatedNetwork::Opened* const opened = gated_.opened(port);
        if (const auto refused = refused_.find(service.name); refused != refused_.end()) {
            opening.fault = refused->second;
        } else if (opened == nullptr) {
            opening.fault = "no more visitors are let in";
        } else if (opened->internal != 0) {
            opening.internal = opened->internal;
        } else if (opened->error.code == Errc::exists && !options_.translated) {
            // Most likely by the service itself.
            opening.check = check_of(service.kind);
            opening.host = first_name(service);
        } else {
            opening.fault = why_not(port, opened->error);
        }
        return opening;
    }

    static std::string why_not(std::uint16_t port, const Error& error) {
        const std::string number = std::to_string(port);
        if (error.code == Errc::denied) {
            return "no right to listen on port " + number +
                   "; give the agent CAP_NET_BIND_SERVICE, or use a port above 1023";
        }
        if (error.code == Errc::exists) {
            return "no port of this machine is free for port " + number +
                   "; stop a program that listens on many ports above " +
                   std::to_string(kFirstInternalPort);
        }
        return "port " + number + " cannot be opened: " + error.what;
    }

    Options options_;
    net::Network& network_;
    GatedNetwork gated_;
    LocalHomes homes_;
    front::Front front_;
    std::vector<Opening> openings_;
    std::map<std::string, std::string> refused_;  ///< services that the front did not take, and why
};

Door::Door(const World& world, Options options) : impl_(std::make_unique<Impl>(world, options)) {}

Door::~Door() = default;

void Door::set_services(const std::vector<config::Service>& services) {
    impl_->set_services(services);
}

const std::vector<Opening>& Door::openings() const {
    return impl_->openings();
}

void Door::expect_probe(std::uint16_t external_port, TimePoint until) {
    impl_->expect_probe(external_port, until);
}

std::size_t Door::visitors() const {
    return impl_->visitors();
}

void Door::drain() {
    impl_->drain();
}

}  // namespace homeport::app
