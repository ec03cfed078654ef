#include "net/timer.hpp"

#include <utility>

namespace homeport::net {

void Timer::arm(TimePoint deadline) {
    cancel();
    deadline_ = deadline;
    queue_->add(*this);
}

void Timer::cancel() {
    if (armed()) queue_->remove(*this);
}

bool TimerQueue::before(const Timer& left, const Timer& right) {
    if (left.deadline_ != right.deadline_) return left.deadline_ < right.deadline_;
    return left.sequence_ < right.sequence_;
}

TimePoint TimerQueue::next_deadline() const {
    return heap_.empty() ? kNever : heap_.front()->deadline_;
}

std::size_t TimerQueue::run_due(TimePoint now) {
    const std::uint64_t armed_before = sequence_;
    std::size_t ran = 0;
    while (!heap_.empty()) {
        Timer& timer = *heap_.front();
        if (timer.deadline_ > now || timer.sequence_ >= armed_before) break;
        const Callback callback = timer.callback_;
        remove(timer);
        callback();
        ++ran;
    }
    return ran;
}

void TimerQueue::add(Timer& timer) {
    timer.sequence_ = sequence_++;
    heap_.push_back(&timer);
    timer.index_ = heap_.size() - 1;
    sift_up(timer.index_);
}

void TimerQueue::remove(Timer& timer) {
    const std::size_t hole = timer.index_;
    Timer* const last = heap_.back();
    heap_.pop_back();
    timer.index_ = Timer::kIdle;
    if (last == &timer) return;
    place(hole, last);
    sift_up(hole);
    sift_down(last->index_);
}

void TimerQueue::place(std::size_t index, Timer* timer) {
    heap_[index] = timer;
    timer->index_ = index;
}

void TimerQueue::sift_up(std::size_t index) {
    while (index > 0) {
        const std::size_t parent = (index - 1) / 2;
        if (!before(*heap_[index], *heap_[parent])) return;
        Timer* const moving = heap_[index];
        place(index, heap_[parent]);
        place(parent, moving);
        index = parent;
    }
}

void TimerQueue::sift_down(std::size_t index) {
    while (true) {
        std::size_t first = index;
        for (std::size_t child = 2 * index + 1; child <= 2 * index + 2; ++child) {
            if (child < heap_.size() && before(*heap_[child], *heap_[first])) first = child;
        }
        if (first == index) return;
        Timer* const moving = heap_[index];
        place(index, heap_[first]);
        place(first, moving);
        index = first;
    }
}

}  // namespace homeport::net
