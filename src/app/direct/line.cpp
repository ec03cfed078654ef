#include "app/direct/line.hpp"

#include "app/direct/limits.hpp"
#include "app/direct/line_memory.hpp"
#include "app/direct/line_units.hpp"
#include "app/direct/port_facts.hpp"
#include "reach/service/knock_door.hpp"
#include "reach/service/reach.hpp"
#include "reach/truth/reconnect_pattern.hpp"
#include "tunnel/limits.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace homeport::app {
namespace {

using reach::Family;
using UnitPhase = reach::UnitReport::Phase;

constexpr std::array<Family, 2> kFamilies{Family::v4, Family::v6};

std::size_t index_of(Family family) {
    return static_cast<std::size_t>(family);
}

const std::optional<reach::Neighbourhood::Side>& side_of(const reach::Neighbourhood& place,
                                                         Family family) {
    return family == Family::v4 ? place.v4 : place.v6;
}

const std::vector<reach::UnitReport>& reports_of(const reach::ReachView& view, Family family) {
    return family == Family::v4 ? view.units_v4 : view.units_v6;
}

}  // namespace

class Line::Impl {
public:
    Impl(const tunnel::AgentWorld& world, Options options)
        : world_(world),
          options_(std::move(options)),
          memory_(options_.state_dir),
          space_(options_.settings.public_networks),
          plan_timer_(world.loop.timers(), net::call<&Impl::prove>(this)),
          repeat_timer_(world.loop.timers(), net::call<&Impl::repeat_sight>(this)) {
        world_.entropy.fill(token_);
        if (const auto opened = memory_.open(world_.entropy); !opened)
            world_.log.warn("line.forgotten", {{"why", opened.error().what}});
    }

    void set_services(std::vector<config::Service> services) {
        std::erase_if(services, [](const config::Service& service) {
            return service.direct == Direct::never;
        });
        services_ = std::move(services);
        settings_changed_ = true;
        begin_or_update();
    }

    void on_seen(const tunnel::RelaySight& sight) {
        sight_ = sight;
        if (!sight.names && !services_.empty()) {
            world_.log.warn("direct.no_names",
                            {{"relay", options_.relay_name},
                             {"effect", "no visitor is sent straight to this home"},
                             {"remedy", "give the relay a [dns] section"}});
        }
        settings_changed_ = true;
        remember(sight.agent.address);
        // Whoever knew of our proofs has forgotten them with the old link.
        plan_.on_change(now());
        begin_or_update();
        repeat_sight();
        tell_hooks(sight.agent.address);
    }

    void begin_stop() {
        if (std::exchange(stopping_, true)) return;
        plan_timer_.cancel();
        knocks_.clear();
        alone_.clear();
        for (Side& side : sides_) {
            if (side.door) side.door->drain();
        }
        if (!reach_) return;
        giving_back_ = true;
        reach_->stop([this] { giving_back_ = false; });
        keep_memory();
    }

    std::size_t running() const {
        std::size_t count = giving_back_ ? 1 : 0;
        for (const Side& side : sides_) {
            if (side.door) count += side.door->visitors();
        }
        return count;
    }

    LineFacts facts() const {
        LineFacts facts;
        facts.active = wanted();
        if (services_.empty()) {
            facts.idle_why = "no service of the settings has direct = \"auto\" or \"only\"";
        } else if (!sight_) {
            facts.idle_why = "the relay has not been reached yet";
        } else if (!sight_->names) {
            facts.idle_why = "the relay answers for no names: its settings have no [dns]";
        }
        for (const Family family : kFamilies) facts.habit[index_of(family)] = habit(family);
        if (!reach_) return facts;
        const reach::ReachView view = reach_->view();
        facts.addresses = {view.v4, view.v6};
        const std::vector<reach::ProofState> proofs = plan_.states();
        for (const Family family : kFamilies) {
            const Side& one = side(family);
            if (!one.door) continue;
            const auto ports = port_facts({.family = family,
                                           .openings = one.door->openings(),
                                           .units = one.units,
                                           .reports = reports_of(view, family),
                                           .proofs = proofs,
                                           .by_itself = by_itself(family),
                                           .now = now()});
            facts.ports.insert(facts.ports.end(), ports.begin(), ports.end());
        }
        return facts;
    }

private:
    struct Side {
        IpAddress own;
        bool translated = true;
        std::pair<std::uint16_t, std::uint16_t> visitor_ports;  ///< of http and tls
        std::unique_ptr<Door> door;
        LineUnits units;
    };
    using ServiceAt = std::pair<std::string, Family>;

    TimePoint now() const { return world_.loop.now(); }
    bool wanted() const { return !services_.empty() && sight_ && sight_->names && !stopping_; }
    Side& side(Family family) { return sides_.at(index_of(family)); }
    const Side& side(Family family) const { return sides_.at(index_of(family)); }
    /// Why no router is asked; nothing: one is.
    std::optional<PortState> by_itself(Family family) const {
        if (!options_.settings.ports) return PortState::off;
        if (side(family).translated || family == Family::v6) return std::nullopt;
        return PortState::not_needed;
    }

    // What is wanted of reach.

    void begin_or_update() {
        if (stopping_ || (!reach_ && !wanted())) return;
        if (reach_) return update();
        reach_ = std::make_unique<reach::Reach>(
            reach::ReachWorld{world_.loop, world_.network, world_.entropy, world_.log},
            reach::Reach::Options{
                .stun = options_.settings.stun,
                .echo = options_.settings.echo,
                .space = space_,
                .nonce = [this](const reach::UnitPort& port) { return memory_.nonce(port); },
                .memory = memory_.routers},
            [this] { update(); });
        reach_->start();
        update();
    }

    /// After news of the settings, the relay, the router or this machine's addresses.
    void update() {
        if (stopping_) return;
        const reach::ReachView view = reach_->view();
        const bool settings_changed = std::exchange(settings_changed_, false);
        for (const Family family : kFamilies) {
            const bool moved = place_door(family, view);
            if (moved || settings_changed) open_ports(family);
        }
        choose_proofs(reach_->view());
        if (view.v4.address) remember(*view.v4.address);
        if (view.v6.address) remember(*view.v6.address);
        prove();
    }

    /// The door stands where this machine's address is. True: it is another one.
    bool place_door(Family family, const reach::ReachView& view) {
        Side& one = side(family);
        const IpAddress own = view.place && side_of(*view.place, family)
                                  ? side_of(*view.place, family)->own
                                  : IpAddress();
        if (own == one.own) return false;
        one.own = own;
        one.translated = family == Family::v4 && !space_.contains(own);
        one.door.reset();
        return true;
    }

    void open_ports(Family family) {
        Side& one = side(family);
        one.units = {};
        if (!wanted() || one.own.is_unspecified()) {
            one.door.reset();
            reach_->set_units(family, {});
            return;
        }
        const std::pair ports{sight_->http, sight_->tls};
        if (!one.door || one.visitor_ports != ports) {
            one.visitor_ports = ports;
            one.door = std::make_unique<Door>(
                Door::World{world_.loop, world_.network, world_.entropy, world_.log, world_.pool},
                Door::Options{.address = one.own,
                              .translated = one.translated,
                              .http_port = sight_->http,
                              .tls_port = sight_->tls,
                              .token = token_});
        }
        one.door->set_services(services_);
        one.units = units_of(one.door->openings());
        for (const Opening& opening : one.door->openings()) log_fault(opening);
        reach_->set_units(family,
                          by_itself(family) ? std::vector<reach::PortUnit>() : one.units.units);
    }

    void log_fault(const Opening& opening) const {
        if (opening.fault.empty()) return;
        world_.log.warn(
            "direct.fault",
            {{"service", opening.service}, {"port", opening.external}, {"why", opening.fault}});
    }

    // The proof from outside.

    /// What is worth trying: ports that a router has opened, or was asked for in vain, because the
    /// owner may have opened them by hand.
    void choose_proofs(const reach::ReachView& view) {
        std::vector<reach::ProofService> wanted;
        for (const Family family : kFamilies) {
            const Side& one = side(family);
            if (!one.door) continue;
            for (reach::ProofService& service : proofs_of(one.door->openings(), family)) {
                const auto sure = said_to_be_open(service.name, family, view);
                if (!sure) continue;
                service.sure = *sure;
                wanted.push_back(std::move(service));
            }
        }
        plan_.set_services(std::move(wanted), now());
    }

    /// Nothing: it is too early to say.
    std::optional<bool> said_to_be_open(const std::string& service, Family family,
                                        const reach::ReachView& view) const {
        if (by_itself(family)) return true;
        const auto units = side(family).units.of_service.find(service);
        if (units == side(family).units.of_service.end()) return std::nullopt;
        bool all_mapped = true;
        for (const std::string& name : units->second) {
            const reach::UnitReport* const report = find_report(reports_of(view, family), name);
            if (report == nullptr) return std::nullopt;
            const bool no_router = report->phase == UnitPhase::waiting && view.complete;
            const bool refused = report->phase == UnitPhase::failed || no_router;
            if (report->phase != UnitPhase::mapped && !refused) return std::nullopt;
            all_mapped = all_mapped && !refused;
        }
        return all_mapped;
    }

    void prove() {
        if (stopping_ || !reach_) return;
        for (const reach::ProofAsk& ask : plan_.due(now())) send(ask);
        const TimePoint next = plan_.deadline();
        next == kNever ? plan_timer_.cancel() : plan_timer_.arm(next);
    }

    void send(const reach::ProofAsk& ask) {
        Side& one = side(ask.family);
        if (!one.door) return;
        one.door->expect_probe(ask.port.external, now() + tunnel::kAskTime);
        if (!knock_where_nobody_listens(ask)) return on_result(ask.id, busy_at_home());
        tunnel::ProbeQuestion question{.token = token_,
                                       .port = ask.port.external,
                                       .check = ask.port.check,
                                       .service = ask.speaks ? ask.service : std::string(),
                                       .host = ask.port.host,
                                       .login = login_of(ask.service)};
        auto done = [this, id = ask.id](Result<> result) { on_result(id, std::move(result)); };
        if (reach::family_of(sight_->agent.address) == ask.family)
            return options_.ask(std::move(question), std::move(done));
        alone_[ask.id] =
            std::make_unique<tunnel::AskingAlone>(world_, options_.relay, options_.relay_key,
                                                  std::move(question), std::move(done), one.own);
    }

    static Result<> busy_at_home() {
        return fail(Errc::closed, "the port is in use at home just now");
    }

    /// The passive ports of ftp sleep until its server needs one. False: it does now.
    bool knock_where_nobody_listens(const reach::ProofAsk& ask) {
        if (ask.speaks || !is_ftp(ask.service)) return true;
        auto door = std::make_unique<reach::KnockDoor>(world_.loop, world_.network, token_);
        const Endpoint here{side(ask.family).own, ask.port.external};
        if (!door->open(here, ask.port.external, false)) return false;
        knocks_[ask.id] = std::move(door);
        return true;
    }

    void on_result(std::uint64_t id, Result<> result) {
        // Whoever calls is perhaps among these.
        world_.loop.post([alive = std::weak_ptr<Impl*>(self_), id] {
            const auto line = alive.lock();
            if (!line) return;
            (*line)->alone_.erase(id);
            (*line)->knocks_.erase(id);
        });
        std::string detail = result ? std::string() : result.error().what;
        plan_.on_result(id, probe_result(result), std::move(detail), now());
        tell_changes();
        complain();
        prove();
    }

    void complain() {
        const reach::ReachView view = reach_->view();
        for (const reach::ProofService& service : plan_.take_complaints(now())) {
            for (const std::string& unit : side(service.family).units.of_service[service.name]) {
                const reach::UnitReport* const report =
                    find_report(reports_of(view, service.family), unit);
                if (report == nullptr || report->phase != UnitPhase::mapped) continue;
                world_.log.warn("direct.not_forwarding", {{"service", service.name},
                                                          {"by", to_text(report->protocol)},
                                                          {"effect", "the router is asked anew"}});
                reach_->on_not_forwarding(service.family, unit);
            }
        }
    }

    /// To the log and to the verdict.
    void tell_changes() {
        std::set<ServiceAt> proven;
        std::set<ServiceAt> seen;
        std::vector<reach::ProbeFact> probes;
        for (const reach::ProofState& state : plan_.states()) {
            probes.push_back({.family = state.family,
                              .role = reach::ProbeRole::wished,
                              .port = state.port.external,
                              .result = state.last});
            const ServiceAt key{state.service, state.family};
            // Only the first port of a service speaks for it.
            if (!seen.insert(key).second) continue;
            const bool holds = state.last == ProbeResult::arrived;
            if (holds) proven.insert(key);
            if (holds == proven_.contains(key)) continue;
            world_.log.info(holds ? "direct.proven" : "direct.lost",
                            {{"service", state.service},
                             {"family", to_text(state.family)},
                             {"port", state.port.external},
                             {"result", to_text(state.last)},
                             {"detail", state.detail}});
        }
        proven_ = std::move(proven);
        reach_->set_probes(std::move(probes));
    }

    // Services.

    const config::Service* service_of(const std::string& name) const {
        const auto found = std::ranges::find(services_, name, &config::Service::name);
        return found == services_.end() ? nullptr : &*found;
    }
    bool is_ftp(const std::string& name) const {
        const config::Service* const service = service_of(name);
        return service != nullptr && service->kind == ServiceKind::ftp;
    }
    std::string login_of(const std::string& name) const {
        const config::Service* const service = service_of(name);
        return service == nullptr ? std::string() : service->check_login;
    }

    /// FTP servers tell their clients an address: it has to be this one.
    void tell_hooks(const IpAddress& address) {
        for (const config::Service& service : services_) {
            if (service.address_hook.empty() || !address.is_v4()) continue;
            std::string& told = told_[service.name];
            if (told == address.to_string()) continue;
            told = address.to_string();
            std::vector<std::string> words = service.address_hook;
            words.push_back(told);
            options_.run_program(std::move(words));
        }
    }

    // Memory.

    /// What the relay saw grows old though it is still true.
    void repeat_sight() {
        if (!sight_ || !reach_ || stopping_) return;
        reach_->on_relay_view(options_.relay_name, sight_->agent.address, sight_->relay.address);
        repeat_timer_.arm(now() + kRepeatSight);
    }

    void remember(const IpAddress& address) {
        const auto spans = memory_.history.spans(reach::family_of(address));
        const bool same = !spans.empty() && spans.back().address == address;
        memory_.history.seen(address, world_.loop.wall());
        if (!same) keep_memory();
    }

    void keep_memory() {
        if (reach_) memory_.routers = reach_->memory();
        if (const auto saved = memory_.save(); !saved)
            world_.log.warn("line.unsaved", {{"why", saved.error().what}});
    }

    std::string habit(Family family) const {
        const auto pattern =
            reach::find_pattern(memory_.history.changes(family), world_.loop.wall());
        return pattern ? to_text(*pattern, 0) + " (UTC)" : std::string();
    }

    tunnel::AgentWorld world_;
    Options options_;
    LineMemory memory_;
    reach::PublicSpace space_;
    ProbeToken token_{};
    std::vector<config::Service> services_;  ///< that want a direct path
    bool settings_changed_ = false;
    std::optional<tunnel::RelaySight> sight_;
    std::array<Side, 2> sides_;
    reach::ProofPlan plan_;
    std::set<ServiceAt> proven_;
    std::map<std::string, std::string> told_;  ///< to the programs of services
    std::map<std::uint64_t, std::unique_ptr<tunnel::AskingAlone>> alone_;
    std::map<std::uint64_t, std::unique_ptr<reach::KnockDoor>> knocks_;
    std::unique_ptr<reach::Reach> reach_;
    bool stopping_ = false;
    bool giving_back_ = false;
    net::Timer plan_timer_;
    net::Timer repeat_timer_;
    std::shared_ptr<Impl*> self_ = std::make_shared<Impl*>(this);
};

Line::Line(const tunnel::AgentWorld& world, Options options)
    : impl_(std::make_unique<Impl>(world, std::move(options))) {}
Line::~Line() = default;

void Line::set_services(std::vector<config::Service> services) {
    impl_->set_services(std::move(services));
}
void Line::on_seen(const tunnel::RelaySight& sight) {
    impl_->on_seen(sight);
}
void Line::begin_stop() {
    impl_->begin_stop();
}
std::size_t Line::running() const {
    return impl_->running();
}
LineFacts Line::facts() const {
    return impl_->facts();
}

}  // namespace homeport::app
