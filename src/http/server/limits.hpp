#pragma once
/// The limits of Server. Behaviour when full stands at each; those of a head are in
/// http/limits.hpp.

#include "core/time.hpp"

#include <cstddef>

namespace homeport::http {

/// Connections in all. Full: the one that has been waited for longest, idle or in the middle of its
/// request, makes room; when all of them are being answered the newcomer is reset. So whoever takes
/// all places with requests that never end still has to be faster than each of the others.
inline constexpr std::size_t kConnections = 1024;
/// Connections of one source (an IPv4 address or an IPv6 /64; trusted proxies have no such cap).
/// Full: the same, among its own.
inline constexpr std::size_t kConnectionsPerSource = 64;

/// A request's body, its chunks joined. Longer: 413, and the connection is closed.
inline constexpr std::size_t kMaxBodyBytes = 16 * 1024;
/// The same with its chunks' sizes and trailers: likewise.
inline constexpr std::size_t kMaxChunkedBytes = 4 * kMaxBodyBytes;

/// Between requests, and before the first: closed.
inline constexpr Duration kIdleTime = 30s;
/// From the first octet of a head to its last: 408.
inline constexpr Duration kHeadTime = 10s;
/// From the end of the head to the end of the body: 408.
inline constexpr Duration kBodyTime = 10s;
/// From the handler's call to its answer: reset.
inline constexpr Duration kAnswerTime = 60s;
/// Answers wait and the client takes none: reset.
inline constexpr Duration kStallTime = 10s;
/// Reading on behind a refusal, so that closing does not overtake it; then closed.
inline constexpr Duration kLingerTime = 1s;
inline constexpr std::size_t kLingerBytes = 64 * 1024;

/// Answers of one connection that wait for its client. More: its next request is not looked at
/// until it has taken some. (One answer may be longer; that is the handler's to bound.)
inline constexpr std::size_t kUnsentBytes = 64 * 1024;
/// Requests taken from one connection before others have their turn.
inline constexpr std::size_t kRequestsPerTurn = 64;
/// Read from one connection at once.
inline constexpr std::size_t kReadBytes = 16 * 1024;
/// What a connection may keep allocated, for input and for output, until its next request. More is
/// given back.
inline constexpr std::size_t kKeptBytes = 2 * 1024;

}  // namespace homeport::http
