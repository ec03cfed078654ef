#pragma once
/// Listening sockets, TCP and Unix. Made by LinuxNetwork.

#include "net/linux/loop.hpp"
#include "net/linux/socket_address.hpp"
#include "net/linux/socket_tuning.hpp"
#include "net/linux/spare_descriptor.hpp"
#include "net/network.hpp"

#include <sys/stat.h>
#include <memory>
#include <string>
#include <string_view>

namespace homeport::net {

/// Why nobody can listen there, with a remedy. `what`: "UDP " or nothing, before the address.
std::unexpected<Error> listen_failure(std::string_view what, const SocketAddress& address,
                                      int error);

/// A bound and listening socket. TCP options set here are inherited by what it accepts. A Unix
/// socket's stale file is replaced, one that answers is `exists`.
Result<Fd> open_listener(const SocketAddress& address, const ListenOptions& options,
                         const SocketTuning& tuning);

class SocketListener final : public Listener, private EventSource {
public:
    /// `spare` must outlive the listener. `unix_path` is removed at the end, unless somebody else
    /// has replaced it; empty for TCP.
    SocketListener(EpollLoop& loop, SpareDescriptor& spare, Fd fd, std::string unix_path,
                   AcceptHandler on_accept);
    ~SocketListener() override;
    SocketListener(const SocketListener&) = delete;
    SocketListener& operator=(const SocketListener&) = delete;

    /// Starts watching. Error: limit.
    Result<> start();
    Endpoint local() const override;
    void pause(bool paused) override;

private:
    void on_events(std::uint32_t events) override;
    void accept_batch();
    enum class Step : unsigned char { taken, failed_one, drained, exhausted };
    Step accept_one(Fd& accepted, KernelAddress& peer);
    void hand_over(Fd accepted, const KernelAddress& peer);

    EpollLoop& loop_;
    SpareDescriptor& spare_;
    Fd fd_;
    Registration registration_;
    std::string unix_path_;
    struct stat file_{};
    std::shared_ptr<AcceptHandler> on_accept_;  ///< shared: a handler may destroy this listener
    Timer again_;
    bool paused_ = false;
};

}  // namespace homeport::net
