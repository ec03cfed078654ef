#pragma once
/// The process around a role: the real loop and network, the log, signals.

#include "app/drain.hpp"
#include "app/role.hpp"
#include "app/world.hpp"
#include "net/linux/entropy.hpp"
#include "net/linux/loop.hpp"
#include "net/linux/loop_mailbox.hpp"
#include "net/linux/network.hpp"
#include "net/linux/signal_watch.hpp"

#include <optional>
#include <vector>

namespace homeport::app {

/// Visitors that this process' limit of open files has room for: nine tenths of it, one each.
std::size_t visitors_by_descriptor_limit();

class Host {
public:
    /// Blocks SIGTERM, SIGINT and SIGHUP, and raises the soft limit of descriptors to the hard one.
    explicit Host(Level least);

    World world() { return {loop_, network_, entropy_, log_, pool_, mailbox_}; }
    net::EpollLoop& loop() { return loop_; }

    /// Runs until a signal has stopped `roles`: SIGTERM or SIGINT begins the drain, one after the
    /// other in the order of the list, a second one ends it; SIGHUP reloads.
    void run(std::vector<Role*> roles);
    /// As if SIGTERM had come.
    void stop();
    /// Runs until `over` turns true, or SIGTERM or SIGINT comes: then false.
    bool run_until(const bool& over);

private:
    void on_signal(int number);
    void drain_next();

    ChunkPool pool_;
    StderrLog log_;
    net::EpollLoop loop_;
    net::LoopMailbox mailbox_;
    net::SignalWatch signals_;
    net::KernelEntropy entropy_;
    net::LinuxNetwork network_;
    std::vector<Role*> roles_;
    std::optional<Drain> drain_;
    std::size_t drained_ = 0;  ///< roles whose drain has begun
    bool stopped_ = false;
};

}  // namespace homeport::app
