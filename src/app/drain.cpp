#include "app/drain.hpp"

#include "app/limits.hpp"

namespace homeport::app {

Drain::Drain(net::Loop& loop, Role& role, net::Task done)
    : loop_(loop),
      role_(role),
      done_(std::move(done)),
      deadline_(loop.now() + kDrainTime),
      timer_(loop.timers(), net::call<&Drain::step>(this)) {
    role_.begin_stop();
    // Not at once: the news of the stop needs a turn of the loop to leave.
    timer_.arm(loop_.now() + kDrainStep);
}

void Drain::step() {
    if (role_.running() > 0 && loop_.now() < deadline_) {
        timer_.arm(loop_.now() + kDrainStep);
        return;
    }
    done_();
}

}  // namespace homeport::app
