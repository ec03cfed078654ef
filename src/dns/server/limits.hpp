#pragma once
/// The limits of the name server's shells. Behaviour when full stands at each.

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::dns {

// --- zones

/// Between two steps of a zone's serial: what changes meanwhile is answered at once, and told to
/// secondaries in one.
inline constexpr Duration kSerialStep = 100ms;
/// How far the serial may have run ahead of what was stored of it when the process was killed.
inline constexpr std::uint32_t kSerialGap = 100;
/// Sets signed anew at once, before others have their turn.
inline constexpr std::size_t kSignaturesPerTurn = 200;

/// TTL in seconds of what proves to an ACME server whose a name is.
inline constexpr std::uint32_t kChallengeTtl = 30;

// --- updates (RFC 2136)

/// Seconds that an update may have been signed before the newest one of its key: its sender's other
/// updates may overtake it by so much, a stale one or a replay comes too late.
inline constexpr std::uint64_t kUpdateWindow = 10;
/// Updates of one key that are remembered within the window. More: it has to wait.
inline constexpr std::size_t kRememberedUpdates = 200'000;

// --- answers over UDP

/// An answer to a requester without a valid cookie is at most so many times as long as its request.
/// Longer: it is told to come over TCP.
inline constexpr std::size_t kMaxAmplification = 4;
/// Sources and networks that one thread counts answers of; see RateLimit for what happens beyond.
inline constexpr std::size_t kRateBuckets = 1 << 16;

// --- DNS over TCP (RFC 7766)

/// Connections in all. Full: the one that has been idle longest makes room; with none idle the
/// newcomer is reset.
inline constexpr std::size_t kTcpConnections = 4096;
/// Connections of one source (an IPv4 address or an IPv6 /64). Full: the same, among its own.
inline constexpr std::size_t kTcpConnectionsPerSource = 64;
/// Between queries, with nothing owed (RFC 7766 section 6.2.3): closed.
inline constexpr Duration kTcpIdleTime = 10s;
/// The same while more than half of the places are taken.
inline constexpr Duration kTcpCrowdedIdleTime = 3s;
/// From the first octet of a query to its last: reset.
inline constexpr Duration kTcpQueryTime = 5s;
/// Answers wait and the client takes none: reset.
inline constexpr Duration kTcpStallTime = 10s;
/// Answers of one connection that wait for its client. No room for a whole message: nothing more is
/// read from it, or asked of a transfer, until it takes some.
inline constexpr std::size_t kTcpUnreadBytes = 256 * 1024;
/// Memory for all of them. Full: the connection that has stood still longest is reset.
inline constexpr std::size_t kTcpUnreadTotalBytes = 64 * 1024 * 1024;
/// Queries answered, or messages of a transfer sent, for one connection before others have their
/// turn.
inline constexpr std::size_t kTcpQueriesPerTurn = 100;
/// Read from one connection at once; what is not answered in this turn waits in its memory.
inline constexpr std::size_t kTcpReadBytes = 16 * 1024;
/// Memory for queries in part, or not answered yet, over all connections. Full: one that needs more
/// than kTcpReadBytes of it is reset.
inline constexpr std::size_t kTcpHeldTotalBytes = 64 * 1024 * 1024;
/// What a connection may keep allocated for the next query. More is given back.
inline constexpr std::size_t kTcpKeptBytes = 512;

}  // namespace homeport::dns
