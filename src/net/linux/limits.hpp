#pragma once
/// Limits of the real network. What happens when one is reached stands beside it.

#include "core/time.hpp"

#include <cstddef>

namespace homeport::net {

/// Events taken per wake-up; more wait in the kernel for the next turn.
inline constexpr int kEventsPerTurn = 256;
/// Rounds of posted tasks per turn; tasks posted later still run after the next look at the
/// sockets.
inline constexpr int kPostRoundsPerTurn = 16;
/// Connections taken per listener and turn, so that a flood cannot starve streams that live.
inline constexpr int kAcceptsPerTurn = 64;
/// How long a listener rests when descriptors have run out.
inline constexpr Duration kDescriptorPause = 100ms;
/// Datagrams taken per port and turn; more wait in the kernel for the next turn.
inline constexpr int kDatagramsPerTurn = 64;
/// A visitor silent for so long is asked whether it is still there: a reset gets lost on the way,
/// and nobody else would tell. No answer at all ends the connection as late as the kernel gives up
/// unacknowledged data (15 minutes), so that a line that comes back finds it.
inline constexpr Duration kAskSilentVisitor = 120s;
inline constexpr Duration kAskSilentVisitorAgain = 65s;
inline constexpr int kAskSilentVisitorTimes = 12;
/// Views handed to the kernel in one call; a call with more moves fewer bytes.
inline constexpr std::size_t kViewsPerCall = 64;
/// Closed sockets that still deliver their last bytes; beyond that they close at once.
inline constexpr std::size_t kMaxLingering = 256;
inline constexpr Duration kLingerTime = 5s;
/// Bytes thrown away per lingering socket; one that sends more is cut.
inline constexpr std::size_t kMaxLingerBytes = 16 * 1024 * 1024;
/// Threads that ask for names; a dead name server blocks one of them per lookup.
inline constexpr std::size_t kResolverThreads = 4;
/// Lookups that wait for a thread; beyond that a lookup fails with `limit`.
inline constexpr std::size_t kMaxWaitingLookups = 256;
/// A lookup without an answer ends as `timed_out`.
inline constexpr Duration kLookupTimeout = 10s;
/// News of addresses and routes within this time are one call.
inline constexpr Duration kChangeBurst = 20ms;
/// Bytes of the kernel's answer to one question for links, addresses or routes; more (a host with
/// the routes of a whole provider) is `limit`. Read at once, in parts of at most the second.
inline constexpr std::size_t kMaxDumpBytes = 8 * 1024 * 1024;
inline constexpr std::size_t kDumpPartBytes = 64 * 1024;
/// Questions again when something changed while the kernel answered; then its last word is taken.
inline constexpr int kDumpTries = 3;

}  // namespace homeport::net
