#include "sim/world/host_loop.hpp"

#include <algorithm>
#include <utility>

namespace homeport::sim {

Ready::~Ready() {
    if (pending_) loop_.forget(*this);
}

void Ready::make_ready() {
    if (pending_) return;
    pending_ = true;
    loop_.add(*this);
}

HostLoop::HostLoop(Simulation& simulation) : simulation_(simulation) {
    simulation_.add_guest(*this);
}

UnixSeconds HostLoop::wall() const {
    return kWallAtStart + wall_offset_ +
           std::chrono::duration_cast<std::chrono::seconds>(simulation_.elapsed()).count();
}

void HostLoop::post(net::Task task) {
    posted_.push_back(std::move(task));
    note_work();
}

void HostLoop::add(Ready& ready) {
    pending_.push_back(&ready);
    note_work();
}

void HostLoop::forget(Ready& ready) {
    std::erase(pending_, &ready);
    std::replace(batch_.begin(), batch_.end(), &ready, static_cast<Ready*>(nullptr));
}

void HostLoop::note_work() {
    if (ready_at_ != kNever) return;
    const Duration most = simulation_.quirks().wake_delay;
    ready_at_ = now() + (most > 0ns ? simulation_.random().between(0ns, most) : 0ns);
}

void HostLoop::clear() {
    for (Ready* ready : pending_) ready->pending_ = false;
    pending_.clear();
    // Destroying a task may destroy what it owns, and that may post.
    std::vector<net::Task> dropped = std::move(posted_);
    posted_.clear();
    dropped.clear();
    posted_.clear();
    ready_at_ = kNever;
}

TimePoint HostLoop::wake_at() const {
    if (suspended_) return kNever;
    auto* self = const_cast<HostLoop*>(this);
    return std::min(ready_at_, self->timers().next_deadline());
}

void HostLoop::wake() {
    running_ = true;
    ready_at_ = kNever;
    tasks_this_wake_ = 0;
    run_posted();
    run_ready();
    timers().run_due(now());
    run_posted();
    // Work noted while running and done since leaves no reason to wake again.
    if (pending_.empty() && posted_.empty()) ready_at_ = kNever;
    running_ = false;
}

void HostLoop::run_ready() {
    batch_ = std::exchange(pending_, {});
    Random& random = simulation_.random();
    if (simulation_.quirks().shuffle) {
        for (std::size_t left = batch_.size(); left > 1; --left) {
            std::swap(batch_[left - 1], batch_[random.below(left)]);
        }
    }
    const bool late_posts = random.chance(simulation_.quirks().late_posts);
    for (std::size_t index = 0; index < batch_.size(); ++index) {
        Ready* const ready = std::exchange(batch_[index], nullptr);
        if (ready == nullptr) continue;
        ready->pending_ = false;
        ready->run();
        if (!late_posts) run_posted();
    }
    batch_.clear();
}

void HostLoop::run_posted() {
    while (!posted_.empty()) {
        std::vector<net::Task> tasks = std::exchange(posted_, {});
        for (net::Task& task : tasks) {
            task();
            ++tasks_this_wake_;
        }
        if (tasks_this_wake_ > kMaxTasksPerWake) {
            simulation_.fail("live-lock: tasks of one host post tasks without end");
            return;
        }
    }
}

}  // namespace homeport::sim
