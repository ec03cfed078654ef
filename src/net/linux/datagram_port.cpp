#include "net/linux/datagram_port.hpp"

#include "net/linux/datagram_port_faults.hpp"
#include "net/linux/limits.hpp"
#include "net/linux/listener.hpp"
#include "net/linux/os_error.hpp"
#include "net/linux/socket_address.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <array>
#include <cerrno>
#include <cstring>

namespace homeport::net {
namespace {

/// The kernel looks at the scope of link-local addresses only.
Result<KernelAddress> to_scoped(const Endpoint& endpoint, unsigned interface) {
    auto name = to_kernel(endpoint);
    if (name && name->family() == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &name->storage, sizeof v6);
        v6.sin6_scope_id = interface;
        std::memcpy(&name->storage, &v6, sizeof v6);
    }
    return name;
}

bool set(int fd, int level, int option, int value) {
    return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

bool join(int fd, const IpAddress& group, unsigned interface) {
    const auto& octets = group.octets();
    if (group.is_v4()) {
        ip_mreqn request{};
        std::memcpy(&request.imr_multiaddr, octets.data(), 4);
        request.imr_ifindex = static_cast<int>(interface);
        return ::setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0;
    }
    ipv6_mreq request{};
    std::memcpy(&request.ipv6mr_multiaddr, octets.data(), 16);
    request.ipv6mr_interface = interface;
    return ::setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request) == 0;
}

/// With IP_MULTICAST_ALL, as it is by default, a port hears what others on this host have joined.
bool set_v4(int fd, const DatagramPortOptions& options) {
    ip_mreqn link{};
    link.imr_ifindex = static_cast<int>(options.interface);
    return set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0) &&
           set(fd, IPPROTO_IP, IP_MULTICAST_TTL, static_cast<int>(options.multicast_hops)) &&
           ::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &link, sizeof link) == 0 &&
           (!options.on_fault || set(fd, IPPROTO_IP, IP_RECVERR, 1));
}

bool set_v6(int fd, const DatagramPortOptions& options) {
    return set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) && set(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0) &&
           set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, static_cast<int>(options.multicast_hops)) &&
           set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(options.interface)) &&
           (!options.on_fault || set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1));
}

Result<> check(const Endpoint& local, const DatagramPortOptions& options) {
    if (options.groups.size() > kMaxGroups)
        return fail(Errc::limit, "more than " + std::to_string(kMaxGroups) + " multicast groups");
    if (options.multicast_hops > 255) return fail(Errc::invalid, "a hop limit above 255");
    for (const IpAddress& group : options.groups) {
        if (group.is_v4() == local.address.is_v4()) continue;
        return fail(Errc::invalid,
                    group.to_string() + " is of another family than " + local.address.to_string());
    }
    return {};
}

Result<> join_groups(int fd, const DatagramPortOptions& options) {
    for (const IpAddress& group : options.groups) {
        if (join(fd, group, options.interface)) continue;
        const int error = errno;
        return fail(error == EINVAL || error == ENODEV ? Errc::invalid : os_error_code(error),
                    "cannot join " + group.to_string() + " on interface " +
                        std::to_string(options.interface) + ": " + os_error_text(error));
    }
    return {};
}

}  // namespace

Result<Fd> open_datagram_socket(const Endpoint& local, const DatagramPortOptions& options) {
    if (auto fits = check(local, options); !fits) return std::unexpected(fits.error());
    const auto name = to_scoped(local, options.interface);
    if (!name) return std::unexpected(name.error());
    Fd fd(::socket(name->family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const bool ready =
        fd && (name->family() == AF_INET6 ? set_v6(fd.get(), options) : set_v4(fd.get(), options));
    if (!ready || (options.reuse_address && !set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1)) ||
        ::bind(fd.get(), name->get(), name->size) != 0) {
        return listen_failure("UDP ", local, errno == ENODEV ? EADDRNOTAVAIL : errno);
    }
    if (auto joined = join_groups(fd.get(), options); !joined)
        return std::unexpected(joined.error());
    return fd;
}

SocketDatagrams::SocketDatagrams(EpollLoop& loop, Fd fd, const DatagramPortOptions& options,
                                 DatagramSink on_datagram)
    : loop_(loop),
      fd_(std::move(fd)),
      interface_(options.interface),
      on_datagram_(std::make_shared<DatagramSink>(std::move(on_datagram))),
      room_(kMaxDatagramBytes),
      again_(call<&SocketDatagrams::run>(this)) {
    if (options.on_fault) on_fault_ = std::make_shared<DatagramFaultSink>(options.on_fault);
}

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
    return transmit(to, datagram, 0);
}

Result<> SocketDatagrams::send_with_hops(const Endpoint& to, Bytes datagram, unsigned hops) {
    if (hops == 0 || hops > 255) return fail(Errc::invalid, "a hop limit outside of 1 to 255");
    return transmit(to, datagram, hops);
}

/// `hops` 0: as many as the kernel gives.
Result<> SocketDatagrams::transmit(const Endpoint& to, Bytes datagram, unsigned hops) {
    auto name = to_scoped(to, interface_);
    if (!name) return std::unexpected(name.error());
    iovec part{const_cast<std::byte*>(datagram.data()), datagram.size()};
    msghdr message{};
    message.msg_name = name->get();
    message.msg_namelen = name->size;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control{};
    if (hops > 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* const head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = to.address.is_v4() ? IPPROTO_IP : IPPROTO_IPV6;
        head->cmsg_type = to.address.is_v4() ? IP_TTL : IPV6_HOPLIMIT;
        head->cmsg_len = CMSG_LEN(sizeof(int));
        const int value = static_cast<int>(hops);
        std::memcpy(CMSG_DATA(head), &value, sizeof value);
    }
    ssize_t sent = ::sendmsg(fd_.get(), &message, MSG_DONTWAIT);
    // With reports switched on, that of an earlier datagram is an error here, once (ip(7)).
    if (sent < 0 && on_fault_) sent = ::sendmsg(fd_.get(), &message, MSG_DONTWAIT);
    if (sent >= 0) return {};
    const int error = errno;
    return fail(os_error_code(error), to.to_string() + ": " + os_error_text(error));
}

void SocketDatagrams::on_events(std::uint32_t events) {
    if ((events & EPOLLERR) != 0) faulty_ = true;
    if (!again_.pending()) run();
}

void SocketDatagrams::run() {
    const Registration registration = registration_;
    EpollLoop& loop = loop_;
    const bool told = tell_faults();
    if (!loop.alive(registration)) return;
    const bool drained = receive();
    if (loop.alive(registration) && !(told && drained)) again_.post(loop);
}

/// False: there is more, or this port is gone.
bool SocketDatagrams::tell_faults() {
    if (!faulty_ || !on_fault_) return true;
    const auto on_fault = on_fault_;
    const Registration registration = registration_;
    EpollLoop& loop = loop_;
    for (int taken = 0; taken < kDatagramsPerTurn; ++taken) {
        FaultReport report;
        if (!take_fault_report(fd_.get(), report)) {
            faulty_ = false;
            return true;
        }
        if (!report.known) continue;
        (*on_fault)(report.to, report.fault);
        if (!loop.alive(registration)) return false;
    }
    return false;
}

/// False: there is more, or this port is gone.
bool SocketDatagrams::receive() {
    const auto on_datagram = on_datagram_;
    const Registration registration = registration_;
    EpollLoop& loop = loop_;
    for (int taken = 0; taken < kDatagramsPerTurn; ++taken) {
        KernelAddress from;
        const auto count =
            ::recvfrom(fd_.get(), room_.data(), room_.size(), MSG_TRUNC, from.get(), &from.size);
        if (count < 0 && errno == EAGAIN) return true;
        // An error of something sent before (RFC 1122 section 4.1.3.3) says nothing of the next.
        if (count < 0 || static_cast<std::size_t>(count) > room_.size()) continue;
        (*on_datagram)(from_kernel(from), Bytes(room_).first(static_cast<std::size_t>(count)));
        if (!loop.alive(registration)) return false;
    }
    return false;
}

}  // namespace homeport::net
