#include "sim/world/simulation.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace homeport::sim {

Simulation::Simulation(std::uint64_t seed) : seed_(seed), random_(seed) {}

bool Simulation::later(const Event& left, const Event& right) {
    if (left.at != right.at) return left.at > right.at;
    return left.sequence > right.sequence;
}

void Simulation::at(TimePoint when, net::Task task) {
    events_.push_back({std::max(when, now_), sequence_++, std::move(task)});
    std::push_heap(events_.begin(), events_.end(), later);
}

void Simulation::run_for(Duration duration) {
    const TimePoint end = now_ + duration;
    while (step(end)) {
    }
    now_ = end;
}

bool Simulation::run_until(const std::function<bool()>& done, Duration limit) {
    const TimePoint end = now_ + limit;
    while (!done()) {
        if (!step(end)) {
            now_ = end;
            return done();
        }
    }
    return true;
}

bool Simulation::step(TimePoint limit) {
    throw_if_failed();
    const TimePoint next = next_time();
    if (next > limit) return false;
    now_ = std::max(now_, next);
    guard_against_live_lock();
    if (!events_.empty() && events_.front().at <= now_) {
        run_event();
    } else {
        wake_a_guest();
    }
    for (const auto& hook : hooks_) hook();
    throw_if_failed();
    return true;
}

TimePoint Simulation::next_time() const {
    TimePoint next = events_.empty() ? kNever : events_.front().at;
    for (const Guest* guest : guests_) next = std::min(next, guest->wake_at());
    return next;
}

void Simulation::run_event() {
    std::pop_heap(events_.begin(), events_.end(), later);
    net::Task task = std::move(events_.back().task);
    events_.pop_back();
    task();
}

void Simulation::wake_a_guest() {
    std::size_t ready = 0;
    for (const Guest* guest : guests_) ready += guest->wake_at() <= now_ ? 1 : 0;
    std::size_t pick = ready > 1 ? random_.below(ready) : 0;
    for (std::size_t index = 0; index < guests_.size(); ++index) {
        if (guests_[index]->wake_at() > now_ || pick-- > 0) continue;
        trace("wake", index);
        guests_[index]->wake();
        return;
    }
}

void Simulation::guard_against_live_lock() {
    if (now_ - window_start_ >= 1ms) {
        window_start_ = now_;
        window_steps_ = 0;
    }
    if (++window_steps_ > kMaxStepsPerMillisecond) {
        fail(fmt::format("live-lock: more than {} steps in one virtual millisecond",
                         kMaxStepsPerMillisecond));
    }
    if (++steps_ > step_limit_) fail(fmt::format("more than {} steps", step_limit_));
}

void Simulation::fail(std::string message) {
    if (!failure_.empty()) return;
    failure_ = fmt::format("seed {} at {} ms: {}", seed_, to_ms(elapsed()), message);
}

void Simulation::throw_if_failed() {
    if (!failure_.empty()) throw SimulationFailure(failure_);
}

void Simulation::trace(std::string_view what, std::uint64_t a, std::uint64_t b) {
    std::uint64_t event = a * 0x9e3779b97f4a7c15u + b;
    for (const char letter : what)
        event = (event ^ static_cast<unsigned char>(letter)) * 0x100000001b3u;
    hash_ = mix(hash_ ^ mix(event ^ static_cast<std::uint64_t>(elapsed().count())));
    if (sink_) sink_(now_, what, a, b);
}

}  // namespace homeport::sim
