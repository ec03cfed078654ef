#pragma once
/// The network of this host.

#include "net/linux/loop.hpp"
#include "net/linux/resolver.hpp"
#include "net/linux/socket_tuning.hpp"
#include "net/linux/spare_descriptor.hpp"
#include "net/network.hpp"

namespace homeport::net {

class LinuxNetwork final : public Network {
public:
    /// `loop` must outlive this, and this every handle it made. `tuning` goes to every TCP socket.
    explicit LinuxNetwork(EpollLoop& loop, SocketTuning tuning = {});

    Result<std::unique_ptr<Listener>> listen(const SocketAddress& address,
                                             const ListenOptions& options,
                                             AcceptHandler on_accept) override;
    std::unique_ptr<Handle> dial(const SocketAddress& to, const DialOptions& options,
                                 DialHandler on_done) override;
    std::unique_ptr<Handle> resolve(std::string host, ResolveHandler on_done) override;
    /// Where the kernel refuses to tell, the handle never calls.
    std::unique_ptr<Handle> watch_changes(std::function<void()> on_change) override;
    using Network::open_datagrams;
    Result<std::unique_ptr<DatagramPort>> open_datagrams(const Endpoint& local,
                                                         const DatagramPortOptions& options,
                                                         DatagramSink on_datagram) override;
    std::unique_ptr<Splice> splice() override;
    bool watch_peer(Stream& stream, const PeerWatch& watch) override;
    std::optional<IpAddress> source_for(const Endpoint& to) override;
    Result<std::vector<InterfaceAddress>> addresses() override;
    Result<std::vector<Gateway>> gateways() override;

private:
    EpollLoop& loop_;
    SocketTuning tuning_;
    SpareDescriptor spare_;
    Resolver resolver_;
};

}  // namespace homeport::net
