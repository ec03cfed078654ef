#include "net/linux/network.hpp"

#include "net/linux/change_watch.hpp"
#include "net/linux/datagram_port.hpp"
#include "net/linux/dialer.hpp"
#include "net/linux/interfaces.hpp"
#include "net/linux/kernel_splice.hpp"
#include "net/linux/listener.hpp"
#include "net/linux/socket_address.hpp"
#include "net/linux/socket_stream.hpp"
#include "net/prefixed_stream.hpp"

#include <sys/socket.h>

namespace homeport::net {

LinuxNetwork::LinuxNetwork(EpollLoop& loop, SocketTuning tuning)
    : loop_(loop), tuning_(std::move(tuning)), resolver_(loop) {}

Result<std::unique_ptr<Listener>> LinuxNetwork::listen(const SocketAddress& address,
                                                       const ListenOptions& options,
                                                       AcceptHandler on_accept) {
    auto fd = open_listener(address, options, tuning_);
    if (!fd) return std::unexpected(fd.error());
    const auto* const local = std::get_if<UnixPath>(&address);
    auto listener = std::make_unique<SocketListener>(loop_, spare_, std::move(*fd),
                                                     local != nullptr ? local->path : std::string(),
                                                     std::move(on_accept));
    const auto started = listener->start();
    if (!started) return std::unexpected(started.error());
    return listener;
}

std::unique_ptr<Handle> LinuxNetwork::dial(const SocketAddress& to, const DialOptions& options,
                                           DialHandler on_done) {
    auto pending = std::make_unique<PendingDial>(loop_, to, std::move(on_done));
    pending->start(options, tuning_, spare_);
    return pending;
}

std::unique_ptr<Handle> LinuxNetwork::resolve(std::string host, ResolveHandler on_done) {
    return resolver_.resolve(std::move(host), std::move(on_done));
}

std::unique_ptr<Handle> LinuxNetwork::watch_changes(std::function<void()> on_change) {
    auto watch = std::make_unique<ChangeWatch>(loop_, std::move(on_change));
    if (!watch->start()) return std::make_unique<Handle>();
    return watch;
}

Result<std::unique_ptr<DatagramPort>> LinuxNetwork::open_datagrams(
    const Endpoint& local, const DatagramPortOptions& options, DatagramSink on_datagram) {
    auto fd = open_datagram_socket(local, options);
    if (!fd) return std::unexpected(fd.error());
    auto port =
        std::make_unique<SocketDatagrams>(loop_, std::move(*fd), options, std::move(on_datagram));
    if (auto started = port->start(); !started) return std::unexpected(started.error());
    return port;
}

std::unique_ptr<Splice> LinuxNetwork::splice() {
    return std::make_unique<KernelSplice>();
}

bool LinuxNetwork::watch_peer(Stream& stream, const PeerWatch& watch) {
    const auto* const prefixed = dynamic_cast<PrefixedStream*>(&stream);
    const Stream& below = prefixed == nullptr ? stream : prefixed->below();
    const auto* const socket = dynamic_cast<const SocketStream*>(&below);
    return socket != nullptr && socket->native() >= 0 && net::watch_peer(socket->native(), watch);
}

/// Connecting a datagram socket sends nothing: the kernel only looks the way up.
std::optional<IpAddress> LinuxNetwork::source_for(const Endpoint& to) {
    const auto name = to_kernel(to);
    if (!name) return std::nullopt;
    const Fd probe(::socket(name->family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
    KernelAddress source;
    if (!probe || ::connect(probe.get(), name->get(), name->size) != 0 ||
        ::getsockname(probe.get(), source.get(), &source.size) != 0) {
        return std::nullopt;
    }
    return from_kernel(source).address;
}

Result<std::vector<InterfaceAddress>> LinuxNetwork::addresses() {
    return read_addresses();
}

Result<std::vector<Gateway>> LinuxNetwork::gateways() {
    return read_gateways();
}

}  // namespace homeport::net
