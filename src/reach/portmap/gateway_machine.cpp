#include "reach/portmap/gateway_machine.hpp"

#include "core/assert.hpp"
#include "core/special_addresses.hpp"
#include "core/text.hpp"
#include "reach/portmap/limits.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace homeport::reach {
namespace {

/// Both protocols know a mapping by what it leads to: a second one would replace the first.
bool same_inside(const MappingWish& a, const MappingWish& b) {
    return a.transport == b.transport && a.internal == b.internal;
}

}  // namespace

GatewayMachine::GatewayMachine(MapProtocol protocol, ServerEpoch::Rule rule,
                               const GatewayOptions& options, MachineOutput& output)
    : options_(options), output_(output), epoch_(rule) {
    HOMEPORT_ASSERT(options.gateway.address.is_v4() == options.own.is_v4());
    router_.protocol = protocol;
    router_.router = options.gateway;
    if (const auto epoch_s = remembered("epoch")) epoch_.recall(*epoch_s);
}

void GatewayMachine::start(TimePoint now) {
    started_ = true;
    begin_probe(now, kGatewayTries);
    flush(now);
}

void GatewayMachine::want(const MappingWish& wish, TimePoint now) {
    if (mappings_.contains(wish.id)) return;
    if (mappings_.size() >= kMaxMappings)
        return refuse_wish(wish, MapFault::full, "too many mappings are wanted");
    if (wish.internal.address != options_.own)
        return refuse_wish(wish, MapFault::unsupported, "a mapping to another address");
    if (wish.internal.port == 0 || wish.external_port == 0)
        return refuse_wish(wish, MapFault::unsupported, "port 0");
    bool leaving = false;
    for (const auto& [id, entry] : mappings_) {
        if (!same_inside(entry.mapping.wish(), wish)) continue;
        if (!entry.mapping.removing())
            return refuse_wish(wish, MapFault::unsupported, "the internal port is mapped already");
        leaving = true;
    }
    add(wish, leaving, now);
    flush(now);
}

void GatewayMachine::add(const MappingWish& wish, bool blocked, TimePoint now) {
    Entry entry{
        .mapping = GatewayMapping(wish, router_.protocol, now), .blocked = blocked, .told = {}};
    const bool waits_for_others = probe_.at != kNever && scout() != nullptr;
    if (!spoken_)
        entry.mapping.give_up(MapFault::unsupported, "", kNever, now);
    else if (judged_ && !router_.answers && waits_for_others)
        entry.mapping.give_up(MapFault::silent, "", probe_.at, now);
    mappings_.emplace(wish.id, std::move(entry));
    if (probe_.tries == 0 && probe_.at != kNever)
        probe_.at = std::min<TimePoint>(probe_.at, now + kHeartbeat);
}

void GatewayMachine::refuse_wish(const MappingWish& wish, MapFault fault, std::string_view why) {
    MappingReport report;
    report.id = wish.id;
    report.protocol = router_.protocol;
    report.phase = MappingReport::Phase::failed;
    report.fault = fault;
    report.detail = why;
    output_.report(report);
}

void GatewayMachine::drop(MappingId id, TimePoint now) {
    const auto found = mappings_.find(id);
    if (found == mappings_.end()) return;
    found->second.mapping.drop(now);
    flush(now);
}

void GatewayMachine::remake(MappingId id, TimePoint now) {
    const auto found = mappings_.find(id);
    if (found == mappings_.end()) return;
    found->second.mapping.remake(now);
    flush(now);
}

void GatewayMachine::check_soon(TimePoint now) {
    rounds_.start(now);
}

void GatewayMachine::on_datagram(const Endpoint& from, Bytes datagram, bool multicast,
                                 TimePoint now) {
    if (!started_ || from.address != options_.gateway.address) return;
    // An answer comes from where the question went; who announces chooses the port.
    if (!multicast && from.port != options_.gateway.port) return;
    if (multicast)
        on_announcement(datagram, now);
    else
        on_answer(datagram, now);
    flush(now);
}

/// Nobody listens: some routers have no such server, others are just starting it.
void GatewayMachine::on_unreachable(const Endpoint& to, TimePoint now) {
    if (!started_ || to != options_.gateway || !spoken_) return;
    const bool known = heard_at_ != TimePoint::min();
    fall_silent(known ? MapFault::silent : MapFault::unsupported,
                "port " + std::to_string(to.port) + " is closed", now);
    flush(now);
}

void GatewayMachine::on_time(TimePoint now) {
    flush(now);
}

void GatewayMachine::heard(std::uint32_t epoch_s, TimePoint now) {
    heard_at_ = now;
    spoken_ = true;
    if (!router_.answers) {
        judged_ = router_.answers = true;
        for (auto& [id, entry] : mappings_) entry.mapping.router_is_back(now);
    }
    if (!epoch_.lost_state(epoch_s, now)) return;
    for (auto& [id, entry] : mappings_) entry.mapping.lost(now);
    router_.restarted = true;
    rounds_.start(now);
}

void GatewayMachine::probe_answered(TimePoint now) {
    begin_probe(now + (mappings_.empty() ? kIdleHeartbeat : kHeartbeat), kGatewayTries);
}

/// What an announcement says is not taken over: the first ones after a change tell the old address.
void GatewayMachine::announced(bool other, TimePoint now) {
    const bool quiet = news_at_ == TimePoint::min() || now - news_at_ >= kSameNewsQuiet;
    if (!other && !router_.restarted && !quiet) return;
    news_at_ = now;
    rounds_.start(now);
}

void GatewayMachine::set_external_of_mappings(const IpAddress& address) {
    for (auto& [id, entry] : mappings_) entry.mapping.set_external_address(address);
}

void GatewayMachine::ask_all_again(TimePoint now) {
    for (auto& [id, entry] : mappings_)
        if (entry.mapping.asking()) entry.mapping.look_again(now);
}

void GatewayMachine::refuse_all_asked(const GatewayAnswer& answer, TimePoint now) {
    for (auto& [id, entry] : mappings_)
        if (entry.mapping.asking()) entry.mapping.on_answer(answer, now);
}

void GatewayMachine::not_spoken(const std::string& detail, TimePoint now) {
    if (router_.answers) return;
    judged_ = true;
    spoken_ = false;
    router_.answers = false;
    probe_.at = kNever;
    give_up_all(MapFault::unsupported, detail, kNever, now);
}

void GatewayMachine::fall_silent(MapFault fault, const std::string& detail, TimePoint now) {
    judged_ = true;
    router_.answers = false;
    const TimePoint retry_at = now + kSilentPause;
    begin_probe(retry_at, kSilentTries);
    give_up_all(fault, detail, retry_at, now);
}

void GatewayMachine::give_up_all(MapFault fault, const std::string& detail, TimePoint retry_at,
                                 TimePoint now) {
    for (auto& [id, entry] : mappings_) entry.mapping.give_up(fault, detail, retry_at, now);
}

void GatewayMachine::begin_probe(TimePoint at, unsigned most_tries) {
    probe_ = {.at = at, .began = {}, .tries = 0, .most_tries = most_tries};
}

void GatewayMachine::start_round(TimePoint now) {
    spoken_ = true;
    begin_probe(now, kGatewayTries);
    for (auto& [id, entry] : mappings_) entry.mapping.look_again(now);
}

void GatewayMachine::flush(TimePoint now) {
    if (!started_) return;
    if (rounds_.take(now)) start_round(now);
    for (auto& [id, entry] : mappings_) entry.mapping.expire(now);
    do {
        while (act_once(now)) {
        }
        publish();
    } while (forget_removed());  // who waited for a port goes on
}

/// The one that is due for longest; false: nothing is due, or not yet by the pace.
bool GatewayMachine::act_once(TimePoint now) {
    if (now < may_send_) return false;
    const Entry* const asks_for_all = scout();
    Entry* next = nullptr;
    TimePoint at = kNever;
    for (auto& [id, entry] : mappings_) {
        if (!may_act(entry, asks_for_all) || entry.mapping.next_act() >= at) continue;
        at = entry.mapping.next_act();
        next = &entry;
    }
    if (std::min(at, probe_.at) > now) return false;
    if (probe_.at <= at)
        act_probe(now);
    else
        act(*next, now);
    return true;
}

void GatewayMachine::act(Entry& entry, TimePoint now) {
    const MappingWish& wish = entry.mapping.wish();
    switch (entry.mapping.on_time(now)) {
    case GatewayMapping::Act::nothing:
        return;
    case GatewayMapping::Act::ask:
        return send(map_request(wish, entry.mapping.lifetime_to_ask()), now);
    case GatewayMapping::Act::remove:
        return send(map_request(wish, 0), now);
    case GatewayMapping::Act::gave_up:
        if (!router_.answers) return fall_silent(MapFault::silent, "", now);
        return entry.mapping.give_up(MapFault::silent, "", now + kSilentPause, now);
    }
}

void GatewayMachine::act_probe(TimePoint now) {
    if (probe_.tries == probe_.most_tries) {
        // Who answers other questions just does not know this one.
        if (heard_at_ < probe_.began) return fall_silent(MapFault::silent, "", now);
        probe_.at = kNever;
        return;
    }
    if (probe_.tries == 0) probe_.began = now;
    probe_.at = now + kGatewayFirstTry * (1 << probe_.tries);
    ++probe_.tries;
    send(probe_request(), now);
}

const GatewayMachine::Entry* GatewayMachine::scout() const {
    for (const auto& [id, entry] : mappings_)
        if (!entry.blocked && !entry.mapping.removing()) return &entry;
    return nullptr;
}

bool GatewayMachine::may_act(const Entry& entry, const Entry* scout) const {
    if (entry.blocked) return false;
    return router_.answers || entry.mapping.removing() || &entry == scout;
}

void GatewayMachine::send(const std::vector<std::byte>& datagram, TimePoint now) {
    may_send_ = now + kGatewaySendGap;
    output_.send(options_.gateway, datagram);
}

TimePoint GatewayMachine::deadline() const {
    if (!started_) return kNever;
    const Entry* const asks_for_all = scout();
    TimePoint act_at = probe_.at;
    TimePoint other = rounds_.deadline();
    for (const auto& [id, entry] : mappings_) {
        other = std::min(other, entry.mapping.expires());
        if (may_act(entry, asks_for_all)) act_at = std::min(act_at, entry.mapping.next_act());
    }
    return std::min(other, std::max(act_at, may_send_));
}

void GatewayMachine::publish() {
    publish_router();
    for (auto& [id, entry] : mappings_) {
        if (entry.told == entry.mapping.report()) continue;
        entry.told = entry.mapping.report();
        output_.report(*entry.told);
    }
}

bool GatewayMachine::forget_removed() {
    const std::size_t before = mappings_.size();
    for (auto at = mappings_.begin(); at != mappings_.end();) {
        const bool removed = at->second.mapping.removed();
        if (removed) unblock(at->second.mapping.wish());
        at = removed ? mappings_.erase(at) : std::next(at);
    }
    return mappings_.size() < before;
}

void GatewayMachine::unblock(const MappingWish& freed) {
    for (auto& [id, entry] : mappings_)
        if (same_inside(entry.mapping.wish(), freed)) entry.blocked = false;
}

void GatewayMachine::publish_router() {
    if (!judged_ || told_ == router_) return;
    output_.report(router_);
    router_.restarted = false;
    told_ = router_;
}

IpAddress GatewayMachine::believable(const IpAddress& address) const {
    if (address.is_v4() != options_.own.is_v4()) return {};
    switch (kind_of(address)) {
    case AddressKind::unspecified:
    case AddressKind::this_network:
    case AddressKind::loopback:
    case AddressKind::link_local:
    case AddressKind::multicast:
    case AddressKind::broadcast:
    case AddressKind::discard:
    case AddressKind::reserved:
        return {};
    default:
        return address;
    }
}

std::string GatewayMachine::memory(TimePoint now) const {
    const auto epoch_s = epoch_.at_least(now);
    return epoch_s ? "epoch=" + std::to_string(*epoch_s) : "";
}

std::optional<std::uint32_t> GatewayMachine::remembered(std::string_view key) const {
    std::string_view left = options_.memory;
    if (left.size() > kMaxMemoryBytes) return {};
    while (!left.empty()) {
        const std::size_t end = std::min(left.find(' '), left.size());
        const std::string_view word = left.substr(0, end);
        left.remove_prefix(std::min(end + 1, left.size()));
        if (!word.starts_with(key) || !word.substr(key.size()).starts_with('=')) continue;
        const auto value =
            parse_uint(word.substr(key.size() + 1), std::numeric_limits<std::uint32_t>::max());
        if (value) return static_cast<std::uint32_t>(*value);
    }
    return {};
}

}  // namespace homeport::reach
