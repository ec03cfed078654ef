#pragma once
/// A loop whose time is set by the test.

#include "net/loop.hpp"

#include <utility>
#include <vector>

namespace homeport::app {

class ManualLoop final : public net::Loop {
public:
    TimePoint now() const override { return now_; }
    UnixSeconds wall() const override { return 1'800'000'000; }
    void post(net::Task task) override { posted_.push_back(std::move(task)); }

    /// Passes time, running what falls due and what is posted meanwhile.
    void pass(Duration duration) {
        const TimePoint end = now_ + duration;
        run_posted();
        while (timers().next_deadline() <= end) {
            now_ = std::max(now_, timers().next_deadline());
            timers().run_due(now_);
            run_posted();
        }
        now_ = end;
    }

private:
    void run_posted() {
        for (auto tasks = std::exchange(posted_, {}); !tasks.empty();
             tasks = std::exchange(posted_, {})) {
            for (net::Task& task : tasks) task();
        }
    }

    TimePoint now_{};
    std::vector<net::Task> posted_;
};

}  // namespace homeport::app
