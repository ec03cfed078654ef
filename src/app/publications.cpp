#include "app/publications.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace homeport::app {
namespace {

front::Service service_of(const std::string& agent, const tunnel::Offer& offer) {
    return {.agent = agent,
            .id = offer.id,
            .name = offer.name,
            .kind = offer.kind,
            .hosts = offer.hosts,
            .ports = offer.ports,
            .allow = offer.allow,
            .deny = offer.deny,
            .stand_in_html = offer.stand_in_html};
}

ServiceFacts facts_of(const std::string& agent, const tunnel::Offer& offer,
                      const Result<>& result) {
    ServiceFacts facts;
    facts.agent = agent;
    facts.name = offer.name;
    facts.kind = offer.kind;
    facts.hosts = offer.hosts;
    facts.ports = offer.ports;
    if (!result) facts.reason = result.error().what;
    return facts;
}

void add_counters(ServiceFacts& facts, const front::ServiceStatus& status) {
    facts.streams = status.streams;
    facts.parked = status.parked;
    facts.bytes_in = status.bytes_in;
    facts.bytes_out = status.bytes_out;
    facts.visitors_total = status.visitors_total;
    facts.refused_total = status.refused_total;
}

}  // namespace

std::unique_ptr<net::BufferedStream> RelayHomes::open(const std::string& agent,
                                                      std::uint32_t service, std::uint16_t port,
                                                      const front::Visitor& visitor) {
    return relay_.open(agent, service, port, visitor.source, visitor.local);
}

std::vector<Result<>> Publications::publish(const std::string& agent,
                                            const std::vector<tunnel::Offer>& offers) {
    if (front_ == nullptr) {
        return std::vector<Result<>>(offers.size(), fail(Errc::closed, "the relay is stopping"));
    }
    std::vector<front::Service> services;
    for (const tunnel::Offer& offer : offers) services.push_back(service_of(agent, offer));
    Home& home = homes_[agent];
    home.results = front_->publish(agent, std::move(services));
    home.offers = offers;
    home.board.keep_only(names(home));
    for (std::size_t i = 0; i < offers.size(); ++i) {
        if (home.results[i]) continue;
        log_.warn(
            "service.refused",
            {{"agent", agent}, {"service", offers[i].name}, {"why", home.results[i].error().what}});
    }
    show(agent, home);
    tell_hosts(agent, home);
    return home.results;
}

void Publications::withdraw(const std::string& agent) {
    homes_.erase(agent);
    tell_hosts(agent, {});
    if (front_ != nullptr) front_->withdraw(agent);
}

void Publications::tell_hosts(const std::string& agent, const Home& home) const {
    if (!on_hosts_) return;
    std::vector<HostGlob> hosts;
    for (std::size_t i = 0; i < home.offers.size(); ++i) {
        if (!home.results[i]) continue;
        for (const HostGlob& host : home.offers[i].hosts) {
            // An http and a tls service may share it.
            if (std::ranges::find(hosts, host) == hosts.end()) hosts.push_back(host);
        }
    }
    on_hosts_(agent, hosts);
}

Result<> Publications::park(const std::string& home, const tunnel::ParkWish& wish) {
    const auto found = homes_.find(home);
    if (found == homes_.end()) {
        return fail(Errc::not_found, fmt::format("\"{}\" publishes nothing", home));
    }
    found->second.board.set(wish.service, wish.parked, names(found->second));
    show(home, found->second);
    return {};
}

void Publications::challenge(const std::string&, const tunnel::Challenge&, Done done) {
    done(fail(Errc::not_found, "this relay has no zone for it"));
}

Result<> Publications::park_by_operator(const std::string& service, bool parked) {
    std::vector<std::string> known;
    for (const auto& [agent, home] : homes_) {
        for (std::string& name : names(home)) known.push_back(std::move(name));
    }
    if (!service.empty() && std::find(known.begin(), known.end(), service) == known.end()) {
        return fail(Errc::not_found, fmt::format("no home publishes a service \"{}\"", service));
    }
    operator_board_.set(service, parked, known);
    for (const auto& [agent, home] : homes_) show(agent, home);
    return {};
}

std::vector<ServiceFacts> Publications::facts() const {
    const auto counters =
        front_ != nullptr ? front_->status() : std::vector<front::ServiceStatus>();
    std::vector<ServiceFacts> all;
    for (const auto& [agent, home] : homes_) {
        for (std::size_t i = 0; i < home.offers.size(); ++i) {
            ServiceFacts facts = facts_of(agent, home.offers[i], home.results[i]);
            for (const front::ServiceStatus& status : counters) {
                if (status.agent != agent || status.name != facts.name) continue;
                add_counters(facts, status);
                facts.state = parked(home, facts.name) ? ServiceState::parked
                              : status.up              ? ServiceState::up
                                                       : ServiceState::away;
            }
            all.push_back(std::move(facts));
        }
    }
    return all;
}

std::vector<std::string> Publications::names(const Home& home) {
    std::vector<std::string> all;
    for (const tunnel::Offer& offer : home.offers) all.push_back(offer.name);
    return all;
}

bool Publications::parked(const Home& home, const std::string& service) const {
    return home.board.parked(service) || operator_board_.parked(service);
}

void Publications::show(const std::string& agent, const Home& home) {
    if (front_ == nullptr) return;
    for (const tunnel::Offer& offer : home.offers) {
        front_->park(agent, offer.name, parked(home, offer.name));
    }
}

}  // namespace homeport::app
