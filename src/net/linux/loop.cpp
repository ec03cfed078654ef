#include "net/linux/loop.hpp"

#include "core/assert.hpp"
#include "net/linux/limits.hpp"
#include "net/linux/lingering.hpp"
#include "net/linux/os_error.hpp"

#include <sys/epoll.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <limits>
#include <system_error>

namespace homeport::net {
namespace {

constexpr std::uint32_t kInterest = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;

std::uint64_t key_of(const Registration& registration) {
    return std::uint64_t{registration.generation} << 32 |
           static_cast<std::uint32_t>(registration.fd);
}

}  // namespace

EpollLoop::EpollLoop()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      lingering_(std::make_unique<LingeringSockets>(*this)) {
    if (!epoll_) throw std::system_error(errno, std::system_category(), "epoll_create1");
    std::signal(SIGPIPE, SIG_IGN);
    read_clock();
}

EpollLoop::~EpollLoop() {
    while (!posted_.empty()) {
        const std::vector<Task> dropped = std::exchange(posted_, {});
    }
}

void EpollLoop::read_clock() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    now_ = TimePoint(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

UnixSeconds EpollLoop::wall() const {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &time);
    return time.tv_sec;
}

void EpollLoop::post(Task task) {
    posted_.push_back(std::move(task));
}

void EpollLoop::run() {
    while (!stopped_) turn(Duration::max());
    stopped_ = false;
}

int EpollLoop::wait_ms(Duration max_wait) {
    if (!posted_.empty()) return 0;
    constexpr Duration kLongest = std::chrono::hours(24);
    Duration wait = std::min(max_wait, kLongest);
    const TimePoint deadline = timers().next_deadline();
    if (deadline <= now_) return 0;
    if (deadline != kNever) wait = std::min(wait, deadline - now_);
    // Rounded up: waking before the deadline would cost a second turn.
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(wait).count());
}

void EpollLoop::turn(Duration max_wait) {
    std::array<epoll_event, kEventsPerTurn> events;
    const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsPerTurn, wait_ms(max_wait));
    HOMEPORT_ASSERT(count >= 0 || errno == EINTR);
    read_clock();
    for (int i = 0; i < count; ++i) dispatch(events[i].data.u64, events[i].events);
    timers().run_due(now_);
    run_posted();
}

void EpollLoop::dispatch(std::uint64_t key, std::uint32_t events) {
    const std::size_t index = key & std::numeric_limits<std::uint32_t>::max();
    const Slot slot = slots_[index];
    // An event of a descriptor that an earlier handler of this turn has closed.
    if (slot.source == nullptr || slot.generation != key >> 32) return;
    slot.source->on_events(events);
}

void EpollLoop::run_posted() {
    for (int round = 0; round < kPostRoundsPerTurn && !posted_.empty(); ++round) {
        running_.swap(posted_);
        for (Task& task : running_) {
            // Moved out, so that what the task owns dies before the next task runs.
            Task once = std::move(task);
            once();
        }
        running_.clear();
    }
}

Result<Registration> EpollLoop::add(int fd, EventSource* source) {
    HOMEPORT_ASSERT(fd >= 0);
    const auto index = static_cast<std::size_t>(fd);
    if (index >= slots_.size()) slots_.resize(std::max(index + 1, slots_.size() * 2));
    const Registration registration{fd, slots_[index].generation};
    epoll_event event{};
    event.events = kInterest;
    event.data.u64 = key_of(registration);
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
        return fail(Errc::limit, "cannot watch a socket: " + os_error_text(errno) +
                                     "; raise fs.epoll.max_user_watches");
    }
    slots_[index].source = source;
    return registration;
}

void EpollLoop::replace(const Registration& registration, EventSource* source) {
    HOMEPORT_ASSERT(alive(registration));
    slots_[static_cast<std::size_t>(registration.fd)].source = source;
}

void EpollLoop::remove(const Registration& registration) {
    HOMEPORT_ASSERT(alive(registration));
    Slot& slot = slots_[static_cast<std::size_t>(registration.fd)];
    slot.source = nullptr;
    ++slot.generation;
}

bool EpollLoop::alive(const Registration& registration) const {
    const auto index = static_cast<std::size_t>(registration.fd);
    return index < slots_.size() && slots_[index].generation == registration.generation;
}

}  // namespace homeport::net
