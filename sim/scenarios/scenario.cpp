#include "sim/scenarios/scenario.hpp"

#include "sim/scenarios/cast.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace homeport::sim {

namespace {

constexpr Duration kReadyLimit = 60s;
/// Longer than a kernel retransmits and the slowest reader reads.
constexpr Duration kEndLimit = 3000s;
/// Time to forget: TIME_WAIT, resume windows.
constexpr Duration kCoolDown = 300s;

struct Switch {
    const char* name;
    bool Swarm::* flag;
};

constexpr std::array kSwitches{
    Switch{"address_changes", &Swarm::address_changes},
    Switch{"home_cuts", &Swarm::home_cuts},
    Switch{"visitor_cuts", &Swarm::visitor_cuts},
    Switch{"home_kills", &Swarm::home_kills},
    Switch{"relay_kills", &Swarm::relay_kills},
    Switch{"power_cuts", &Swarm::power_cuts},
    Switch{"suspends", &Swarm::suspends},
    Switch{"path_resets", &Swarm::path_resets},
    Switch{"name_failures", &Swarm::name_failures},
    Switch{"loss", &Swarm::loss},
    Switch{"narrow", &Swarm::narrow},
    Switch{"small_buffers", &Swarm::small_buffers},
    Switch{"slow_readers", &Swarm::slow_readers},
    Switch{"leavers", &Swarm::leavers},
    Switch{"aborts", &Swarm::aborts},
    Switch{"quirks", &Swarm::quirks},
    Switch{"wild", &Swarm::wild},
};

}  // namespace

Swarm Swarm::choose(Random& random) {
    Swarm swarm;
    for (const Switch& entry : kSwitches) swarm.*entry.flag = random.chance(0.3);
    return swarm;
}

std::string Swarm::describe() const {
    std::string text;
    for (const Switch& entry : kSwitches) {
        if (this->*entry.flag) text += (text.empty() ? "" : " ") + std::string(entry.name);
    }
    return text.empty() ? "calm" : text;
}

std::size_t Report::count(Visitor::State state) const {
    return static_cast<std::size_t>(std::ranges::count(states, state));
}

Scenario::Scenario(std::uint64_t seed, const MiddleKind& kind, const Swarm* swarm)
    : simulation_(seed), kind_(kind) {
    swarm_ = swarm != nullptr ? *swarm : Swarm::choose(simulation_.random());
    build();
}

Scenario::~Scenario() = default;

void Scenario::build() {
    choose_quirks();
    Random& random = simulation_.random();
    HostOptions options;
    if (swarm_.small_buffers) {
        options.send_buffer_bytes = random.between(1024, 20'000);
        options.receive_buffer_bytes = random.between(1024, 20'000);
    }
    cast_ = make_cast(wire_, judge_, kind_.promises.behind_router, options);
    choose_paths();
    target_ = std::make_unique<Target>(judge_, cast_->target.loop(), cast_->target.network(),
                                       cast_->target_address, plan_pace(100'000));
    middle_ = kind_.make(*cast_);
}

void Scenario::choose_quirks() {
    if (!swarm_.quirks) return;
    Random& random = simulation_.random();
    simulation_.quirks() = {.partial = random.chance(0.5) ? 0.2 : 0.02,
                            .again = random.chance(0.5) ? 0.1 : 0,
                            .spurious = random.chance(0.5) ? 0.1 : 0,
                            .late_posts = random.chance(0.5) ? 0.5 : 0,
                            .shuffle = random.chance(0.5),
                            .reset_discards = random.chance(0.5),
                            .wake_delay = random.between(0ms, 2ms)};
}

void Scenario::choose_paths() {
    Random& random = simulation_.random();
    Host& line_end = cast_->router != nullptr ? cast_->home : cast_->target;
    const auto shape = [&](Host& from, Host& to) {
        Path& path = wire_.path(from, to);
        path.delay = random.between(1ms, 80ms);
        path.jitter = random.chance(0.5) ? random.between(0ms, 20ms) : 0ns;
        if (swarm_.loss) path.loss = random.chance(0.5) ? 0.05 : 0.005;
        if (swarm_.narrow) path.bytes_per_second = random.between(30'000, 500'000);
    };
    shape(cast_->visitors, cast_->relay);
    shape(cast_->relay, cast_->visitors);
    shape(cast_->relay, line_end);
    shape(line_end, cast_->relay);
    wire_.path(cast_->home, cast_->target).delay = 200us;
    wire_.path(cast_->target, cast_->home).delay = 200us;
    if (cast_->router != nullptr) {
        if (random.chance(0.5)) cast_->router->strangers = Router::Strangers::reset;
        if (random.chance(0.2)) cast_->router->old_address = Router::OldAddress::reset;
    }
}

Pace Scenario::plan_pace(std::uint64_t length) {
    Random& random = simulation_.random();
    Pace pace;
    if (!swarm_.slow_readers || random.chance(0.5)) return pace;
    pace.burst_bytes = std::max<std::uint64_t>(length / random.between(2, 20), 1);
    pace.pause = random.between(100ms, 3s);
    if (random.chance(0.3)) {
        pace.stop_at = random.between(1, length);
        pace.stop_for = random.between(5s, 40s);
    }
    return pace;
}

VisitorPlan Scenario::plan_visitor(std::uint64_t index) {
    Random& random = simulation_.random();
    VisitorPlan plan;
    plan.to = cast_->published;
    plan.start_after = random.between(0s, 30s);
    plan.order.mode = static_cast<Order::Mode>(random.below(3));
    plan.order.seed = simulation_.seed() * 1000 + index;
    const std::uint64_t most = random.chance(0.1) ? 2'000'000 : 200'000;
    plan.order.length = random.size(most);
    plan.half_close = random.chance(0.5);
    plan.pace = plan_pace(plan.order.length);
    if (swarm_.leavers && random.chance(0.2)) plan.leave_at = random.between(1, plan.order.length);
    if (swarm_.aborts && random.chance(0.2)) plan.order.abort_at = random.below(plan.order.length);
    return plan;
}

Report Scenario::run() {
    middle_->start();
    if (!simulation_.run_until([&] { return middle_->ready(); }, kReadyLimit)) {
        simulation_.fail("the middle does not get ready");
    }
    const std::uint64_t count = simulation_.random().between(2, 20);
    for (std::uint64_t index = 0; index < count; ++index) {
        Host& host = cast_->visitors;
        visitors_.push_back(
            std::make_unique<Visitor>(judge_, host.loop(), host.network(), plan_visitor(index)));
    }
    plan_faults();
    for (const Fault& fault : faults_) {
        simulation_.after(fault.at, [this, &fault] { begin(fault); });
        simulation_.after(fault.at + fault.lasts, [this, &fault] { end(fault); });
    }
    faults_running_ = faults_.size();
    simulation_.run_until([&] { return faults_running_ == 0 && all_over(); }, kEndLimit);
    check_visitors();
    if (all_over()) {
        simulation_.run_for(kCoolDown);
        middle_->check_left_overs();
    }
    simulation_.run_for(0ns);

    Report report{.trace_hash = simulation_.trace_hash(),
                  .steps = simulation_.steps(),
                  .virtual_time = simulation_.elapsed()};
    for (const auto& visitor : visitors_) report.states.push_back(visitor->state());
    return report;
}

bool Scenario::all_over() const {
    return std::ranges::all_of(visitors_, [](const auto& visitor) { return visitor->over(); });
}

void Scenario::check_visitors() {
    const Promises& promises = kind_.promises;
    const bool killed = swarm_.home_kills || swarm_.relay_kills;
    const bool calm = faults_.empty();
    for (const auto& visitor : visitors_) {
        const auto& plan = visitor->plan();
        const auto say = [&](const char* what) {
            judge_.violation(fmt::format("visitor of stream {} {}: {} after {} of {} bytes ({})",
                                         plan.order.seed, what, to_string(visitor->state()),
                                         visitor->received(), plan.order.length,
                                         swarm_.describe()));
        };
        // Nobody tells the visitor: the relay lost its power, or its reset was lost on the way.
        const bool untold = (swarm_.relay_kills && swarm_.power_cuts) || swarm_.visitor_cuts;
        if ((calm || promises.finishes) && !untold && !visitor->over()) say("hangs");
        const bool by_plan =
            visitor->state() == Visitor::State::left || plan.order.abort_at < plan.order.length;
        const bool must_complete = calm || (promises.resumes && !killed && !swarm_.wild);
        if (must_complete && !by_plan && visitor->state() != Visitor::State::completed) {
            say("did not complete");
        }
    }
}

}  // namespace homeport::sim
