#pragma once
/// The door of a loop for other threads. `net/linux` has the real one.

#include <functional>

namespace homeport::net {

class Mailbox {
public:
    virtual ~Mailbox() = default;
    /// Runs `task` on the loop's thread, in the order of sending, soon. From any thread. What is
    /// sent to a mailbox that is being destroyed is destroyed without being run.
    virtual void send(std::move_only_function<void()> task) = 0;
};

}  // namespace homeport::net
