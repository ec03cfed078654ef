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

bool set_int(int fd, int level, int option, int value) {
    return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

int whole_seconds(Duration time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    return std::max(1, static_cast<int>(seconds.count()));
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
    // Nothing is asked while data waits to be acknowledged: then this limit holds.
    const auto patience_ms = static_cast<int>(to_ms(watch.unacknowledged));
    constexpr int kQuestions = 3;
    return ask_silent_peer(fd, watch.ask_after, 1s, kQuestions) &&
           (patience_ms == 0 || set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, patience_ms));
}

bool ask_silent_peer(int fd, Duration ask_after, Duration between, int times) {
    constexpr int kOn = 1;
    return set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, whole_seconds(ask_after)) &&
           set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, whole_seconds(between)) &&
           set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, times) &&
           set_int(fd, SOL_SOCKET, SO_KEEPALIVE, kOn);
}

Result<> tune_socket(Stream& stream, const SocketTuning& tuning) {
    const auto* const socket = dynamic_cast<SocketStream*>(&stream);
    if (socket == nullptr || socket->native() < 0) {
        return fail(Errc::invalid, "only an open socket can be tuned");
    }
    return tune_socket(socket->native(), tuning);
}

}  // namespace homeport::net
