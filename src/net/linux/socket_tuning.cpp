#include "net/linux/socket_tuning.hpp"

#include "net/linux/os_error.hpp"
#include "net/linux/socket_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <algorithm>
#include <cerrno>

namespace homeport::net {
namespace {

Result<> set(int fd, int option, const void* value, std::size_t size, const char* name) {
    if (::setsockopt(fd, IPPROTO_TCP, option, value, static_cast<socklen_t>(size)) == 0) return {};
    const Errc code = errno == EOPNOTSUPP || errno == ENOPROTOOPT ? Errc::invalid : Errc::io;
    return fail(code, std::string("cannot set ") + name + ": " + os_error_text(errno));
}

}  // namespace

Result<> tune_socket(int fd, const SocketTuning& tuning) {
    if (tuning.notsent_low_water_bytes > 0) {
        const auto bytes = static_cast<unsigned>(tuning.notsent_low_water_bytes);
        const auto done = set(fd, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes, "TCP_NOTSENT_LOWAT");
        if (!done) return done;
    }
    if (tuning.user_timeout > Duration::zero()) {
        const auto timeout_ms = static_cast<unsigned>(to_ms(tuning.user_timeout));
        const auto done =
            set(fd, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms, "TCP_USER_TIMEOUT");
        if (!done) return done;
    }
    if (tuning.congestion.empty()) return {};
    return set(fd, TCP_CONGESTION, tuning.congestion.data(), tuning.congestion.size(),
               "TCP_CONGESTION");
}

void unpace_local_path(int fd, const SocketAddress& address) {
    constexpr std::string_view kUnpaced = "cubic";
    const auto* const endpoint = std::get_if<Endpoint>(&address);
    if (endpoint == nullptr || !endpoint->address.is_loopback()) return;
    ::setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, kUnpaced.data(), kUnpaced.size());
}

bool watch_peer(int fd, const PeerWatch& watch) {
    constexpr int kOn = 1;
    constexpr int kQuestions = 3;
    constexpr int kSecondsBetween = 1;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(watch.ask_after);
    const int until_first = std::max(1, static_cast<int>(seconds.count()));
    // Nothing is asked while data waits to be acknowledged: then this limit holds.
    const auto patience_ms = static_cast<int>(to_ms(watch.unacknowledged));
    const auto set_int = [fd](int level, int option, int value) {
        return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
    };
    return set_int(IPPROTO_TCP, TCP_KEEPIDLE, until_first) &&
           set_int(IPPROTO_TCP, TCP_KEEPINTVL, kSecondsBetween) &&
           set_int(IPPROTO_TCP, TCP_KEEPCNT, kQuestions) &&
           (patience_ms == 0 || set_int(IPPROTO_TCP, TCP_USER_TIMEOUT, patience_ms)) &&
           set_int(SOL_SOCKET, SO_KEEPALIVE, kOn);
}

Result<> tune_socket(Stream& stream, const SocketTuning& tuning) {
    const auto* const socket = dynamic_cast<SocketStream*>(&stream);
    if (socket == nullptr || socket->native() < 0) {
        return fail(Errc::invalid, "only an open socket can be tuned");
    }
    return tune_socket(socket->native(), tuning);
}

}  // namespace homeport::net
