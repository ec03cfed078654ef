#pragma once
/// The run loop of one virtual host. A wake-up delivers the edges that are pending, then the timers
/// that are due; posted tasks run after each callback (or, by quirk, after all of them).

#include "net/loop.hpp"
#include "sim/world/simulation.hpp"

#include <vector>

namespace homeport::sim {

class HostLoop;

/// Something whose callback is called from the loop: a stream, a listener, a pending dial.
class Ready {
public:
    explicit Ready(HostLoop& loop) : loop_(loop) {}
    Ready(const Ready&) = delete;
    Ready& operator=(const Ready&) = delete;

    HostLoop& loop() const { return loop_; }

protected:
    virtual ~Ready();
    /// Asks for one call of run(); asking twice before it comes is asking once.
    void make_ready();

private:
    friend class HostLoop;
    virtual void run() = 0;

    HostLoop& loop_;
    bool pending_ = false;
};

class HostLoop final : public net::Loop, public Guest {
public:
    /// 2023-11-14 22:13:20 UTC: the wall clock of every host at the start.
    static constexpr UnixSeconds kWallAtStart = 1'700'000'000;

    explicit HostLoop(Simulation& simulation);

    TimePoint now() const override { return simulation_.now(); }
    UnixSeconds wall() const override;
    void post(net::Task task) override;

    /// Sets the wall clock forward or back.
    void step_wall(std::int64_t seconds) { wall_offset_ += seconds; }
    /// SIGSTOP: nothing is called, while time goes on.
    void set_suspended(bool suspended) { suspended_ = suspended; }
    bool suspended() const { return suspended_; }
    /// Forgets all pending calls and tasks; timers belong to their owners.
    void clear();
    /// True inside a callback of this loop.
    bool running() const { return running_; }

    TimePoint wake_at() const override;
    void wake() override;

private:
    friend class Ready;
    void add(Ready& ready);
    void forget(Ready& ready);
    void note_work();
    void run_ready();
    void run_posted();

    Simulation& simulation_;
    std::int64_t wall_offset_ = 0;
    bool suspended_ = false;
    bool running_ = false;
    std::vector<Ready*> pending_;
    std::vector<Ready*> batch_;
    std::vector<net::Task> posted_;
    TimePoint ready_at_ = kNever;
    std::uint64_t tasks_this_wake_ = 0;
};

}  // namespace homeport::sim
