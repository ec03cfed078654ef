#include "net/linux/datagram_port.hpp"

#include "net/linux/limits.hpp"
#include "net/linux/listener.hpp"
#include "net/linux/os_error.hpp"
#include "net/linux/socket_address.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <cerrno>

namespace homeport::net {

Result<Fd> open_datagram_socket(const Endpoint& local) {
    const auto name = to_kernel(local);
    if (!name) return std::unexpected(name.error());
    Fd fd(::socket(name->family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    if (fd && name->family() == AF_INET6)
        ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (!fd || ::bind(fd.get(), name->get(), name->size) != 0)
        return listen_failure("UDP ", local, errno);
    return fd;
}

SocketDatagrams::SocketDatagrams(EpollLoop& loop, Fd fd, DatagramSink on_datagram)
    : loop_(loop),
      fd_(std::move(fd)),
      on_datagram_(std::make_shared<DatagramSink>(std::move(on_datagram))),
      room_(kMaxDatagramBytes),
      again_(call<&SocketDatagrams::receive>(this)) {}

SocketDatagrams::~SocketDatagrams() {
    if (registration_.fd >= 0) loop_.remove(registration_);
}

Result<> SocketDatagrams::start() {
    const auto registration = loop_.add(fd_.get(), this);
    if (!registration) return std::unexpected(registration.error());
    registration_ = *registration;
    return {};
}

Endpoint SocketDatagrams::local() const {
    KernelAddress address;
    if (::getsockname(fd_.get(), address.get(), &address.size) != 0) return {};
    return from_kernel(address);
}

Result<> SocketDatagrams::send(const Endpoint& to, Bytes datagram) {
    const auto name = to_kernel(to);
    if (!name) return std::unexpected(name.error());
    const auto sent = ::sendto(fd_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT,
                               name->get(), name->size);
    if (sent >= 0) return {};
    const int error = errno;
    return fail(os_error_code(error), to.to_string() + ": " + os_error_text(error));
}

void SocketDatagrams::on_events(std::uint32_t) {
    if (!again_.pending()) receive();
}

void SocketDatagrams::receive() {
    const auto on_datagram = on_datagram_;
    const Registration registration = registration_;
    EpollLoop& loop = loop_;
    for (int taken = 0; taken < kDatagramsPerTurn; ++taken) {
        KernelAddress from;
        const auto count =
            ::recvfrom(fd_.get(), room_.data(), room_.size(), MSG_TRUNC, from.get(), &from.size);
        if (count < 0 && errno == EAGAIN) return;
        // An error of something sent before (RFC 1122 section 4.1.3.3) says nothing of the next.
        if (count < 0 || static_cast<std::size_t>(count) > room_.size()) continue;
        (*on_datagram)(from_kernel(from), Bytes(room_).first(static_cast<std::size_t>(count)));
        if (!loop.alive(registration)) return;
    }
    again_.post(loop);
}

}  // namespace homeport::net
