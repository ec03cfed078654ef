#include "net/linux/change_watch.hpp"

#include "net/linux/limits.hpp"
#include "net/linux/os_error.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <array>
#include <cerrno>

namespace homeport::net {

ChangeWatch::ChangeWatch(EpollLoop& loop, std::function<void()> on_change)
    : loop_(loop),
      on_change_(std::make_shared<std::function<void()>>(std::move(on_change))),
      burst_(loop.timers(), call<&ChangeWatch::tell>(this)) {}

ChangeWatch::~ChangeWatch() {
    if (registration_.fd >= 0) loop_.remove(registration_);
}

Result<> ChangeWatch::start() {
    fd_ = Fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE));
    sockaddr_nl name{};
    name.nl_family = AF_NETLINK;
    name.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                     RTMGRP_IPV6_ROUTE;
    if (!fd_ || ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
        return fail(Errc::io, "cannot watch for network changes: " + os_error_text(errno));
    }
    const auto registration = loop_.add(fd_.get(), this);
    if (!registration) return std::unexpected(registration.error());
    registration_ = *registration;
    return {};
}

void ChangeWatch::on_events(std::uint32_t) {
    bool heard = false;
    std::array<std::byte, 4096> message;
    while (true) {
        // Cut messages do: what changed is asked of the kernel by whoever wants to know.
        const ssize_t count = ::recv(fd_.get(), message.data(), message.size(), MSG_DONTWAIT);
        if (count < 0 && errno == EINTR) continue;
        // Lost news (ENOBUFS) is news.
        if (count == 0 || (count < 0 && errno != ENOBUFS)) break;
        heard = true;
    }
    if (heard && !burst_.armed()) burst_.arm(loop_.now() + kChangeBurst);
}

void ChangeWatch::tell() {
    const auto on_change = on_change_;
    (*on_change)();
}

}  // namespace homeport::net
