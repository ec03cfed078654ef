#pragma once

#include "net/linux/loop.hpp"
#include "net/mailbox.hpp"

#include <functional>
#include <mutex>
#include <vector>

namespace homeport::net {

/// Made and destroyed on the loop's thread, when no other thread will send any more.
class LoopMailbox final : public Mailbox, private EventSource {
public:
    /// Throws std::system_error when the kernel refuses.
    explicit LoopMailbox(EpollLoop& loop);
    ~LoopMailbox() override;
    LoopMailbox(const LoopMailbox&) = delete;
    LoopMailbox& operator=(const LoopMailbox&) = delete;

    void send(std::move_only_function<void()> task) override;

private:
    void on_events(std::uint32_t events) override;

    EpollLoop& loop_;
    Fd fd_;
    Registration registration_;
    std::mutex mutex_;
    std::vector<std::move_only_function<void()>> tasks_;
};

}  // namespace homeport::net
