#include "tunnel/protocol/dial_plan.hpp"

#include <algorithm>

namespace homeport::tunnel {

void DialPlan::on_trouble(TimePoint now) {
    if (dialling_) return;
    dialling_ = true;
    since_ = now;
    next_ = now;
    pause_ = kQuickPause;
}

void DialPlan::on_well() {
    dialling_ = false;
}

void DialPlan::on_hope(TimePoint now) {
    if (!dialling_) return;
    since_ = now;
    next_ = now;
    pause_ = kQuickPause;
}

void DialPlan::on_attempt(TimePoint now, std::uint64_t random) {
    if (now - since_ > kQuickFor) pause_ = std::min(kMostPause, pause_ * 3 / 2);
    // Between three quarters and five quarters of the pause, so that many agents do not march in
    // step.
    const auto half = static_cast<std::uint64_t>(pause_.count() / 2);
    next_ = now + pause_ * 3 / 4 + Duration(static_cast<std::int64_t>(random % (half + 1)));
    next_ = std::min(next_, now + kMostPause);
}

void DialPlan::on_refused(TimePoint now) {
    pause_ = kMostPause;
    next_ = std::max(next_, now + kMostPause);
}

Duration DialPlan::patience() const {
    if (rtt_ == Duration{}) return kFirstPatience;
    return std::clamp(Duration(8 * rtt_), kLeastPatience, kFirstPatience);
}

}  // namespace homeport::tunnel
