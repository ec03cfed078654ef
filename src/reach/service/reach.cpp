#include "reach/service/reach.hpp"

#include "reach/service/dns_echo.hpp"
#include "reach/service/hop_probe.hpp"
#include "reach/service/limits.hpp"
#include "reach/service/neighbourhood.hpp"
#include "reach/service/router_facts.hpp"
#include "reach/service/second_router.hpp"
#include "reach/service/stun_run.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace homeport::reach {

class Reach::Impl final : private RouterSession::Listener {
public:
    Impl(const ReachWorld& world, Options options, Reach::Listener on_change)
        : world_(world),
          options_(std::move(options)),
          on_change_(std::move(on_change)),
          consensus_(options_.space),
          echo_(world, options_.echo, [this](const auto& said) { take_echo(said); }),
          look_timer_(world.loop.timers(), net::call<&Impl::look>(this)),
          age_timer_(world.loop.timers(), net::call<&Impl::grow_old>(this)),
          tell_timer_(world.loop.timers(), net::call<&Impl::tell>(this)),
          first_look_(world.loop.timers(), net::call<&Impl::end_first_look>(this)) {
        if (options_.stun.size() > kMaxStunServers) options_.stun.resize(kMaxStunServers);
    }

    void start() {
        changes_ = world_.network.watch_changes([this] { look(); });
        first_look_.arm(now() + kFirstLookTime);
        look();
    }

    void set_units(Family family, std::vector<PortUnit> units) {
        units_.at(static_cast<std::size_t>(family)) = std::move(units);
        hand_units();
    }

    void on_not_forwarding(Family family, const std::string& unit) {
        if (session_) session_->on_not_forwarding(family, unit);
    }

    void set_probes(std::vector<ProbeFact> probes) {
        probes_ = std::move(probes);
        changed();
    }

    void on_relay_view(const std::string& relay, const IpAddress& address,
                       const IpAddress& relay_at) {
        // Whoever comes from elsewhere now has another line.
        if (std::exchange(seen_by_relay_, address) != address) {
            consensus_.on_strong_event(now());
            if (session_) session_->check_soon();
        }
        consensus_.add(
            {.source = EvidenceSource::relay, .from = relay, .address = address, .at = now()},
            now());
        relay_at_ = relay_at;
        count_hops_to_relay();
        changed();
    }

    void stop(std::move_only_function<void()> done) {
        changes_.reset();
        look_timer_.cancel();
        if (!session_) return world_.loop.post(std::move(done));
        if (!second_) return session_->stop(std::move(done));
        // The outer one first: through it the ports are open.
        second_->stop(
            [this, done = std::move(done)]() mutable { session_->stop(std::move(done)); });
    }

    ReachView view() const {
        ReachView view;
        view.place = place_;
        view.v4 = consensus_.view(Family::v4);
        view.v6 = consensus_.view(Family::v6);
        for (const auto& [key, report] : routers_) view.routers.push_back({key.first, report});
        if (session_) {
            view.units_v4 = reports_v4();
            view.units_v6 = session_->reports(Family::v6);
        }
        view.facts = facts(view);
        view.verdicts = judge(view.facts, options_.space);
        view.complete = complete_;
        return view;
    }

    RouterMemory memory() const { return session_ ? session_->memory() : options_.memory; }

private:
    using RouterKey = std::pair<Family, MapProtocol>;
    /// Questions to one server about one family.
    struct Stun {
        std::string name;
        std::unique_ptr<net::Handle> resolving;
        std::vector<std::unique_ptr<StunRun>> runs;
    };

    TimePoint now() const { return world_.loop.now(); }

    // Looking.

    void look() {
        look_timer_.arm(now() + kLookEvery);
        const auto addresses = world_.network.addresses();
        const auto gateways = world_.network.gateways();
        if (!addresses || !gateways) {
            world_.log.warn("reach.blind",
                            {{"why", (!addresses ? addresses.error() : gateways.error()).what}});
            return;
        }
        note_interfaces(*addresses);
        repeat_routers();
        auto place = choose_neighbourhood(*addresses, *gateways, options_.space);
        if (place != place_) {
            move_to(std::move(place));
        } else if (session_) {
            session_->check_soon();
        }
        ask_stun();
        echo_.ask(place_);
        count_hops_to_relay();
        changed();
    }

    void note_interfaces(const std::vector<net::InterfaceAddress>& addresses) {
        std::set<std::pair<std::string, IpAddress>> seen;
        for (const net::InterfaceAddress& one : addresses) {
            if (!one.up || one.address.is_loopback()) continue;
            seen.emplace(one.interface, one.address);
            consensus_.add({.source = EvidenceSource::interface,
                            .from = one.interface,
                            .address = one.address,
                            .at = now()},
                           now());
        }
        for (const auto& key : interfaces_) {
            if (seen.contains(key)) continue;
            consensus_.forget(EvidenceSource::interface, key.first, key.second, now());
        }
        interfaces_ = std::move(seen);
    }

    /// Routers are heard of when something changes; what stands has to be said again.
    void repeat_routers() {
        for (const auto& [key, report] : routers_) {
            if (key.first == Family::v4) note_router(report);
        }
    }

    void note_router(const RouterReport& report) {
        if (report.external.is_unspecified()) return;
        consensus_.add({.source = source_of(report.protocol),
                        .from = report.router.to_string(),
                        .address = report.external,
                        .at = now()},
                       now());
    }

    /// Another network, or another address in it: everything that a router said is of the past.
    void move_to(std::optional<Neighbourhood> place) {
        if (session_) options_.memory = session_->memory();
        second_.reset();
        second_at_.reset();
        second_answers_ = false;
        session_.reset();
        routers_.clear();
        hops_.clear();
        nat_ = {};
        place_ = std::move(place);
        consensus_.on_strong_event(now());
        if (!place_) return;
        world_.log.info(
            "reach.network",
            {{"interface", place_->interface},
             {"own", place_->v4 ? place_->v4->own.to_string() : place_->v6->own.to_string()},
             {"router",
              place_->v4 ? place_->v4->gateway.to_string() : place_->v6->gateway.to_string()}});
        session_ = std::make_unique<RouterSession>(world_,
                                                   RouterSession::Options{.place = *place_,
                                                                          .memory = options_.memory,
                                                                          .space = options_.space,
                                                                          .nonce = options_.nonce},
                                                   static_cast<RouterSession::Listener&>(*this));
        session_->start();
        hand_units();
    }

    void hand_units() {
        if (!session_) return;
        for (const Family family : {Family::v4, Family::v6}) {
            const auto& side = family == Family::v4 ? place_->v4 : place_->v6;
            if (side) session_->set_units(family, units_at(family, side->own));
        }
        hand_second_units();
    }

    std::vector<PortUnit> units_at(Family family, const IpAddress& own) const {
        std::vector<PortUnit> units = units_.at(static_cast<std::size_t>(family));
        for (PortUnit& unit : units) {
            for (UnitPort& port : unit.ports) {
                port.internal.address = own;
                // A pinhole does not translate ports.
                if (!own.is_v4()) port.external = port.internal.port;
            }
        }
        return units;
    }

    void ask_stun() {
        stun_.clear();
        hop_probe_.reset();
        if (!place_) return;
        for (const HostPort& server : options_.stun) {
            stun_.push_back({.name = server.to_string(), .resolving = nullptr, .runs = {}});
            const std::size_t index = stun_.size() - 1;
            stun_.back().resolving = world_.network.resolve(
                server.host, [this, index, port = server.port](auto addresses) {
                    if (addresses) ask_server(index, port, *addresses);
                });
        }
    }

    void ask_server(std::size_t index, std::uint16_t port,
                    const std::vector<IpAddress>& addresses) {
        for (const Family family : {Family::v4, Family::v6}) {
            const auto& side = family == Family::v4 ? place_->v4 : place_->v6;
            const auto address = std::ranges::find(addresses, family, family_of);
            if (!side || address == addresses.end()) continue;
            auto run = std::make_unique<StunRun>(
                world_, side->own, Endpoint{*address, port},
                [this, index](const NatFindings& found) { take_stun(index, found); });
            if (run->start()) stun_[index].runs.push_back(std::move(run));
            if (family == Family::v4) count_hops(*address);
        }
    }

    void take_stun(std::size_t index, const NatFindings& found) {
        if (!found.mapped) return complete();
        const IpAddress& address = found.mapped->address;
        consensus_.add({.source = EvidenceSource::stun,
                        .from = stun_[index].name,
                        .address = address,
                        .at = now()},
                       now());
        world_.log.debug("reach.stun", {{"server", stun_[index].name},
                                        {"seen", found.mapped->to_string()},
                                        {"mapping", to_text(found.mapping)}});
        const bool tells_more = found.mapping != NatMapping::unknown || !nat_.mapped;
        if (address.is_v4() && tells_more) nat_ = found;
        complete();
    }

    void take_echo(const std::optional<Evidence>& said) {
        if (said) consensus_.add(*said, now());
        complete();
    }

    void count_hops_to_relay() {
        const bool known = relay_at_.is_v4() && !relay_at_.is_unspecified();
        if (known && place_ && place_->v4) count_hops(relay_at_);
    }

    /// Once in a look, on the way to the first server that was found.
    void count_hops(const IpAddress& target) {
        if (hop_probe_) return;
        hop_probe_ = std::make_unique<HopProbe>(world_.loop, world_.network, target,
                                                place_->v4->own, [this](HopProbe::Hops hops) {
                                                    hops_ = std::move(hops);
                                                    look_for_second_router();
                                                    changed();
                                                });
        if (!hop_probe_->start()) hop_probe_.reset();
    }

    // News.

    void on_unit(Family, const UnitReport&) override {
        hand_second_units();
        changed();
    }

    void on_router(Family family, const RouterReport& report) override {
        RouterReport& known = routers_[{family, report.protocol}];
        // A pinhole's address is our own: no news.
        if (family == Family::v4) {
            if (!known.external.is_unspecified() && known.external != report.external) {
                consensus_.forget(source_of(report.protocol), known.router.to_string(),
                                  known.external, now());
            }
            note_router(report);
            if (report.restarted) consensus_.on_strong_event(now());
        }
        known = report;
        look_for_second_router();
        changed();
    }

    // The router behind the router.

    /// Its news.
    struct SecondListener final : RouterSession::Listener {
        explicit SecondListener(Impl& reach) : owner(reach) {}
        void on_unit(Family, const UnitReport&) override { owner.changed(); }
        void on_router(Family, const RouterReport& report) override {
            owner.second_answers_ = report.answers;
            owner.changed();
        }
        Impl& owner;
    };

    IpAddress external_of_first() const {
        for (const auto& [key, report] : routers_) {
            if (key.first == Family::v4 && !report.external.is_unspecified())
                return report.external;
        }
        return {};
    }

    void look_for_second_router() {
        if (!place_ || !place_->v4) return;
        const auto found = find_second_router(hops_, external_of_first());
        if (!found || found == second_at_) return;
        second_at_ = found;
        world_.log.info("reach.second_router", {{"address", found->to_string()}});
        Neighbourhood place{.interface = place_->interface,
                            .index = place_->index,
                            .v4 = Neighbourhood::Side{place_->v4->own, 32, *found},
                            .v6 = {}};
        second_ = std::make_unique<RouterSession>(world_,
                                                  RouterSession::Options{.place = std::move(place),
                                                                         .memory = {},
                                                                         .space = options_.space,
                                                                         .nonce = options_.nonce,
                                                                         .second = true},
                                                  second_listener_);
        second_->start();
        hand_second_units();
    }

    void hand_second_units() {
        if (!second_) return;
        second_->set_units(Family::v4, second_units(units_at(Family::v4, place_->v4->own),
                                                    session_->reports(Family::v4)));
    }

    /// With a second router that opens ports: those that are open at both.
    std::vector<UnitReport> reports_v4() const {
        std::vector<UnitReport> reports = session_->reports(Family::v4);
        if (!second_ || !second_answers_) return reports;
        const std::vector<UnitReport> behind = second_->reports(Family::v4);
        for (UnitReport& report : reports) {
            const auto found = std::ranges::find(behind, report.name, &UnitReport::name);
            report = both_routers(std::move(report), found == behind.end() ? nullptr : &*found);
        }
        return reports;
    }

    void grow_old() {
        consensus_.on_time(now());
        changed();
    }

    void end_first_look() {
        looked_long_ = true;
        complete();
    }

    void complete() {
        const bool asking = echo_.asking() || std::ranges::any_of(stun_, [](const Stun& server) {
                                return std::ranges::any_of(
                                    server.runs, [](const auto& run) { return !run->over(); });
                            });
        complete_ = complete_ || (looked_long_ && !asking);
        changed();
    }

    void changed() {
        if (const TimePoint old = consensus_.deadline(); old != kNever) age_timer_.arm(old);
        if (!tell_timer_.armed()) tell_timer_.arm(now() + kTellPause);
    }

    void tell() {
        if (on_change_) on_change_();
    }

    Facts facts(const ReachView& view) const {
        Facts facts;
        facts.evidence = consensus_.statements();
        for (std::size_t i = 0; i < hops_.size(); ++i) {
            if (!hops_[i]) continue;
            facts.evidence.push_back({.source = EvidenceSource::hop,
                                      .from = "hop " + std::to_string(i + 1),
                                      .address = *hops_[i],
                                      .at = now()});
        }
        for (const Family family : {Family::v4, Family::v6}) {
            std::vector<RouterReport> reports;
            for (const RouterView& router : view.routers) {
                if (router.family == family) reports.push_back(router.report);
            }
            const auto& units = family == Family::v4 ? view.units_v4 : view.units_v6;
            for (RouterFact& fact : router_facts(family, units, reports)) {
                facts.router.push_back(std::move(fact));
            }
        }
        facts.nat = nat_;
        facts.probes = probes_;
        facts.second_router_maps = second_answers_;
        facts.asked_outside = !options_.stun.empty() || !options_.echo.empty() ||
                              std::ranges::any_of(facts.evidence, [](const Evidence& one) {
                                  return one.source == EvidenceSource::relay;
                              });
        return facts;
    }

    ReachWorld world_;
    Options options_;
    Reach::Listener on_change_;
    Consensus consensus_;
    EchoLook echo_;
    std::optional<Neighbourhood> place_;
    std::set<std::pair<std::string, IpAddress>> interfaces_;
    std::map<RouterKey, RouterReport> routers_;
    std::array<std::vector<PortUnit>, 2> units_;  ///< by family
    std::vector<ProbeFact> probes_;
    IpAddress seen_by_relay_;
    IpAddress relay_at_;
    HopProbe::Hops hops_;
    NatFindings nat_;
    bool looked_long_ = false;
    bool complete_ = false;
    std::unique_ptr<net::Handle> changes_;
    std::vector<Stun> stun_;
    std::unique_ptr<HopProbe> hop_probe_;
    std::unique_ptr<RouterSession> session_;
    SecondListener second_listener_{*this};
    std::optional<IpAddress> second_at_;
    bool second_answers_ = false;
    std::unique_ptr<RouterSession> second_;
    net::Timer look_timer_;
    net::Timer age_timer_;
    net::Timer tell_timer_;
    net::Timer first_look_;
};

Reach::Reach(const ReachWorld& world, Options options, Listener on_change)
    : impl_(std::make_unique<Impl>(world, std::move(options), std::move(on_change))) {}
Reach::~Reach() = default;

void Reach::start() {
    impl_->start();
}
void Reach::set_units(std::vector<PortUnit> units) {
    impl_->set_units(Family::v4, units);
    impl_->set_units(Family::v6, std::move(units));
}
void Reach::set_units(Family family, std::vector<PortUnit> units) {
    impl_->set_units(family, std::move(units));
}
void Reach::on_not_forwarding(Family family, const std::string& unit) {
    impl_->on_not_forwarding(family, unit);
}
void Reach::set_probes(std::vector<ProbeFact> probes) {
    impl_->set_probes(std::move(probes));
}
void Reach::on_relay_view(const std::string& relay, const IpAddress& address,
                          const IpAddress& relay_at) {
    impl_->on_relay_view(relay, address, relay_at);
}
void Reach::stop(std::move_only_function<void()> done) {
    impl_->stop(std::move(done));
}
ReachView Reach::view() const {
    return impl_->view();
}
RouterMemory Reach::memory() const {
    return impl_->memory();
}

}  // namespace homeport::reach
