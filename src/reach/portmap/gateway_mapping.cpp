#include "reach/portmap/gateway_mapping.hpp"

#include "reach/portmap/limits.hpp"

#include <algorithm>
#include <utility>

namespace homeport::reach {
namespace {

using Phase = MappingReport::Phase;

constexpr unsigned kSpreads = 256;

/// Not before something changes: asking again would only fill the router's log.
bool is_final(MapFault fault) {
    return fault == MapFault::unsupported || fault == MapFault::not_authorized;
}

/// A renewal that fails so leaves what was granted as it is, until its life is over. After other
/// faults the router has given the port to somebody else, or does not do this any more.
bool leaves_grant(MapFault fault) {
    return fault == MapFault::silent || fault == MapFault::full || fault == MapFault::no_network ||
           fault == MapFault::refused;
}

std::string port_given(std::uint16_t given, std::uint16_t wanted) {
    return "external port " + std::to_string(given) + " instead of " + std::to_string(wanted);
}

}  // namespace

GatewayMapping::GatewayMapping(const MappingWish& wish, MapProtocol protocol, TimePoint now)
    : wish_(wish), at_(now), most_tries_(kGatewayTries) {
    report_.id = wish.id;
    report_.protocol = protocol;
}

std::uint32_t GatewayMapping::lifetime_to_ask() const {
    const Duration asked = std::clamp<Duration>(wish_.lifetime, kLeastLifetime, kMostLifetime);
    return static_cast<std::uint32_t>(asked / 1s);
}

unsigned GatewayMapping::spread() const {
    std::uint32_t mix = 2166136261U;  // FNV-1a
    const auto add = [&mix](std::uint32_t octet) { mix = (mix ^ octet) * 16777619U; };
    for (const std::byte octet : wish_.nonce) add(std::to_integer<std::uint32_t>(octet));
    add(static_cast<std::uint32_t>(wish_.id.value));
    add(tries_);
    return (mix ^ mix >> 16) % kSpreads;
}

/// RFC 6887 section 8.1.1 begins with 3 s, as for a server somewhere in a provider's network. The
/// router of a home answers in milliseconds, so the times are those of RFC 6886 section 3.1: a
/// lost datagram costs a quarter of a second.
Duration GatewayMapping::try_pause() const {
    if (step_ != Step::asking) return kRemovePause;
    const Duration pause = kGatewayFirstTry * (1 << tries_);
    return pause + pause / (10 * kSpreads) * spread();
}

GatewayMapping::Act GatewayMapping::on_time(TimePoint now) {
    if (now < at_ || removed()) return Act::nothing;
    if (step_ == Step::waiting) {
        step_ = Step::asking;
        tries_ = 0;
    }
    const bool asks = step_ == Step::asking;
    if (tries_ >= (asks ? most_tries_ : kRemoveTries)) {
        if (asks) return Act::gave_up;
        end_removal("", now);
        return Act::nothing;
    }
    at_ = now + try_pause();
    ++tries_;
    if (asks) known_there_ = true;
    return asks ? Act::ask : Act::remove;
}

void GatewayMapping::expire(TimePoint now) {
    if (now < expires()) return;
    const bool refused = renewal_fault_ != MapFault::none;
    set_failed(refused ? renewal_fault_ : MapFault::silent, renewal_detail_, at_);
}

void GatewayMapping::begin(TimePoint now) {
    step_ = Step::waiting;
    at_ = now;
    most_tries_ = kGatewayTries;
}

void GatewayMapping::begin_removal(Step step, TimePoint now) {
    step_ = step;
    at_ = now;
    tries_ = 0;
    deleted_ = true;
}

void GatewayMapping::end_removal(const std::string& detail, TimePoint now) {
    known_there_ = false;
    if (step_ == Step::remaking) return begin(now);
    if (step_ == Step::giving_back) {
        step_ = Step::waiting;
        at_ = report_.retry_at;
        return;
    }
    report_ = {.id = wish_.id,
               .protocol = report_.protocol,
               .phase = Phase::removed,
               .external = {},
               .detail = detail};
    at_ = kNever;
}

void GatewayMapping::on_answer(const GatewayAnswer& answer, TimePoint now) {
    const bool deletes = step_ != Step::waiting && step_ != Step::asking;
    if (deletes) {  // a late grant is no answer to a delete
        const bool gone = answer.fault != MapFault::none || answer.lifetime_s == 0;
        if (gone) end_removal(answer.detail, now);
        return;
    }
    if (answer.fault == MapFault::none) return on_grant(answer, now);
    if (step_ == Step::asking) on_refusal(answer, now);
}

void GatewayMapping::on_grant(const GatewayAnswer& answer, TimePoint now) {
    if (answer.lifetime_s == 0 && (deleted_ || step_ == Step::waiting)) return;  // an old answer
    const Duration lifetime =
        std::min<Duration>(std::chrono::seconds(answer.lifetime_s), kMostLifetime);
    // Port 0 may stand for all ports at the router: away with it.
    if (answer.external.port == 0 && answer.lifetime_s != 0)
        return give_back(MapFault::garbage, port_given(0, wish_.external_port), now);
    if (answer.external.port != wish_.external_port && answer.lifetime_s != 0)
        return give_back(MapFault::other_port,
                         port_given(answer.external.port, wish_.external_port), now);
    if (lifetime > kMinReask) return set_mapped(answer.external, lifetime, now);
    on_refusal({.fault = MapFault::garbage,
                .detail = "lifetime of " + std::to_string(answer.lifetime_s) + " s",
                .external = {}},
               now);
}

void GatewayMapping::set_mapped(const Endpoint& external, Duration lifetime, TimePoint now) {
    // RFC 6887 section 11.2.1 renews between 1/2 and 5/8 of the life, so that servers have less to
    // do. Between 3/8 and 1/2 a loss that nobody told of is found earlier.
    const Duration renewal = lifetime * 3 / 8 + lifetime / (8 * kSpreads) * spread();
    report_ = {.id = wish_.id,
               .protocol = report_.protocol,
               .phase = Phase::mapped,
               .external = external,
               .expires = now + lifetime,
               .detail = {}};
    begin(now + std::max<Duration>(renewal, kMinReask));
    known_there_ = true;
    refusals_ = 0;
    renewal_fault_ = MapFault::none;
    renewal_detail_.clear();
}

void GatewayMapping::set_failed(MapFault fault, std::string detail, TimePoint retry_at) {
    report_ = {.id = wish_.id,
               .protocol = report_.protocol,
               .phase = Phase::failed,
               .external = {},
               .fault = fault,
               .detail = std::move(detail),
               .retry_at = retry_at};
}

/// Doubled with each refusal in a row.
Duration GatewayMapping::refusal_pause(MapFault fault) const {
    const bool line = fault == MapFault::no_network;
    const Duration first = line ? kNoNetworkPause : kRefusedPause;
    const Duration most = line ? kNoNetworkMaxPause : kRefusedMaxPause;
    return std::min<Duration>(first * (1 << std::min(refusals_, 8U)), most);
}

void GatewayMapping::on_refusal(const GatewayAnswer& answer, TimePoint now) {
    const Duration told = std::min<Duration>(answer.pause, kMaxErrorLifetime);
    const bool stays = mapped() && leaves_grant(answer.fault);
    Duration pause = std::max<Duration>(refusal_pause(answer.fault), told);
    ++refusals_;
    if (!stays) known_there_ = false;
    if (!stays && is_final(answer.fault)) return give_up(answer.fault, answer.detail, kNever, now);
    if (stays) pause = std::max<Duration>(renewal_pause(pause, now), told);
    give_up(answer.fault, answer.detail, now + pause, now);
    most_tries_ = kGatewayTries;
}

/// A renewal that is refused now may be granted the next time (seen with IPv6), so it is tried
/// some more times while the mapping lives.
Duration GatewayMapping::renewal_pause(Duration wanted, TimePoint now) const {
    return std::max<Duration>(std::min<Duration>((expires() - now) / 2, wanted), kMinReask);
}

void GatewayMapping::give_up(MapFault fault, std::string detail, TimePoint retry_at,
                             TimePoint now) {
    if (step_ != Step::waiting && step_ != Step::asking) return;
    step_ = Step::waiting;
    at_ = retry_at;
    if (fault == MapFault::silent) most_tries_ = kSilentTries;
    if (!mapped() || !leaves_grant(fault)) return set_failed(fault, std::move(detail), retry_at);
    if (fault == MapFault::silent) at_ = now + renewal_pause(retry_at - now, now);
    renewal_fault_ = fault;
    renewal_detail_ = std::move(detail);
}

void GatewayMapping::give_back(MapFault fault, std::string detail, TimePoint now) {
    const Duration pause = refusal_pause(fault);
    ++refusals_;
    set_failed(fault, std::move(detail), now + pause);
    begin_removal(Step::giving_back, now);
}

void GatewayMapping::lost(TimePoint now) {
    if (removing() || removed()) return;
    if (mapped())
        report_ = {.id = wish_.id, .protocol = report_.protocol, .external = {}, .detail = {}};
    refusals_ = 0;
    begin(now);
}

void GatewayMapping::look_again(TimePoint now) {
    if (step_ != Step::waiting && step_ != Step::asking) return;
    if (removed() || report_.fault == MapFault::full || renewal_fault_ == MapFault::full) return;
    if (step_ == Step::waiting && at_ <= now) return;  // keeps its place in the queue
    begin(now);
}

void GatewayMapping::router_is_back(TimePoint now) {
    const bool missed = report_.fault == MapFault::silent ||
                        report_.fault == MapFault::unsupported ||
                        renewal_fault_ == MapFault::silent;
    if (missed && step_ == Step::waiting) begin(now);
}

void GatewayMapping::remake(TimePoint now) {
    if (removing() || removed()) return;
    const bool there = known_there_;
    lost(now);
    if (there) begin_removal(Step::remaking, now);
}

void GatewayMapping::drop(TimePoint now) {
    if (removing() || removed()) return;
    begin_removal(Step::removing, now);
    if (!known_there_) end_removal("", now);
}

void GatewayMapping::set_external_address(const IpAddress& address) {
    if (mapped()) report_.external.address = address;
}

}  // namespace homeport::reach
