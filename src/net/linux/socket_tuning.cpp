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

void limit_silence(int fd, Duration limit) {
    constexpr int kProbes = 3;
    const int on = 1;
    const auto seconds =
        static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(limit).count());
    const int until_first = std::max(1, seconds / 2);
    const int between = std::max(1, seconds / 2 / kProbes);
    const int limit_ms = seconds * 1000;
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &until_first, sizeof until_first);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between, sizeof between);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &kProbes, sizeof kProbes);
    // Probes stand still while data waits to be acknowledged; then this limit holds.
    ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof limit_ms);
}

Result<> tune_socket(Stream& stream, const SocketTuning& tuning) {
    const auto* const socket = dynamic_cast<SocketStream*>(&stream);
    if (socket == nullptr || socket->native() < 0) {
        return fail(Errc::invalid, "only an open socket can be tuned");
    }
    return tune_socket(socket->native(), tuning);
}

}  // namespace homeport::net
