#include "net/linux/listener.hpp"

#include "net/linux/limits.hpp"
#include "net/linux/os_error.hpp"
#include "net/linux/socket_stream.hpp"
#include "net/linux/socket_tuning.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <cerrno>

namespace homeport::net {
namespace {

std::string remedy(int error, const SocketAddress& address) {
    if (std::holds_alternative<UnixPath>(address)) {
        if (error == EADDRINUSE) return "; stop the other program or choose another path";
        return error == EACCES || error == ENOENT
                   ? "; create its directory and let this user write to it"
                   : "";
    }
    if (error == EADDRINUSE) return "; stop the other program or choose another port";
    if (error == EACCES) return "; ports below 1024 need CAP_NET_BIND_SERVICE";
    if (error == EADDRNOTAVAIL) return "; the address is not one of this host";
    if (error == EAFNOSUPPORT) return "; this host has no IPv6";
    return "";
}

}  // namespace

std::unexpected<Error> listen_failure(std::string_view what, const SocketAddress& address,
                                      int error) {
    const Errc code = error == EADDRNOTAVAIL || error == EAFNOSUPPORT ? Errc::invalid
                      : error == ENOENT                               ? Errc::io
                                                                      : os_error_code(error);
    return fail(code, "cannot listen on " + std::string(what) + to_string(address) + ": " +
                          os_error_text(error) + remedy(error, address));
}

namespace {

/// A socket that nobody answers on is left over from a process that died. A file of another kind is
/// somebody's: connect() refuses it in the same words, so that is asked first.
bool is_stale(const KernelAddress& name, const std::string& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
    const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    return probe && ::connect(probe.get(), name.get(), name.size) != 0 && errno == ECONNREFUSED;
}

int bind_unix(int fd, const KernelAddress& name, const std::string& path, unsigned mode) {
    // Set before bind(), so that the file never exists with wider permissions; again behind it,
    // because bind() applies the umask.
    ::fchmod(fd, mode);
    if (::bind(fd, name.get(), name.size) != 0) {
        if (errno != EADDRINUSE) return errno;
        if (!is_stale(name, path)) return EADDRINUSE;
        ::unlink(path.c_str());
        if (::bind(fd, name.get(), name.size) != 0) return errno;
    }
    return ::chmod(path.c_str(), mode) == 0 ? 0 : errno;
}

int bind_tcp(int fd, const KernelAddress& name) {
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // Accepted sockets inherit these two.
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ask_silent_peer(fd, kAskSilentVisitor, kAskSilentVisitorAgain, kAskSilentVisitorTimes);
    if (name.family() == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    return ::bind(fd, name.get(), name.size) == 0 ? 0 : errno;
}

}  // namespace

Result<Fd> open_listener(const SocketAddress& address, const ListenOptions& options,
                         const SocketTuning& tuning) {
    const auto name = to_kernel(address);
    if (!name) return std::unexpected(name.error());
    Fd fd(::socket(name->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return listen_failure("", address, errno);
    int error = 0;
    if (const auto* unix_path = std::get_if<UnixPath>(&address)) {
        error = bind_unix(fd.get(), *name, unix_path->path, options.unix_mode);
    } else {
        error = bind_tcp(fd.get(), *name);
        unpace_local_path(fd.get(), address);
        const auto tuned = tune_socket(fd.get(), tuning);
        if (!tuned) return std::unexpected(tuned.error());
    }
    if (error == 0 && ::listen(fd.get(), options.backlog) != 0) error = errno;
    if (error != 0) return listen_failure("", address, error);
    return fd;
}

SocketListener::SocketListener(EpollLoop& loop, SpareDescriptor& spare, Fd fd,
                               std::string unix_path, AcceptHandler on_accept)
    : loop_(loop),
      spare_(spare),
      fd_(std::move(fd)),
      unix_path_(std::move(unix_path)),
      on_accept_(std::make_shared<AcceptHandler>(std::move(on_accept))),
      again_(loop.timers(), call<&SocketListener::accept_batch>(this)) {
    if (!unix_path_.empty()) ::lstat(unix_path_.c_str(), &file_);
}

SocketListener::~SocketListener() {
    if (registration_.fd >= 0) loop_.remove(registration_);
    struct stat current{};
    if (unix_path_.empty() || ::lstat(unix_path_.c_str(), &current) != 0) return;
    if (current.st_ino == file_.st_ino && current.st_dev == file_.st_dev)
        ::unlink(unix_path_.c_str());
}

Result<> SocketListener::start() {
    const auto registration = loop_.add(fd_.get(), this);
    if (!registration) return std::unexpected(registration.error());
    registration_ = *registration;
    return {};
}

Endpoint SocketListener::local() const {
    KernelAddress address;
    if (::getsockname(fd_.get(), address.get(), &address.size) != 0) return {};
    return from_kernel(address);
}

void SocketListener::pause(bool paused) {
    if (paused_ == paused) return;
    paused_ = paused;
    if (paused) {
        again_.cancel();
    } else {
        // Who came meanwhile was reported once, to nobody.
        again_.arm(loop_.now());
    }
}

void SocketListener::on_events(std::uint32_t) {
    // Armed: resting for want of descriptors, or about to continue anyway.
    if (!paused_ && !again_.armed()) accept_batch();
}

void SocketListener::accept_batch() {
    EpollLoop& loop = loop_;
    const Registration registration = registration_;
    for (int taken = 0; taken < kAcceptsPerTurn; ++taken) {
        Fd accepted;
        KernelAddress peer;
        const Step step = accept_one(accepted, peer);
        if (step == Step::drained) return;
        if (step == Step::exhausted) {
            again_.arm(loop_.now() + kDescriptorPause);
            return;
        }
        if (step == Step::taken) hand_over(std::move(accepted), peer);
        if (!loop.alive(registration) || paused_) return;
    }
    again_.arm(loop_.now());
}

SocketListener::Step SocketListener::accept_one(Fd& accepted, KernelAddress& peer) {
    if (!spare_.refill()) return Step::exhausted;
    accepted = Fd(::accept4(fd_.get(), peer.get(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (accepted) return Step::taken;
    switch (errno) {
    case EAGAIN:
        return Step::drained;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return Step::exhausted;
    default:
        // The connection died in the backlog; accept(2) lists more such errors than are worth
        // naming.
        return Step::failed_one;
    }
}

void SocketListener::hand_over(Fd accepted, const KernelAddress& peer) {
    const auto registration = loop_.add(accepted.get(), nullptr);
    if (!registration) return;
    accepted.release();
    const auto kind = unix_path_.empty() ? SocketStream::Kind::tcp : SocketStream::Kind::local;
    const std::shared_ptr<AcceptHandler> handler = on_accept_;
    (*handler)(std::make_unique<SocketStream>(loop_, *registration, kind, from_kernel(peer)));
}

}  // namespace homeport::net
