#include "net/linux/socket_stream.hpp"

#include "core/assert.hpp"
#include "net/linux/limits.hpp"
#include "net/linux/lingering.hpp"
#include "net/linux/socket_address.hpp"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <algorithm>
#include <array>
#include <cerrno>

namespace homeport::net {
namespace {

enum Flag : unsigned {
    kTcp = 1,
    kReadable = 2,     ///< a read may find something
    kWritable = 4,     ///< a write may find room
    kReadWaiting = 8,  ///< the user was told, or can conclude, that nothing is there
    kWriteWaiting = 16,
    kEndSeen = 32,  ///< the kernel reported an end or an urgent mark: short reads mean nothing
    kEof = 64,
    kDead = 128,  ///< reading has failed
    kWriteDead = 256,
    kCut = 512,      ///< a write consumed the news of a cut that the next read would have got
    kBroken = 1024,  ///< EPOLLHUP or EPOLLERR was reported
};

std::size_t fill(std::span<iovec> vectors, auto views, std::size_t& total) {
    const std::size_t count = std::min(vectors.size(), views.size());
    for (std::size_t i = 0; i < count; ++i) {
        vectors[i] = {const_cast<std::byte*>(views[i].data()), views[i].size()};
        total += views[i].size();
    }
    return count;
}

int queued_bytes(int fd, unsigned long request) {
    int bytes = 0;
    return ::ioctl(fd, request, &bytes) == 0 ? bytes : 0;
}

/// Returns as splice(2) does.
long splice_some(int from, int to, std::size_t max_bytes) {
    long count = 0;
    do {
        count = ::splice(from, nullptr, to, nullptr, max_bytes, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    } while (count < 0 && errno == EINTR);
    return count;
}

/// On: the kernel resets the connection when its descriptor closes. Set while a stream lives, so
/// that a killed process leaves no end that looks complete.
void set_reset_on_close(int fd, bool on) {
    const linger option{.l_onoff = on ? 1 : 0, .l_linger = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &option, sizeof option);
}

}  // namespace

SocketStream::SocketStream(EpollLoop& loop, const Registration& registration, Kind kind,
                           const Endpoint& peer)
    : loop_(loop),
      registration_(registration),
      peer_(peer),
      flags_(kReadable | kWritable | kReadWaiting) {
    if (kind == Kind::tcp) {
        set(kTcp);
        set_reset_on_close(registration_.fd, true);
    }
    loop_.replace(registration_, this);
}

SocketStream::~SocketStream() {
    if (registration_.fd < 0) return;
    const int fd = registration_.fd;
    if (has(kTcp)) set_reset_on_close(fd, false);
    const bool may_lose = has(kTcp) && !has(kEof) && !has(kDead) && !has(kCut) && !has(kWriteDead);
    if (may_lose && (queued_bytes(fd, SIOCOUTQ) > 0 || queued_bytes(fd, SIOCINQ) > 0)) {
        loop_.lingering().take(registration_);
        return;
    }
    loop_.remove(registration_);
    ::close(fd);
}

IoResult SocketStream::read(std::span<const MutableBytes> into) {
    if (has(kDead)) return IoResult::error();
    if (!has(kReadable)) {
        set(kReadWaiting);
        return IoResult::again();
    }
    long count = 0;
    std::size_t room = 0;
    do {
        if (into.size() == 1) {
            room = into[0].size();
            count = ::recv(registration_.fd, into[0].data(), room, MSG_DONTWAIT);
        } else {
            std::array<iovec, kViewsPerCall> vectors;
            room = 0;
            msghdr message{};
            message.msg_iov = vectors.data();
            message.msg_iovlen = fill(vectors, into, room);
            count = ::recvmsg(registration_.fd, &message, MSG_DONTWAIT);
        }
    } while (count < 0 && errno == EINTR);
    HOMEPORT_ASSERT(room > 0);
    return read_result(count, room, errno);
}

IoResult SocketStream::read_into_pipe(int pipe, std::size_t max_bytes) {
    if (has(kDead)) return IoResult::error();
    if (!has(kReadable)) {
        set(kReadWaiting);
        return IoResult::again();
    }
    const long count = splice_some(registration_.fd, pipe, max_bytes);
    // A pipe may be full before the socket is empty: a short count says nothing of the socket.
    return read_result(count, static_cast<std::size_t>(std::max(count, 1L)), errno);
}

IoResult SocketStream::write_from_pipe(int pipe, std::size_t bytes) {
    if (has(kWriteDead)) return IoResult::error();
    if (!has(kWritable)) {
        set(kWriteWaiting);
        return IoResult::again();
    }
    const long count = splice_some(pipe, registration_.fd, bytes);
    return write_result(count, static_cast<std::size_t>(std::max(count, 1L)), errno);
}

IoResult SocketStream::read_result(long count, std::size_t room, int error) {
    if (count > 0) {
        const auto bytes = static_cast<std::size_t>(count);
        if (bytes < room && !has(kEndSeen)) {
            clear(kReadable);
            set(kReadWaiting);
        }
        return IoResult::moved(bytes);
    }
    if (count == 0 && !has(kCut)) {
        set(kEof);
        return IoResult::eof();
    }
    if (count < 0 && error == EAGAIN) {
        clear(kReadable);
        set(kReadWaiting);
        return IoResult::again();
    }
    set(kDead | kWriteDead);
    return IoResult::error();
}

IoResult SocketStream::write(std::span<const Bytes> from) {
    if (has(kWriteDead)) return IoResult::error();
    if (!has(kWritable)) {
        set(kWriteWaiting);
        return IoResult::again();
    }
    long count = 0;
    std::size_t offered = 0;
    do {
        if (from.size() == 1) {
            offered = from[0].size();
            count = ::send(registration_.fd, from[0].data(), offered, MSG_NOSIGNAL | MSG_DONTWAIT);
        } else {
            std::array<iovec, kViewsPerCall> vectors;
            offered = 0;
            msghdr message{};
            message.msg_iov = vectors.data();
            message.msg_iovlen = fill(vectors, from, offered);
            count = ::sendmsg(registration_.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    } while (count < 0 && errno == EINTR);
    HOMEPORT_ASSERT(offered > 0);
    return write_result(count, offered, errno);
}

IoResult SocketStream::write_result(long count, std::size_t offered, int error) {
    if (count > 0) {
        const auto bytes = static_cast<std::size_t>(count);
        if (bytes < offered) {
            clear(kWritable);
            set(kWriteWaiting);
        }
        return IoResult::moved(bytes);
    }
    if (count < 0 && error == EAGAIN) {
        clear(kWritable);
        set(kWriteWaiting);
        return IoResult::again();
    }
    set(kWriteDead | kReadable);
    // EPIPE leaves what the reader is owed: a peer that ended cleanly and then refused more input.
    // Any other error was the one note of a cut; without it the next read would find a false end.
    if (error != EPIPE) set(kCut);
    return IoResult::error();
}

void SocketStream::shutdown_write() {
    if (registration_.fd >= 0) ::shutdown(registration_.fd, SHUT_WR);
}

void SocketStream::reset() {
    if (registration_.fd < 0) return;
    // A living TCP socket resets on close anyway; see set_reset_on_close().
    loop_.remove(registration_);
    ::close(registration_.fd);
    registration_ = {};
    set(kDead | kWriteDead);
}

Endpoint SocketStream::local() const {
    KernelAddress address;
    if (registration_.fd < 0) return {};
    if (::getsockname(registration_.fd, address.get(), &address.size) != 0) return {};
    return from_kernel(address);
}

/// True when on_readable() is due.
bool SocketStream::note_events(std::uint32_t events, bool& write_edge) {
    const bool broken = (events & (EPOLLHUP | EPOLLERR)) != 0;
    const bool ended = broken || (events & (EPOLLRDHUP | EPOLLPRI)) != 0;
    const bool news = (ended && !has(kEndSeen)) || (broken && !has(kBroken));
    bool read_edge = news;
    if (ended) set(kEndSeen);
    if (ended || (events & EPOLLIN) != 0) {
        read_edge = news || has(kReadWaiting);
        set(kReadable);
        clear(kReadWaiting);
    }
    if (broken || (events & EPOLLOUT) != 0) {
        write_edge = has(kWriteWaiting) || (broken && !has(kBroken));
        set(kWritable);
        clear(kWriteWaiting);
    }
    if (broken) set(kBroken);
    return read_edge;
}

void SocketStream::on_events(std::uint32_t events) {
    bool write_edge = false;
    const bool read_edge = note_events(events, write_edge);
    EpollLoop& loop = loop_;
    const Registration registration = registration_;
    if (read_edge && handler_ != nullptr) handler_->on_readable();
    // The handler may have destroyed this stream, or cut it.
    if (write_edge && loop.alive(registration) && handler_ != nullptr) handler_->on_writable();
}

}  // namespace homeport::net
