#pragma once
/// A planned stop in order: the role takes nobody new, running visitors finish, then it is over.

#include "app/role.hpp"
#include "net/loop.hpp"

namespace homeport::app {

class Drain {
public:
    /// Begins the stop of `role`, which outlives this. `done` is called once, from the loop, when
    /// nothing runs any more or kDrainTime is over.
    Drain(net::Loop& loop, Role& role, net::Task done);

private:
    void step();

    net::Loop& loop_;
    Role& role_;
    net::Task done_;
    TimePoint deadline_;
    net::Timer timer_;
};

}  // namespace homeport::app
