#pragma once
/// At most kMaxAsksPerPeriod asks of one agent in any kAskPeriod.

#include "core/time.hpp"
#include "tunnel/limits.hpp"

#include <array>
#include <cstddef>

namespace homeport::tunnel {

class AskRate {
public:
    /// Takes a place, if there is one.
    bool admit(TimePoint now) {
        TimePoint& oldest = admitted_[next_];
        if (taken_ == admitted_.size() && now - oldest < kAskPeriod) return false;
        if (taken_ < admitted_.size()) ++taken_;
        oldest = now;
        next_ = (next_ + 1) % admitted_.size();
        return true;
    }

private:
    std::array<TimePoint, kMaxAsksPerPeriod> admitted_{};  ///< a ring
    std::size_t next_ = 0;
    std::size_t taken_ = 0;
};

}  // namespace homeport::tunnel
