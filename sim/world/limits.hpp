#pragma once
/// Bounds of the virtual world. Those of the "kernel" follow Linux' defaults.

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::sim {

/// Steps (events and wake-ups) in one virtual millisecond; more is a live-lock.
inline constexpr std::uint64_t kMaxStepsPerMillisecond = 200'000;
/// Posted tasks and I/O callbacks in one wake-up of a host; more is a live-lock.
inline constexpr std::uint64_t kMaxTasksPerWake = 100'000;
/// Steps of one simulation, unless told otherwise.
inline constexpr std::uint64_t kMaxSteps = 200'000'000;

/// Bytes of one segment: as after segmentation offload, so that the event count stays small.
inline constexpr std::size_t kSegmentBytes = 16 * 1024;
inline constexpr std::size_t kSocketBufferBytes = 256 * 1024;

inline constexpr Duration kRetransmitMin = 200ms;
inline constexpr Duration kRetransmitMax = 60s;
/// Unanswered retransmissions before a connection fails with timed_out (Linux: tcp_retries2).
inline constexpr int kRetransmits = 15;
/// The same for a socket that its process has closed (Linux: tcp_orphan_retries).
inline constexpr int kOrphanRetransmits = 8;
/// SYN and SYN-ACK are repeated after 1 s, 3 s, 7 s ... (Linux: tcp_syn_retries).
inline constexpr Duration kSynRetransmit = 1s;
inline constexpr int kSynRetransmits = 6;
/// A closed socket waits this long for the peer's end (Linux: tcp_fin_timeout).
inline constexpr Duration kFinTimeout = 60s;
/// The accepting end of a silent connection asks whether the other one is still there, so often
/// (Linux: SO_KEEPALIVE with net/linux/limits.hpp's times).
inline constexpr Duration kAskSilent = 120s;
inline constexpr Duration kAskSilentAgain = 65s;
inline constexpr int kAskSilentTimes = 12;

/// What a name lookup takes, and how long one without network takes to fail.
inline constexpr Duration kResolveDelay = 10ms;
inline constexpr Duration kResolveTimeout = 5s;

}  // namespace homeport::sim
