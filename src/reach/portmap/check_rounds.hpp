#pragma once
/// When to look at everything again after a change: kCheckRounds after the news, because what a
/// router says first is often the old. Pure. News that never end make no flood of questions.

#include "core/time.hpp"
#include "reach/portmap/limits.hpp"

#include <cstddef>

namespace homeport::reach {

class CheckRounds {
public:
    /// There are news. Rounds that are due earlier stay.
    void start(TimePoint now);
    /// True once for each round that is due.
    bool take(TimePoint now);
    /// When take() is to be called; kNever: no round is left.
    TimePoint deadline() const;

private:
    TimePoint begun_{};
    TimePoint next_ = kNever;
    TimePoint earliest_ = TimePoint::min();  ///< by kCheckGap
    TimePoint paid_ = TimePoint::min();      ///< up to here the rounds of kCheckRefill are used up
    std::size_t step_ = 0;                   ///< of kCheckRounds, that next_ is for
};

}  // namespace homeport::reach
