#pragma once
/// News of addresses, routes and links from the kernel (rtnetlink(7)). Made by LinuxNetwork.

#include "net/linux/loop.hpp"
#include "net/network.hpp"

#include <functional>
#include <memory>

namespace homeport::net {

class ChangeWatch final : public Handle, private EventSource {
public:
    ChangeWatch(EpollLoop& loop, std::function<void()> on_change);
    ~ChangeWatch() override;
    ChangeWatch(const ChangeWatch&) = delete;
    ChangeWatch& operator=(const ChangeWatch&) = delete;

    /// Error: io, when the kernel gives no such socket (a seccomp filter, for example).
    Result<> start();

private:
    void on_events(std::uint32_t events) override;
    void tell();

    EpollLoop& loop_;
    std::shared_ptr<std::function<void()>> on_change_;  ///< shared: it may destroy this watch
    Fd fd_;
    Registration registration_;
    Timer burst_;
};

}  // namespace homeport::net
