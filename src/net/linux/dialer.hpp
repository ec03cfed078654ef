#pragma once
/// One pending connection. Made by LinuxNetwork.

#include "net/linux/loop.hpp"
#include "net/linux/socket_tuning.hpp"
#include "net/linux/spare_descriptor.hpp"
#include "net/network.hpp"

namespace homeport::net {

class PendingDial final : public Handle, private EventSource {
public:
    PendingDial(EpollLoop& loop, SocketAddress to, DialHandler on_done);
    ~PendingDial() override;
    PendingDial(const PendingDial&) = delete;
    PendingDial& operator=(const PendingDial&) = delete;

    /// Begins to connect; every outcome, also an immediate one, is told from the loop.
    void start(const DialOptions& options, const SocketTuning& tuning, SpareDescriptor& spare);

private:
    void on_events(std::uint32_t events) override;
    void on_timer();
    Result<> open(const DialOptions& options, const SocketTuning& tuning, SpareDescriptor& spare);
    void finish(Result<std::unique_ptr<Stream>> result);

    EpollLoop& loop_;
    SocketAddress to_;
    DialHandler on_done_;
    Fd fd_;
    Registration registration_;
    Timer timer_;
    Error outcome_{Errc::timed_out, {}};  ///< what on_timer() tells
    bool connected_ = false;
};

}  // namespace homeport::net
