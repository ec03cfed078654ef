#pragma once
/// The run loop of one thread over one epoll instance. Every descriptor is registered once, for all
/// events, edge-triggered; no system call is made per operation or per change of interest.
///
/// A turn: wait, run the sources with events, run due timers, run posted tasks. Sockets come before
/// timers so that a process that was stopped for a while sees its input before its time-outs.

#include "core/result.hpp"
#include "net/linux/fd.hpp"
#include "net/loop.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace homeport::net {

class LingeringSockets;

/// Something with a descriptor. It may destroy itself and any other source from inside on_events().
class EventSource {
public:
    /// `events`: EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLPRI, EPOLLHUP, EPOLLERR.
    virtual void on_events(std::uint32_t events) = 0;

protected:
    ~EventSource() = default;
};

/// A descriptor known to the loop. The generation tells it from a later user of the same number.
struct Registration {
    int fd = -1;
    std::uint32_t generation = 0;
};

class EpollLoop final : public Loop {
public:
    /// Ignores SIGPIPE for the process. Throws std::system_error when the kernel refuses.
    EpollLoop();
    ~EpollLoop() override;
    EpollLoop(const EpollLoop&) = delete;
    EpollLoop& operator=(const EpollLoop&) = delete;

    TimePoint now() const override { return now_; }
    UnixSeconds wall() const override;
    void post(Task task) override;

    /// Turns until stop().
    void run();
    /// Makes run() return after the current turn; without a run in progress, the next returns at
    /// once.
    void stop() { stopped_ = true; }
    /// One turn that waits at most `max_wait` for something to happen.
    void turn(Duration max_wait);

    /// Watches a non-blocking descriptor. `source` may be null until replace(). Error: limit.
    Result<Registration> add(int fd, EventSource* source);
    void replace(const Registration& registration, EventSource* source);
    /// Forgets the descriptor, which the caller closes right after: that ends the kernel's watch.
    void remove(const Registration& registration);
    /// False after remove(): how a source learns that it was destroyed by what it called.
    bool alive(const Registration& registration) const;

    /// Closed sockets that still deliver their last bytes.
    LingeringSockets& lingering() { return *lingering_; }

private:
    struct Slot {
        EventSource* source = nullptr;
        std::uint32_t generation = 0;
    };

    int wait_ms(Duration max_wait);
    void dispatch(std::uint64_t key, std::uint32_t events);
    void run_posted();
    void read_clock();

    Fd epoll_;
    TimePoint now_{};
    bool stopped_ = false;
    std::vector<Slot> slots_;  ///< by descriptor
    std::unique_ptr<LingeringSockets> lingering_;
    std::vector<Task> posted_;
    std::vector<Task> running_;
};

}  // namespace homeport::net
