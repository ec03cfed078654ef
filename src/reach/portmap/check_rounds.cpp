#include "reach/portmap/check_rounds.hpp"

#include <algorithm>

namespace homeport::reach {

void CheckRounds::start(TimePoint now) {
    begun_ = now;
    step_ = 0;
    next_ = std::min(next_, now + kCheckRounds[0]);
}

bool CheckRounds::take(TimePoint now) {
    if (now < deadline()) return false;
    ++step_;
    next_ = step_ < kCheckRounds.size() ? begun_ + kCheckRounds[step_] : kNever;
    earliest_ = now + kCheckGap;
    paid_ = std::max(paid_, now) + kCheckRefill;
    return true;
}

TimePoint CheckRounds::deadline() const {
    if (next_ == kNever) return kNever;
    TimePoint at = std::max(next_, earliest_);
    if (paid_ != TimePoint::min()) at = std::max(at, paid_ - kCheckRefill * (kCheckBurst - 1));
    return at;
}

}  // namespace homeport::reach
