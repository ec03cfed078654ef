#pragma once
/// Every bound of the front, with its unit.

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::front {

/// Interim (1xx) responses before the final one; more are a 502.
inline constexpr unsigned kMaxInterim = 16;

/// All records of a ClientHello together; fits one chunk.
inline constexpr std::size_t kMaxHelloBytes = 16 * 1024;
inline constexpr std::size_t kMaxHelloRecords = 32;
inline constexpr std::size_t kMaxProxyV2Bytes = 1024;  ///< behind the 16 fixed ones

// Patience with visitors.
inline constexpr Duration kIdleTime = 300s;        ///< between requests: closed
inline constexpr Duration kHeadTime = 20s;         ///< to complete a head: 408
inline constexpr Duration kBodyStallTime = 60s;    ///< no byte of the body: 408 or reset
inline constexpr Duration kWriteStallTime = 300s;  ///< no byte of the answer taken: reset
inline constexpr Duration kAnswerTime = 20s;       ///< our own short answers not taken: reset
inline constexpr Duration kHelloTime = 10s;        ///< to complete a ClientHello: closed
inline constexpr Duration kProxyHeaderTime = 10s;  ///< to complete a PROXY header: closed
inline constexpr Duration kLingerTime = 1s;        ///< reading on after our last byte
inline constexpr std::size_t kLingerBytes = 64 * 1024;

/// Bytes one http visitor moves before others have their turn, and what a request counts for.
inline constexpr std::size_t kTurnBytes = 256 * 1024;
inline constexpr std::size_t kRequestCost = 4 * 1024;
/// Bytes of a body held in the visitor's own buffers, per direction.
inline constexpr std::size_t kBufferBytes = 64 * 1024;

/// Connections of one source (IPv4 address or IPv6 /64) that are always let in while there is room;
/// see doorman.hpp. More are reset.
inline constexpr std::uint32_t kSourceConnections = 4096;
/// Listeners of one service.
inline constexpr std::size_t kMaxPortsPerService = 1024;
/// How often a waiting visitor looks whether the home went away meanwhile.
inline constexpr Duration kWaitTick = 1s;

// The stand-in page.
inline constexpr std::size_t kMaxStandInBytes = 1 << 20;
inline constexpr std::size_t kStandInCacheEntries = 64;  ///< full: all are forgotten
inline constexpr Duration kStandInCacheTime = 5s;
inline constexpr unsigned kRetryAfterSeconds = 30;
/// Idle buffers for heads kept for the next request.
inline constexpr std::size_t kSpareHeads = 64;

}  // namespace homeport::front
