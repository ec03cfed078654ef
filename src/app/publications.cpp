#include "app/publications.hpp"

#include "app/limits.hpp"
#include "app/parked_answer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

/// Of the name itself and of a wildcard for it ACME servers ask at the same place.
std::string challenged_host(const HostGlob& host) {
    return host.wildcard() ? host.text().substr(2) : host.text();
}

/// What was proven of the others may be another port.
std::set<std::string> unchanged(const std::vector<tunnel::Offer>& before,
                                const std::vector<tunnel::Offer>& now,
                                const std::vector<Result<>>& results) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (results[i] && std::ranges::find(before, now[i]) != before.end())
            names.insert(now[i].name);
    }
    return names;
}

bool is_challenge(std::string_view text) {
    const auto graphic = [](char c) { return c > ' ' && c <= '~'; };
    return !text.empty() && text.size() <= kMaxChallengeBytes && std::ranges::all_of(text, graphic);
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
    const auto [at, fresh] = homes_.try_emplace(agent);
    Home& home = at->second;
    if (auto remembered = remembered_.extract(agent); fresh && remembered)
        home.board = std::move(remembered.mapped());
    home.results = offer_to_front(agent, offers);
    home.proofs.keep_only(unchanged(home.offers, offers, home.results));
    home.offers = offers;
    for (std::size_t i = 0; i < offers.size(); ++i) {
        if (home.results[i]) continue;
        world_.log.warn(
            "service.refused",
            {{"agent", agent}, {"service", offers[i].name}, {"why", home.results[i].error().what}});
    }
    const ParkBoard before = home.board;
    home.board.keep_only(names(home));
    show(agent, home);
    if (home.board != before) save_parked();
    return home.results;
}

/// All but those that the relay does not forward: their visitors never come here.
std::vector<Result<>> Publications::offer_to_front(const std::string& agent,
                                                   const std::vector<tunnel::Offer>& offers) {
    std::vector<Result<>> results(offers.size());
    std::vector<front::Service> services;
    std::vector<std::size_t> places;  // of each of these in `results`
    std::set<std::string> names;
    for (std::size_t i = 0; i < offers.size(); ++i) {
        if (!names.insert(offers[i].name).second) {
            results[i] = fail(Errc::exists, fmt::format("two services are named \"{}\"; rename one",
                                                        offers[i].name));
        } else if (offers[i].direct != Direct::only) {
            places.push_back(i);
            services.push_back(service_of(agent, offers[i]));
        }
    }
    auto published = front_->publish(agent, std::move(services));
    for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(published[i]);
    return results;
}

void Publications::withdraw(const std::string& agent) {
    seen_.erase(agent);
    const auto gone = homes_.extract(agent);
    if (on_hosts_) on_hosts_(agent, {});
    if (front_ != nullptr) front_->withdraw(agent);
    if (!gone.empty() && gone.mapped().board != ParkBoard()) save_parked();
}

void Publications::on_link(const std::string& agent, bool up) {
    if (up == up_.contains(agent)) return;
    up ? static_cast<void>(up_.insert(agent)) : static_cast<void>(up_.erase(agent));
    const auto home = homes_.find(agent);
    if (home == homes_.end()) return;
    tell_hosts(agent, home->second);
}

// ---- what visitors may reach straight

void Publications::on_seen(const std::string& agent, const Endpoint& from, bool resumed) {
    seen_[agent] = from.address;
    const auto home = homes_.find(agent);
    if (home == homes_.end()) return;
    DirectProofs& proofs = home->second.proofs;
    if (!resumed) proofs.clear();
    if (proofs.move_to(from.address) || !resumed) tell_hosts(agent, home->second);
}

bool Publications::goes_straight(const Home& home, const std::string& service) {
    for (std::size_t i = 0; i < home.offers.size(); ++i) {
        if (home.offers[i].name == service && home.results[i])
            return home.offers[i].direct != Direct::never;
    }
    return false;
}

void Publications::probe(const std::string& agent, const tunnel::ProbeWish& wish, Done done) {
    const auto home = homes_.find(agent);
    if (!wish.service.empty() &&
        (home == homes_.end() || !goes_straight(home->second, wish.service))) {
        return done(fail(Errc::denied, fmt::format("{} publishes no service \"{}\" here that "
                                                   "visitors may reach straight",
                                                   agent, wish.service)));
    }
    if (!probes_) return done(fail(Errc::closed, "this relay proves nothing"));
    probes_(agent, wish, std::move(done));
}

void Publications::on_probe(const std::string& agent, const std::string& service,
                            const IpAddress& address, bool reached) {
    const auto found = homes_.find(agent);
    if (found == homes_.end() || !goes_straight(found->second, service)) return;
    // Begun before the home moved, and over since.
    const auto seen = seen_.find(agent);
    if (seen != seen_.end() && seen->second.is_v4() == address.is_v4() && seen->second != address)
        return;
    DirectProofs& proofs = found->second.proofs;
    if (reached && up_.contains(agent)) {
        const TimePoint now = world_.loop.now();
        proofs.succeed(service, address, now);
        if (!proof_timer_.armed()) proof_timer_.arm(now + DirectProofs::kTime);
        tell_hosts(agent, found->second);
    } else if (!reached && proofs.fail(service, address)) {
        tell_hosts(agent, found->second);
    }
}

/// At the end of what was the oldest proof when the timer was armed: maybe there is a newer one.
void Publications::forget_proofs() {
    TimePoint next = kNever;
    for (auto& [agent, home] : homes_) {
        if (home.proofs.expire(world_.loop.now())) tell_hosts(agent, home);
        next = std::min(next, home.proofs.next());
    }
    if (next != kNever) proof_timer_.arm(next);
}

ServiceState Publications::state_of_straight(const std::string& agent, const Home& home,
                                             const std::string& service) const {
    if (parked(home, service)) return ServiceState::parked;
    const bool reached = up_.contains(agent) && home.proofs.path(service);
    return reached ? ServiceState::up : ServiceState::away;
}

// ---- what is parked

void Publications::remember() {
    auto boards = world_.memory.load();
    if (boards) {
        remembered_ = std::move(*boards);
    } else {
        world_.log.error("park.forgotten", {{"why", boards.error().what}});
    }
}

void Publications::save_parked() {
    ParkBoards boards;
    for (const auto& [agent, home] : homes_) {
        if (home.board != ParkBoard()) boards[agent] = home.board;
    }
    boards.insert(remembered_.begin(), remembered_.end());
    const auto saved = world_.memory.save(boards);
    if (!saved)
        world_.log.error("park.unsaved", {{"why", saved.error().what},
                                          {"effect", "a restart of the relay forgets it"}});
}

Result<> Publications::park(const std::string& home, const tunnel::ParkWish& wish) {
    const auto found = homes_.find(home);
    if (found == homes_.end() || found->second.offers.empty())
        return fail(Errc::not_found, fmt::format("\"{}\" publishes nothing", home));
    const std::vector<std::string> known = names(found->second);
    if (!wish.service.empty() && std::ranges::find(known, wish.service) == known.end()) {
        return fail(Errc::not_found, fmt::format("\"{}\" publishes no service \"{}\", only {}",
                                                 home, wish.service, fmt::join(known, ", ")));
    }
    ParkBoard& board = found->second.board;
    const ParkBoard before = board;
    if (wish.parked) {
        auto answer = parse_parked_answer(wish.answer, allow_private_);
        if (!answer) return std::unexpected(answer.error());
        board.park(wish.service, std::move(*answer));
    } else {
        board.unpark(wish.service, known);
    }
    // Said again, as after each reconnect.
    if (board == before) return {};
    show(home, found->second);
    world_.log.info(wish.parked ? "home.park" : "home.unpark",
                    {{"agent", home}, {"service", wish.service}, {"answer", wish.answer}});
    save_parked();
    return {};
}

Result<> Publications::park_by_operator(const std::string& service, bool parked) {
    std::vector<std::string> known;
    for (const auto& [agent, home] : homes_) {
        for (std::string& name : names(home)) known.push_back(std::move(name));
    }
    if (!service.empty() && std::find(known.begin(), known.end(), service) == known.end()) {
        return fail(Errc::not_found, fmt::format("no home publishes a service \"{}\"", service));
    }
    parked ? operator_board_.park(service, {}) : operator_board_.unpark(service, known);
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
            if (home.offers[i].direct == Direct::only && home.results[i])
                facts.state = state_of_straight(agent, home, facts.name);
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

/// The owner's answer goes before the operator's, who has none to say.
std::optional<dns::ParkedAnswer> Publications::parked_answer(const Home& home,
                                                             const std::string& service) const {
    const dns::ParkedAnswer* const answer = home.board.answer(service);
    if (answer != nullptr) return *answer;
    return operator_board_.parked(service) ? std::optional(dns::ParkedAnswer()) : std::nullopt;
}

void Publications::show(const std::string& agent, const Home& home) {
    if (front_ != nullptr) {
        for (const tunnel::Offer& offer : home.offers)
            front_->park(agent, offer.name, parked(home, offer.name));
    }
    tell_hosts(agent, home);
}

void Publications::tell_hosts(const std::string& agent, const Home& home) const {
    if (on_hosts_) on_hosts_(agent, views(agent, home));
}

std::vector<HomeHost> Publications::views(const std::string& agent, const Home& home) const {
    std::vector<ServiceView> services;
    // Silent for a moment or moving house: until it is heard of nobody is sent there.
    const bool up = up_.contains(agent);
    for (std::size_t i = 0; i < home.offers.size(); ++i) {
        if (!home.results[i]) continue;
        const tunnel::Offer& offer = home.offers[i];
        services.push_back({.hosts = offer.hosts,
                            .parked = parked_answer(home, offer.name),
                            .direct = up ? home.proofs.path(offer.name) : std::nullopt,
                            .relayed = offer.direct != Direct::only});
    }
    return host_views(services, up);
}

std::vector<HostFacts> Publications::host_facts() const {
    std::vector<HostFacts> all;
    for (const auto& [agent, home] : homes_) {
        for (const HomeHost& host : views(agent, home))
            all.push_back(
                {agent, host.host.text(), state_of(host.view, world_.loop.now(), allow_private_)});
    }
    return all;
}

// ---- certificates of homes

void Publications::challenge(const std::string& agent, const tunnel::Challenge& challenge,
                             Done done) {
    const auto host = HostGlob::parse(challenge.host);
    if (!host || !may_prove(agent, *host)) {
        return done(
            fail(Errc::denied,
                 fmt::format("\"{}\" is not a host that {} publishes here (of a wildcard, say "
                             "what stands behind \"*.\")",
                             challenge.host, agent)));
    }
    if (!is_challenge(challenge.text)) {
        return done(fail(Errc::denied,
                         fmt::format("a challenge is 1 to {} letters, digits and signs of ASCII "
                                     "without spaces",
                                     kMaxChallengeBytes)));
    }
    if (!challenges_) return done(fail(Errc::not_found, "this relay answers no DNS"));
    challenges_({agent, challenged_host(*host), challenge.text, challenge.present},
                std::move(done));
}

bool Publications::may_prove(const std::string& agent, const HostGlob& host) const {
    const auto found = homes_.find(agent);
    if (found == homes_.end()) return false;
    const Home& home = found->second;
    for (std::size_t i = 0; i < home.offers.size(); ++i) {
        if (!home.results[i]) continue;
        for (const HostGlob& published : home.offers[i].hosts) {
            if (published == host || challenged_host(published) == host.text()) return true;
        }
    }
    return false;
}

}  // namespace homeport::app
