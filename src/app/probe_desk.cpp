#include "app/probe_desk.hpp"

#include "core/assert.hpp"
#include "core/special_addresses.hpp"
#include "reach/probe/limits.hpp"

#include <algorithm>
#include <utility>

namespace homeport::app {
namespace {

/// Never another machine that asked: this host, its neighbours, or everybody.
bool is_never_dialled(AddressKind kind) {
    switch (kind) {
    case AddressKind::unspecified:
    case AddressKind::this_network:
    case AddressKind::loopback:
    case AddressKind::link_local:
    case AddressKind::multicast:
    case AddressKind::broadcast:
        return true;
    default:
        return false;
    }
}

/// Only what proves itself, or is one small question at a port of its own, is said over UDP.
Result<> check_transport(const tunnel::ProbeWish& wish) {
    const auto port = only_port(wish.check);
    if (wish.udp && !port && wish.check != ProbeCheck::proof)
        return fail(Errc::denied, "over UDP there is only the proof");
    if (port && (!wish.udp || wish.port != *port)) {
        return fail(Errc::denied, std::string(to_text(wish.check)) + " is tried at UDP port " +
                                      std::to_string(*port) + " only");
    }
    return {};
}

std::unexpected<Error> denied(const IpAddress& address, std::string_view why) {
    return fail(Errc::denied, "the relay does not dial " + address.to_string() + ", which is " +
                                  std::string(why));
}

reach::ProbeOrder order_of(const tunnel::ProbeWish& wish) {
    return {.to = {wish.address, wish.port},
            .udp = wish.udp,
            .check = wish.check,
            .token = wish.token,
            .host = wish.host,
            .login = wish.login};
}

}  // namespace

ProbeDesk::ProbeDesk(const World& world, bool allow_private, Report report)
    : world_(world),
      allow_private_(allow_private),
      report_(std::move(report)),
      prober_({world.loop, world.network, world.entropy, world.log}) {}

void ProbeDesk::probe(const std::string& agent, const tunnel::ProbeWish& wish,
                      tunnel::AskDone done) {
    if (Running* const same = find_same(agent, wish)) {
        same->waiting.push_back({wish.service, std::move(done)});
        return;
    }
    auto allowed = allow(agent, wish);
    if (allowed) return start(agent, wish, std::move(done));
    world_.log.info("probe.refused", {{"agent", agent},
                                      {"address", wish.address.to_string()},
                                      {"port", wish.port},
                                      {"why", allowed.error().what}});
    done(std::move(allowed));
}

/// What costs most is asked last: the kernel's list of addresses, only for whom a probe was due.
Result<> ProbeDesk::allow(const std::string& agent, const tunnel::ProbeWish& wish) {
    if (auto fits = check_wish(wish); !fits) return fits;
    Asker& known = asker(agent);
    if (auto room = check_running(known, {wish.address, wish.port, wish.udp}); !room) return room;
    if (auto taken = take(known, wish); !taken) return taken;
    return check_own(wish.address);
}

Result<> ProbeDesk::check_wish(const tunnel::ProbeWish& wish) const {
    if (wish.port == 0) return fail(Errc::denied, "there is no port 0");
    if (auto fits = check_transport(wish); !fits) return fits;
    const AddressKind kind = kind_of(wish.address);
    const bool allowed = !is_never_dialled(kind) && (allow_private_ || is_public(wish.address));
    if (!allowed) return denied(wish.address, to_text(kind));
    return {};
}

/// Services that share a port are asked about together, and an agent whose link has changed asks
/// again: one dial answers them all.
ProbeDesk::Running* ProbeDesk::find_same(const std::string& agent, const tunnel::ProbeWish& wish) {
    const auto known = askers_.find(agent);
    if (known == askers_.end()) return nullptr;
    const Target target{wish.address, wish.port, wish.udp};
    const auto found = std::ranges::find_if(known->second.running, [&](const Running& running) {
        const reach::ProbeOrder& order = running.order;
        return running.target == target && order.check == wish.check && order.token == wish.token &&
               order.host == wish.host && order.login == wish.login &&
               running.waiting.size() < kMaxJoinedAsks;
    });
    return found == known->second.running.end() ? nullptr : &*found;
}

Result<> ProbeDesk::check_running(const Asker& asker, const Target& target) const {
    if (std::ranges::find(asker.running, target, &Running::target) != asker.running.end())
        return fail(Errc::limit, "this port is being tried already; wait for its result");
    if (asker.running.size() >= kMaxProbesPerAgent || prober_.running() >= reach::kMaxProbes)
        return fail(Errc::limit, "too many ports are being tried; ask again in a few seconds");
    return {};
}

/// The burst is kept as the time when it is whole again: each probe puts it off by kProbeRefill.
Result<> ProbeDesk::take(Asker& asker, const tunnel::ProbeWish& wish) {
    if (is_free(asker, wish)) return {};
    const TimePoint now = world_.loop.now();
    const TimePoint refilled = std::max(asker.refilled, now) + kProbeRefill;
    const Duration late = refilled - now - kProbeBurst * kProbeRefill;
    if (late > Duration::zero()) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(late).count();
        return fail(Errc::limit, "too many probes; ask again in " + std::to_string(seconds) + " s");
    }
    asker.refilled = refilled;
    return {};
}

/// A probe by FTP always costs: it also dials a port that the far end names. So does what should
/// not answer: proving that again and again keeps nothing going.
bool ProbeDesk::is_free(Asker& asker, const tunnel::ProbeWish& wish) {
    if (wish.check == ProbeCheck::ftp || only_port(wish.check)) return false;
    const TimePoint now = world_.loop.now();
    const Target target{wish.address, wish.port, wish.udp};
    const auto found = std::ranges::find(asker.proven, target, &Proven::target);
    if (found == asker.proven.end() || now - found->arrived > kProvenTime) return false;
    if (now - found->asked < kProvenPause) return false;
    found->asked = now;
    return true;
}

/// A network that knows no addresses (invalid) has none of this host's to protect.
Result<> ProbeDesk::check_own(const IpAddress& address) const {
    const auto own = world_.network.addresses();
    if (!own && own.error().code == Errc::invalid) return {};
    if (!own) return denied(address, "not known to be another machine's: " + own.error().what);
    if (std::ranges::find(*own, address, &net::InterfaceAddress::address) != own->end())
        return denied(address, "the relay's own");
    return {};
}

ProbeDesk::Asker& ProbeDesk::asker(const std::string& agent) {
    if (!askers_.contains(agent) && askers_.size() >= kMaxProbingAgents) forget_idlest();
    Asker& known = askers_[agent];
    known.seen = world_.loop.now();
    return known;
}

/// Those with running probes are far fewer than kMaxProbingAgents, so there is one without.
void ProbeDesk::forget_idlest() {
    auto idlest = askers_.end();
    for (auto one = askers_.begin(); one != askers_.end(); ++one) {
        if (!one->second.running.empty()) continue;
        if (idlest == askers_.end() || one->second.seen < idlest->second.seen) idlest = one;
    }
    if (idlest != askers_.end()) askers_.erase(idlest);
}

void ProbeDesk::start(const std::string& agent, const tunnel::ProbeWish& wish,
                      tunnel::AskDone done) {
    const Target target{wish.address, wish.port, wish.udp};
    Running running{target, order_of(wish), {}};
    running.waiting.push_back({wish.service, std::move(done)});
    askers_[agent].running.push_back(std::move(running));
    prober_.probe(order_of(wish), [this, agent, target](const reach::ProbeOutcome& outcome) {
        on_outcome(agent, target, outcome);
    });
}

void ProbeDesk::on_outcome(const std::string& agent, const Target& target,
                           const reach::ProbeOutcome& outcome) {
    Asker& asker = askers_[agent];
    const auto found = std::ranges::find(asker.running, target, &Running::target);
    HOMEPORT_ASSERT(found != asker.running.end());
    const ProbeCheck check = found->order.check;
    std::vector<Waiting> waiting = std::move(found->waiting);
    asker.running.erase(found);
    remember(asker, target, outcome.result);
    world_.log.debug("probe.result", {{"agent", agent},
                                      {"address", target.address.to_string()},
                                      {"port", target.port},
                                      {"result", to_text(outcome.result)},
                                      {"detail", outcome.detail}});
    const bool tells = outcome.result != ProbeResult::untested && !only_port(check);
    for (Waiting& one : waiting) {
        if (tells && !one.service.empty())
            report_(agent, one.service, target.address, outcome.result == ProbeResult::arrived);
        one.done(ask_result(outcome.result, outcome.detail));
    }
}

void ProbeDesk::remember(Asker& asker, const Target& target, ProbeResult result) {
    if (result == ProbeResult::untested) return;
    const TimePoint now = world_.loop.now();
    const auto found = std::ranges::find(asker.proven, target, &Proven::target);
    const TimePoint asked = found == asker.proven.end() ? now : found->asked;
    if (found != asker.proven.end()) asker.proven.erase(found);
    if (result != ProbeResult::arrived) return;
    if (asker.proven.size() >= kMaxProvenPorts) asker.proven.erase(asker.proven.begin());
    asker.proven.push_back({target, now, asked});
}

}  // namespace homeport::app
