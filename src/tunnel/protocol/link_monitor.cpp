#include "tunnel/protocol/link_monitor.hpp"

#include <algorithm>

namespace homeport::tunnel {
namespace {

constexpr unsigned kMostPatience = 16;

}  // namespace

LinkMonitor::LinkMonitor(TimePoint now, const LinkMonitor& before, bool watched)
    : LinkMonitor(now, watched) {
    rtt_ = before.rtt_;
    patience_ = before.patience_;
    const bool suspected_young = before.suspect_ && before.heard_ - before.started_ < kYoung;
    if (suspected_young && patience_ < kMostPatience) patience_ *= 2;
}

void LinkMonitor::on_received(TimePoint now, bool traffic) {
    if (suspect_ && patience_ < kMostPatience) {
        patience_ *= 2;
        patience_changed_ = now;
    }
    heard_ = answered_ = now;
    suspect_ = false;
    question_open_ = false;
    if (!traffic) return;
    active_ = now;
    calm_ = 0;
}

std::uint64_t LinkMonitor::ask(TimePoint now) {
    if (!question_open_) asked_ = now;
    question_open_ = true;
    asked_last_ = now;
    return ++nonce_;
}

void LinkMonitor::on_pong(std::uint64_t nonce, TimePoint now) {
    if (nonce != nonce_) return;
    calm_ = std::min(calm_ + 1, kMostCalm);
    const Duration sample = now - asked_last_;
    least_rtt_ = least_rtt_ == Duration{} ? sample : std::min(least_rtt_, sample);
    // RFC 6298 section 2: one eighth of each new sample.
    rtt_ = rtt_ == Duration{} ? sample : (rtt_ * 7 + sample) / 8;
}

Duration LinkMonitor::ask_after(TimePoint now, bool expects_answer) const {
    if (!busy(now, expects_answer)) return idle_ask_every_;
    const bool waits = expects_answer || question_open_;
    return std::max(kBusyAskAfter, 2 * rtt_) * (waits ? 1 : 1 << calm_);
}

Duration LinkMonitor::suspect_after(TimePoint now, bool expects_answer) const {
    if (!busy(now, expects_answer)) return kIdleSuspicion;
    const Duration base = std::max(kLeastSuspicion, 3 * rtt_) * patience_;
    return std::min(base, kMostSuspicion);
}

LinkMonitor::Verdict LinkMonitor::check(TimePoint now, bool expects_answer) {
    if (patience_ > 1 && now - patience_changed_ >= kPatienceDecay) {
        patience_ /= 2;
        patience_changed_ = now;
    }
    if (question_open_ && now - asked_ >= suspect_after(now, expects_answer)) suspect_ = true;
    Verdict verdict{.suspect = suspect_};
    const TimePoint since = question_open_ ? asked_last_ : silent_since(now, expects_answer);
    if (now - since >= ask_after(now, expects_answer)) {
        verdict.ask = true;
        verdict.nonce = ask(now);
    }
    return verdict;
}

TimePoint LinkMonitor::next_deadline(TimePoint now, bool expects_answer) const {
    const Duration ask_in = ask_after(now, expects_answer);
    if (!question_open_) return silent_since(now, expects_answer) + ask_in;
    const TimePoint again = asked_last_ + ask_in;
    if (suspect_) return again;
    return std::min(again, asked_ + suspect_after(now, expects_answer));
}

}  // namespace homeport::tunnel
