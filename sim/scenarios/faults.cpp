// The faults of a scenario: when they come, what they do, and how they end.

#include "sim/scenarios/scenario.hpp"

namespace homeport::sim {

namespace {
/// Shorter than parking (30 s) and the resume window (120 s).
constexpr Duration kLongestFault = 18s;
/// Between two faults, unless the story is wild: time for an idle agent to notice the first one.
constexpr Duration kRecovery = 25s;
constexpr std::uint64_t kMostFaults = 4;
}  // namespace

std::vector<Fault::Kind> Scenario::enabled_faults() const {
    using Kind = Fault::Kind;
    std::vector<Kind> kinds;
    if (swarm_.address_changes) kinds.push_back(Kind::address_change);
    if (swarm_.home_cuts) kinds.push_back(Kind::home_cut);
    if (swarm_.visitor_cuts) kinds.push_back(Kind::visitor_cut);
    if (swarm_.home_kills && cast_->home.running()) kinds.push_back(Kind::home_kill);
    if (swarm_.relay_kills) kinds.push_back(Kind::relay_kill);
    if (swarm_.suspends) kinds.insert(kinds.end(), {Kind::home_suspend, Kind::relay_suspend});
    if (swarm_.path_resets) kinds.push_back(Kind::path_reset);
    if (swarm_.name_failures) kinds.push_back(Kind::name_failure);
    return kinds;
}

void Scenario::plan_faults() {
    const auto kinds = enabled_faults();
    if (kinds.empty()) return;
    Random& random = simulation_.random();
    const std::uint64_t count = random.between(1, kMostFaults);
    Duration at = random.between(0s, 10s);
    for (std::uint64_t index = 0; index < count; ++index) {
        const Duration lasts = random.between(1ms, random.chance(0.5) ? 1s : kLongestFault);
        faults_.push_back({kinds[random.below(kinds.size())], at, lasts});
        at +=
            swarm_.wild ? random.between(0s, 5s) : lasts + random.between(kRecovery, 2 * kRecovery);
    }
}

void Scenario::begin(const Fault& fault) {
    using Kind = Fault::Kind;
    Host& line_end = cast_->router != nullptr ? cast_->home : cast_->target;
    simulation_.trace("fault.begin", static_cast<std::uint64_t>(fault.kind));
    switch (fault.kind) {
    case Kind::address_change:
        change_address(fault.lasts);
        break;
    case Kind::home_cut:
        wire_.cut(cast_->relay, line_end);
        break;
    case Kind::visitor_cut:
        wire_.cut(cast_->visitors, cast_->relay);
        break;
    case Kind::home_kill:
        take_down(cast_->home);
        break;
    case Kind::relay_kill:
        take_down(cast_->relay);
        break;
    case Kind::home_suspend:
        cast_->home.suspend();
        break;
    case Kind::relay_suspend:
        cast_->relay.suspend();
        break;
    case Kind::path_reset:
        wire_.reset_connections(cast_->relay, line_end);
        break;
    case Kind::name_failure:
        wire_.fail_lookups(true);
        break;
    }
}

void Scenario::end(const Fault& fault) {
    using Kind = Fault::Kind;
    Host& line_end = cast_->router != nullptr ? cast_->home : cast_->target;
    simulation_.trace("fault.end", static_cast<std::uint64_t>(fault.kind));
    switch (fault.kind) {
    case Kind::address_change:
        break;
    case Kind::home_cut:
        wire_.heal(cast_->relay, line_end);
        break;
    case Kind::visitor_cut:
        wire_.heal(cast_->visitors, cast_->relay);
        break;
    case Kind::home_kill:
        bring_up(cast_->home);
        break;
    case Kind::relay_kill:
        bring_up(cast_->relay);
        break;
    case Kind::home_suspend:
        cast_->home.resume();
        break;
    case Kind::relay_suspend:
        cast_->relay.resume();
        break;
    case Kind::path_reset:
        break;
    case Kind::name_failure:
        wire_.fail_lookups(false);
        break;
    }
    --faults_running_;
}

void Scenario::change_address(Duration gap) {
    const IpAddress next = IpAddress::v4({198, 51, 100, next_address_++});
    if (cast_->router != nullptr) {
        cast_->router->change_external_address(next, gap);
    } else {
        cast_->target.set_addresses({});
        simulation_.after(gap, [this, next] { cast_->target.set_addresses({next}); });
    }
    simulation_.after(gap, [this, next] { wire_.set_name(kHomeName, {next}); });
}

void Scenario::take_down(Host& host) {
    if (!host.running()) return;
    if (swarm_.power_cuts) {
        host.power_cut();
    } else {
        host.kill();
    }
}

void Scenario::bring_up(Host& host) {
    if (host.running()) return;
    host.power_on();
    host.start();
}

}  // namespace homeport::sim
