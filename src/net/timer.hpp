#pragma once
/// Timers of one loop, real or simulated. A `Timer` is owned by its user and cancels itself when it
/// dies; arming it again moves it. Timers due at the same instant run in the order of arming.

#include "core/time.hpp"
#include "net/callback.hpp"

#include <cstdint>
#include <vector>

namespace homeport::net {

class TimerQueue;

class Timer {
public:
    /// `queue` must outlive the timer.
    Timer(TimerQueue& queue, Callback callback) : queue_(&queue), callback_(callback) {}
    ~Timer() { cancel(); }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    void arm(TimePoint deadline);
    void cancel();
    bool armed() const { return index_ != kIdle; }
    TimePoint deadline() const { return armed() ? deadline_ : kNever; }

private:
    friend class TimerQueue;
    static constexpr std::size_t kIdle = static_cast<std::size_t>(-1);

    TimerQueue* queue_;
    Callback callback_;
    TimePoint deadline_{};
    std::uint64_t sequence_ = 0;
    std::size_t index_ = kIdle;
};

/// A binary heap of timers: arm and cancel take O(log n).
class TimerQueue {
public:
    /// kNever when nothing is armed.
    TimePoint next_deadline() const;
    /// Runs the timers due at `now`; one armed meanwhile waits for the next call. Returns how many
    /// ran. A callback may destroy its own timer and any other.
    std::size_t run_due(TimePoint now);
    std::size_t size() const { return heap_.size(); }

private:
    friend class Timer;
    void add(Timer& timer);
    void remove(Timer& timer);
    void sift_up(std::size_t index);
    void sift_down(std::size_t index);
    void place(std::size_t index, Timer* timer);
    static bool before(const Timer& left, const Timer& right);

    std::vector<Timer*> heap_;
    std::uint64_t sequence_ = 0;
};

}  // namespace homeport::net
