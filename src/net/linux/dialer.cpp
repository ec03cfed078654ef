#include "net/linux/dialer.hpp"

#include "net/linux/os_error.hpp"
#include "net/linux/socket_address.hpp"
#include "net/linux/socket_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <cerrno>

namespace homeport::net {
namespace {

Error dial_error(const SocketAddress& to, int error) {
    return {os_error_code(error),
            "cannot connect to " + to_string(to) + ": " + os_error_text(error)};
}

/// A new socket, at the price of the spare descriptor when there is no other.
Fd open_socket(int family, SpareDescriptor& spare) {
    constexpr int kType = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    Fd fd(::socket(family, kType, 0));
    if (!fd && (errno == EMFILE || errno == ENFILE)) {
        spare.release();
        fd = Fd(::socket(family, kType, 0));
    }
    return fd;
}

/// The port is left to connect(), which may take one that is in use towards somebody else.
bool bind_source(int fd, const IpAddress& source) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const auto name = to_kernel(Endpoint{source, 0});
    return name && ::bind(fd, name->get(), name->size) == 0;
}

}  // namespace

PendingDial::PendingDial(EpollLoop& loop, SocketAddress to, DialHandler on_done)
    : loop_(loop),
      to_(std::move(to)),
      on_done_(std::move(on_done)),
      timer_(loop.timers(), call<&PendingDial::on_timer>(this)) {}

PendingDial::~PendingDial() {
    if (registration_.fd >= 0) loop_.remove(registration_);
}

void PendingDial::start(const DialOptions& options, const SocketTuning& tuning,
                        SpareDescriptor& spare) {
    outcome_.what = "cannot connect to " + to_string(to_) + ": no answer within " +
                    std::to_string(to_ms(options.timeout)) + " ms";
    timer_.arm(loop_.now() + options.timeout);
    const auto opened = open(options, tuning, spare);
    if (opened) return;
    outcome_ = opened.error();
    timer_.arm(loop_.now());
}

Result<> PendingDial::open(const DialOptions& options, const SocketTuning& tuning,
                           SpareDescriptor& spare) {
    const auto name = to_kernel(to_);
    if (!name) return std::unexpected(name.error());
    fd_ = open_socket(name->family(), spare);
    if (!fd_) return std::unexpected(dial_error(to_, errno));
    if (name->family() != AF_UNIX) {
        const int on = 1;
        ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        unpace_local_path(fd_.get(), to_);
        const auto tuned = tune_socket(fd_.get(), tuning);
        if (!tuned) return tuned;
        if (options.source && !bind_source(fd_.get(), *options.source))
            return std::unexpected(dial_error(to_, errno));
    }
    const int result = ::connect(fd_.get(), name->get(), name->size);
    if (result != 0 && errno != EINPROGRESS) return std::unexpected(dial_error(to_, errno));
    const auto registration = loop_.add(fd_.get(), this);
    if (!registration) return std::unexpected(registration.error());
    registration_ = *registration;
    if (result == 0) {
        connected_ = true;
        timer_.arm(loop_.now());
    }
    return {};
}

void PendingDial::on_events(std::uint32_t events) {
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) == 0) return;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return finish(std::unexpected(dial_error(to_, error)));
    connected_ = true;
    on_timer();
}

void PendingDial::on_timer() {
    if (!connected_) return finish(std::unexpected(outcome_));
    const bool local = std::holds_alternative<UnixPath>(to_);
    const Endpoint peer = local ? Endpoint{} : std::get<Endpoint>(to_);
    fd_.release();
    finish(std::make_unique<SocketStream>(
        loop_, std::exchange(registration_, {}),
        local ? SocketStream::Kind::local : SocketStream::Kind::tcp, peer));
}

void PendingDial::finish(Result<std::unique_ptr<Stream>> result) {
    timer_.cancel();
    if (registration_.fd >= 0) loop_.remove(std::exchange(registration_, {}));
    fd_.close();
    // The handler may destroy this handle.
    DialHandler on_done = std::move(on_done_);
    on_done(std::move(result));
}

}  // namespace homeport::net
