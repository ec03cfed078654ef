#pragma once
/// Signals as events of the loop.

#include "net/linux/loop.hpp"

#include <csignal>
#include <functional>
#include <initializer_list>
#include <memory>

namespace homeport::net {

/// While it lives, the signals named are blocked and told here instead. To be made before any
/// thread is started, so that threads inherit the block.
class SignalWatch final : private EventSource {
public:
    /// Throws std::system_error when the kernel refuses.
    SignalWatch(EpollLoop& loop, std::initializer_list<int> signals,
                std::function<void(int)> on_signal);
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

private:
    void on_events(std::uint32_t events) override;

    EpollLoop& loop_;
    std::shared_ptr<std::function<void(int)>> on_signal_;  ///< shared: it may destroy this watch
    sigset_t before_{};
    Fd fd_;
    Registration registration_;
};

}  // namespace homeport::net
