#pragma once
/// Settings of TCP sockets that the kernel's defaults do not serve. Zero or empty: the kernel's
/// default.

#include "core/result.hpp"
#include "core/time.hpp"
#include "net/network.hpp"
#include "net/stream.hpp"

#include <cstddef>
#include <string>

namespace homeport::net {

struct SocketTuning {
    /// Unsent bytes above which a socket does not count as writable (TCP_NOTSENT_LOWAT): small
    /// keeps urgent frames from waiting behind bulk in the kernel.
    std::size_t notsent_low_water_bytes = 0;
    /// Unacknowledged data older than this ends the connection (TCP_USER_TIMEOUT, RFC 5482).
    Duration user_timeout{};
    /// For example "cubic" or "bbr".
    std::string congestion;
};

/// Errors: invalid (not a TCP socket), io (the kernel refuses, for example an algorithm not
/// loaded).
Result<> tune_socket(int fd, const SocketTuning& tuning);
/// On a path inside this machine (a loopback address) takes a congestion control that does not
/// pace: bbr, where it is the default, holds such paths to half of what they carry. Best effort.
void unpace_local_path(int fd, const SocketAddress& address);
/// See Network::watch_peer. False: the kernel refuses.
bool watch_peer(int fd, const PeerWatch& watch);
/// Lets the kernel ask a peer that is silent for `ask_after` whether it is still there, so
/// many times, `between` apart (SO_KEEPALIVE); without an answer the connection ends as timed out.
/// Seconds count. False: the kernel refuses.
bool ask_silent_peer(int fd, Duration ask_after, Duration between, int times);
/// The same as tune_socket(fd) for a stream of this network; a stream of another kind is `invalid`.
Result<> tune_socket(Stream& stream, const SocketTuning& tuning);

}  // namespace homeport::net
