#pragma once
/// The thread's run loop as its guests see it: time, later, and soon. Everything homeport does on
/// one thread happens inside callbacks of one Loop; nothing in them may block.

#include "core/time.hpp"
#include "net/timer.hpp"

namespace homeport::net {

class Loop {
public:
    virtual ~Loop() = default;

    /// Monotonic, read once per wake-up: cheap, and the same during one callback.
    virtual TimePoint now() const = 0;
    virtual UnixSeconds wall() const = 0;
    /// Runs `task` after the current callback, before the loop waits again, in order of posting.
    virtual void post(Task task) = 0;

    TimerQueue& timers() { return timers_; }

private:
    TimerQueue timers_;
};

}  // namespace homeport::net
