#pragma once
/// A thread with a loop and a network of its own, for work that must not disturb the tunnel.

#include "app/names/names_world.hpp"
#include "net/mailbox.hpp"

#include <functional>
#include <memory>
#include <thread>

namespace homeport::app {

class SideThread {
public:
    /// `log` must outlive it. Signals of the process go elsewhere. Throws std::system_error.
    explicit SideThread(Log& log);
    /// Ends the loop after its present turn. What lives there must have been destroyed by run().
    ~SideThread();
    SideThread(const SideThread&) = delete;
    SideThread& operator=(const SideThread&) = delete;

    /// Runs `task` there and returns after it: for the start and the end only, as it blocks.
    void run(const std::function<void(const NamesWorld&)>& task);
    /// For tasks that need not be waited for.
    net::Mailbox& mailbox();

private:
    struct Place;

    std::shared_ptr<Place> place_;  ///< destroyed by whoever ends last
    std::thread thread_;
};

}  // namespace homeport::app
