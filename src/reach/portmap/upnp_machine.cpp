#include "reach/portmap/upnp_machine.hpp"

#include "reach/portmap/limits.hpp"
#include "reach/wire/gena.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace homeport::reach {
namespace {

/// When to look after news: the first answers are often the old ones.
constexpr std::array<Duration, 4> kLooks = {200ms, 1s, 5s, 15s};
/// So long after a change of ours the router's table changes because of it.
constexpr Duration kOwnChange = 5s;

Duration search_pause(int searches) {
    const int doublings = std::clamp(searches - 1, 0, 10);
    return std::min<Duration>(kUpnpSearchRetry * (1 << doublings), kUpnpSearchRetryMax);
}

bool same_port(const MappingWish& left, const MappingWish& right) {
    if (left.transport != right.transport) return false;
    if (left.internal.address.is_v4() != right.internal.address.is_v4()) return false;
    return left.internal.address.is_v4() ? left.external_port == right.external_port
                                         : left.internal == right.internal;
}

}  // namespace

UpnpMachine::UpnpMachine(UpnpOptions options, MachineOutput& output)
    : options_(std::move(options)),
      output_(output),
      memory_(UpnpMemory::read(options_.memory)),
      calls_(output),
      search_(options_, output),
      devices_(options_, calls_),
      events_(options_.callback, calls_),
      table_(calls_) {}

void UpnpMachine::start(TimePoint now) {
    started_ = true;
    for (const HttpUrl& location : memory_.locations) {
        if (!search_.acceptable(location)) continue;
        devices_.found({.location = location,
                        .uuid = {},
                        .server = {},
                        .boot_id = {},
                        .gateway = options_.is_gateway(location.at.address),
                        .bye = false},
                       now);
    }
    search_.begin(now);
    searching_ = true;
    run(now);
}

void UpnpMachine::want(const MappingWish& wish, TimePoint now) {
    if (stopping_ || held_.contains(wish.id)) return;
    const bool v4 = wish.internal.address.is_v4();
    if (held_.size() >= kMaxMappings) return reject(wish, MapFault::full, "too many wishes");
    // Routers take port 0 for all ports.
    if (wish.internal.port == 0 || (v4 && wish.external_port == 0)) {
        return reject(wish, MapFault::refused, "port 0 is no port");
    }
    if (has_same_port(wish, false)) return reject(wish, MapFault::conflict, "wished for twice");
    const auto number = memory_.pinholes.find(wish.nonce);
    const bool known = !v4 && number != memory_.pinholes.end();
    Held& held = held_.emplace(wish.id, Held{UpnpWish(wish, known ? number->second : "", now), {}})
                     .first->second;
    const Road& road = road_of(held.wish);
    if (road.state == Road::State::closed) {
        held.wish.give_up(road.fault, road.detail, std::min(search_due_, devices_.deadline()));
    }
    tell_external();
    run(now);
}

void UpnpMachine::reject(const MappingWish& wish, MapFault fault, std::string detail) {
    MappingReport report;
    report.id = wish.id;
    report.protocol = MapProtocol::upnp;
    report.phase = MappingReport::Phase::failed;
    report.fault = fault;
    report.detail = std::move(detail);
    output_.report(report);
}

bool UpnpMachine::has_same_port(const MappingWish& wish, bool dropping) const {
    return std::ranges::any_of(held_, [&](const auto& one) {
        const UpnpWish& other = one.second.wish;
        return other.wish().id != wish.id && other.dropping() == dropping &&
               same_port(other.wish(), wish);
    });
}

void UpnpMachine::drop(MappingId id, TimePoint now) {
    const auto held = held_.find(id);
    if (held == held_.end() || held->second.wish.dropping()) return;
    ++dropping_;
    memory_.pinholes.erase(held->second.wish.wish().nonce);
    held->second.wish.drop(now);
    run(now);
}

void UpnpMachine::remake(MappingId id, TimePoint now) {
    const auto held = held_.find(id);
    if (held == held_.end()) return;
    if (road_of(held->second.wish).state == Road::State::open) held->second.wish.remake(now);
    run(now);
}

void UpnpMachine::check_soon(TimePoint now) {
    if (stopping_) return;
    look_ = 0;
    looks_began_ = now;
    look_due_ = now + kLooks[0];
    news_due_ = kNever;
}

/// News that anybody in the network can make up wait for the end of the looks before.
void UpnpMachine::news(TimePoint now) {
    if (stopping_) return;
    if (looks_began_ == kNever || now >= looks_began_ + kUpnpNewsGap) return check_soon(now);
    news_due_ = looks_began_ + kUpnpNewsGap;
}

void UpnpMachine::run_looks(TimePoint now) {
    if (now >= news_due_) check_soon(now);
    if (now < look_due_) return;
    if (look_ == 0) restarted_ |= std::exchange(restart_seen_, false);
    if (look_ == 0 || look_ == 2) {
        search_.begin(now);
        searching_ = true;
    }
    devices_.look_again(now);
    for (auto& [id, held] : held_) held.wish.look_soon(now);
    ++look_;
    look_due_ = look_ < kLooks.size() ? looks_began_ + kLooks[look_] : kNever;
}

void UpnpMachine::on_datagram(const Endpoint& from, Bytes datagram, bool multicast, TimePoint now) {
    if (stopping_) return;
    const auto found = search_.on_datagram(from, datagram, multicast);
    if (!found) return;
    const bool changed = devices_.found(*found, now);
    if (changed) {
        restart_seen_ |= !found->bye;
        news(now);
    }
    run(now);
}

void UpnpMachine::on_reply(HttpCallId id, const Result<HttpReply>& reply, TimePoint now) {
    calls_.on_reply(id, reply, now);
    run(now);
}

/// That nobody listens for unicast searches says nothing: multicast ones may be answered.
void UpnpMachine::on_unreachable(const Endpoint& to, TimePoint now) {
    static_cast<void>(to);
    static_cast<void>(now);
}

bool UpnpMachine::on_event(std::string_view sid, std::uint32_t seq, std::string_view body,
                           TimePoint now) {
    if (!events_.is_ours(sid)) return false;
    const auto change = read_property_set(body);
    if (!change || change->empty() || !mappings_.service) return true;
    const auto address = change->external_address ? told_address(*change->external_address)
                                                  : mappings_.service->external;
    const bool connected = !change->connection_status || *change->connection_status == "Connected";
    const bool same =
        address == mappings_.service->external && connected == mappings_.service->connected;
    // The first event tells the state as it is, and our own changes are no news.
    const bool own =
        !change->external_address && !change->connection_status && now - changed_at_ < kOwnChange;
    if ((seq == 0 && same) || own) return true;
    news(now);
    run(now);
    return true;
}

void UpnpMachine::on_time(TimePoint now) {
    if (now < deadline()) return;
    run(now);
}

TimePoint UpnpMachine::deadline() const {
    if (!started_) return kNever;
    TimePoint next = calls_.deadline();
    for (const auto& [id, held] : held_) {
        const bool open = road_of(held.wish).state == Road::State::open;
        if (open && !must_wait(held.wish)) next = std::min(next, held.wish.due());
    }
    if (stopping_) return next;
    return std::min({next, search_.deadline(), devices_.deadline(), events_.deadline(), look_due_,
                     news_due_, search_due_});
}

void UpnpMachine::run(TimePoint now) {
    if (!started_) return;
    calls_.on_time(now);
    if (!stopping_) {
        run_looks(now);
        run_search(now);
        devices_.on_time(now);
        if (devices_.take_changed() || mappings_.state == Road::State::searching) choose(now);
        events_.on_time(now);
    }
    for (auto& [id, held] : held_) serve(held, now);
    emit();
}

void UpnpMachine::run_search(TimePoint now) {
    if (now >= search_due_) {
        search_due_ = kNever;
        search_.begin(now);
        searching_ = true;
    }
    search_.on_time(now);
    if (!searching_ || search_.under_way()) return;
    searching_ = false;
    choose(now);
}

void UpnpMachine::choose(TimePoint now) {
    plan_search(devices_.best_connection(nullptr) == nullptr && devices_.best_firewall() == nullptr,
                now);
    choose_connection(now);
    choose_firewall(now);
    std::vector<std::uint64_t> used;
    if (mappings_.service) used.push_back(mappings_.service->device);
    if (pinholes_.service) used.push_back(pinholes_.service->device);
    devices_.watch(std::move(used));
    events_.follow(mappings_.service ? mappings_.service->service.events : std::nullopt, now);
}

void UpnpMachine::plan_search(bool nobody, TimePoint now) {
    if (!nobody) {
        search_.spare_everybody();
        search_due_ = kNever;
        searches_ = 0;
    } else if (!search_.under_way() && search_due_ == kNever) {
        search_due_ = now + search_pause(++searches_);
    }
}

/// Somebody, or somebody better, may still answer.
bool UpnpMachine::undecided(const Road& road) const {
    return road.state == Road::State::searching && (search_.under_way() || devices_.busy());
}

void UpnpMachine::choose_connection(TimePoint now) {
    const UpnpCandidate* best =
        devices_.best_connection(mappings_.service ? &*mappings_.service : nullptr);
    const bool good = best != nullptr && best->gateway && best->connected;
    if (!good && undecided(mappings_)) return;
    if (best == nullptr) return close_for_nobody(mappings_, false, "no usable connection service");
    if (mappings_.service) compare(*mappings_.service, *best, now);
    open_road(mappings_, false, *best, now);
    tell_external();
}

/// A restart or another address is news, except to the looks that found it out: the answers of
/// some routers differ each time.
void UpnpMachine::compare(const UpnpCandidate& before, const UpnpCandidate& after, TimePoint now) {
    if (looks_began_ != kNever && now < looks_began_ + kUpnpPollInterval) return;
    const bool same_place =
        before.device == after.device && before.service.control == after.service.control;
    const bool restarted = same_place && before.uptime_seconds && after.uptime_seconds &&
                           *after.uptime_seconds < *before.uptime_seconds;
    restart_seen_ |= restarted;
    if (restarted || before.external != after.external) news(now);
}

void UpnpMachine::choose_firewall(TimePoint now) {
    const UpnpCandidate* best = devices_.best_firewall();
    const bool by_v6 = best != nullptr && !best->service.control.at.address.is_v4();
    const bool good = by_v6 || (best != nullptr && options_.own_v6.is_unspecified());
    if (!good && undecided(pinholes_)) return;
    if (best == nullptr) return close_for_nobody(pinholes_, true, "no WANIPv6FirewallControl");
    if (best->firewall_on && best->pinholes_allowed) return open_road(pinholes_, true, *best, now);
    pinholes_.service = *best;
    if (!best->firewall_on) {
        return close_road(pinholes_, true, MapFault::unsupported,
                          "FirewallEnabled=0: the router lets everything in");
    }
    close_road(pinholes_, true, MapFault::not_authorized,
               "InboundPinholeAllowed=0: the router must allow this device to open ports");
}

void UpnpMachine::open_road(Road& road, bool pinholes, const UpnpCandidate& service,
                            TimePoint now) {
    const bool same = road.state == Road::State::open && road.service->device == service.device &&
                      road.service->service == service.service;
    road.service = service;
    if (same) return;
    road.state = Road::State::open;
    ++road.round;
    for (auto& [id, held] : held_) {
        if (held.wish.pinhole() == pinholes) held.wish.begin_anew(now);
    }
}

void UpnpMachine::close_for_nobody(Road& road, bool pinholes, std::string_view missing) {
    road.service.reset();
    const bool anybody = devices_.anybody();
    close_road(road, pinholes, anybody ? MapFault::unsupported : MapFault::silent,
               anybody ? std::string(missing) : "nobody answers");
}

void UpnpMachine::close_road(Road& road, bool pinholes, MapFault fault, std::string detail) {
    road.state = Road::State::closed;
    road.fault = fault;
    road.detail = std::move(detail);
    ++road.round;
    const TimePoint retry_at = std::min(search_due_, devices_.deadline());
    for (auto& [id, held] : held_) {
        if (held.wish.pinhole() == pinholes) held.wish.give_up(fault, road.detail, retry_at);
    }
}

void UpnpMachine::tell_external() {
    IpAddress external;
    const auto& service = mappings_.service;
    if (service && service->external && options_.is_public(*service->external)) {
        external = *service->external;
    }
    for (auto& [id, held] : held_) held.wish.set_external(external);
}

/// A port that is just being removed for one wish cannot be asked for by another.
bool UpnpMachine::must_wait(const UpnpWish& wish) const {
    return dropping_ > 0 && !wish.dropping() && has_same_port(wish.wish(), true);
}

void UpnpMachine::serve(Held& held, TimePoint now) {
    const Road& road = road_of(held.wish);
    if (road.state != Road::State::open) {
        if (held.wish.dropping()) held.wish.give_up(MapFault::none, {}, kNever);
        return;
    }
    if (must_wait(held.wish)) return;
    const auto call = held.wish.next(memory_.quirks, now);
    if (!call) return;
    const auto kind = held.wish.asks_only() ? UpnpCalls::Kind::question : UpnpCalls::Kind::change;
    calls_.ask(
        http_call(road.service->service, *call), kind,
        [this, id = held.wish.wish().id, round = road.round, action = call->action](
            const Result<HttpReply>& reply, TimePoint then) {
            after_call(id, round, action, reply, then);
        },
        now);
}

void UpnpMachine::after_call(MappingId id, std::uint64_t round, std::string_view action,
                             const Result<HttpReply>& reply, TimePoint now) {
    const auto found = held_.find(id);
    if (found == held_.end()) return;
    UpnpWish& wish = found->second.wish;
    const Road& road = road_of(wish);
    if (road.round != round) return;
    const UpnpOutcome outcome = outcome_of(reply, action);
    if (!outcome.answer) devices_.suspect(road.service->device, now);
    if (!wish.asks_only()) changed_at_ = now;
    wish.on_outcome(outcome, memory_.quirks, now);
    if (wish.pinhole()) numbers_are_unique(wish, now);
}

/// After a restart a router counts its pinholes anew: who had the number before lost his.
void UpnpMachine::numbers_are_unique(const UpnpWish& owner, TimePoint now) {
    if (!owner.holds_pinhole(owner.pinhole_number())) return;
    for (auto& [id, held] : held_) {
        const bool other = id != owner.wish().id;
        if (other && held.wish.holds_pinhole(owner.pinhole_number())) held.wish.lose_pinhole(now);
    }
}

void UpnpMachine::emit() {
    for (auto it = held_.begin(); it != held_.end();) {
        Held& held = it->second;
        if (held.reported != held.wish.report()) {
            held.reported = held.wish.report();
            output_.report(*held.reported);
        }
        if (held.wish.gone()) {
            --dropping_;
            it = held_.erase(it);
        } else {
            ++it;
        }
    }
    const bool decided = mappings_.state != Road::State::searching || pinholes_.service.has_value();
    if (!decided || stopping_) return;
    RouterReport report = router_report();
    if (reported_ == report && !restarted_) return;
    reported_ = report;
    report.restarted = std::exchange(restarted_, false);
    output_.report(report);
}

RouterReport UpnpMachine::router_report() const {
    RouterReport report;
    report.protocol = MapProtocol::upnp;
    const auto& service = mappings_.service ? mappings_.service : pinholes_.service;
    if (!service) return report;
    report.answers = true;
    report.router = service->service.control.at;
    report.name = service->name;
    if (service->external) report.external = *service->external;
    return report;
}

void UpnpMachine::stop(TimePoint now) {
    if (stopping_) return;
    stopping_ = true;
    search_.end();
    events_.follow(std::nullopt, now);
    for (auto& [id, held] : held_) {
        if (!held.wish.dropping()) ++dropping_;
        held.wish.drop(now);
    }
    run(now);
}

void UpnpMachine::list_entries(TimePoint now) {
    if (mappings_.service && !stopping_) table_.list(mappings_.service->service, now);
    run(now);
}

std::string UpnpMachine::memory(TimePoint now) const {
    static_cast<void>(now);
    UpnpMemory memory = memory_;
    std::vector<HttpUrl> locations;
    for (const Road* road : {&mappings_, &pinholes_}) {
        if (!road->service) continue;
        const HttpUrl& location = road->service->location;
        if (std::ranges::find(locations, location) == locations.end())
            locations.push_back(location);
    }
    if (!locations.empty()) memory.locations = std::move(locations);
    // Pinholes that are held go before those that an earlier process has left.
    const auto left = std::exchange(memory.pinholes, {});
    for (const auto& [id, held] : held_) {
        const bool room = memory.pinholes.size() < kMaxRememberedPinholes;
        const std::string& number = held.wish.pinhole_number();
        if (room && !number.empty()) memory.pinholes[held.wish.wish().nonce] = number;
    }
    for (const auto& one : left) {
        if (memory.pinholes.size() < kMaxRememberedPinholes) memory.pinholes.insert(one);
    }
    return memory.to_text();
}

}  // namespace homeport::reach
