#pragma once

#include "core/time.hpp"

#include <cstddef>

namespace homeport::app {

/// Control socket. A longer line, or a ninth connection, is answered with an error and closed.
inline constexpr std::size_t kMaxControlLineBytes = 64 * 1024;
inline constexpr std::size_t kMaxControlConnections = 8;
/// A connection that brings no whole request, or takes no answer, for so long is closed.
inline constexpr Duration kControlTimeout = 10s;
/// What an operator changes must be on disk before it is answered. Later, an error is the answer.
inline constexpr Duration kControlAnswerTime = 10s;

/// Metrics. A longer head, or a ninth connection, is closed.
inline constexpr std::size_t kMaxMetricsHeadBytes = 8 * 1024;
inline constexpr std::size_t kMaxMetricsConnections = 8;
inline constexpr Duration kMetricsTimeout = 5s;

/// What a parked service's names may answer. More is refused.
inline constexpr std::size_t kMaxParkedAddresses = 8;
/// The file of parked services. A longer one counts as unreadable.
inline constexpr std::size_t kMaxParkFileBytes = 16 * 1024 * 1024;
/// A value under "_acme-challenge": one string of TXT (RFC 1035 section 3.3). Longer is refused.
inline constexpr std::size_t kMaxChallengeBytes = 255;

/// A planned stop: running visitors get this long, then they are cut.
inline constexpr Duration kDrainTime = 10s;
/// How often the end of a drain is looked for.
inline constexpr Duration kDrainStep = 50ms;

/// Memory is given back this long after the load fell, which is looked for this often.
inline constexpr Duration kTrimLook = 2s;
inline constexpr Duration kTrimDelay = 2s;
inline constexpr std::size_t kTrimWorthBytes = 2 * 1024 * 1024;
inline constexpr Duration kTrimAgain = 8s;  ///< after the first trim, for what lingered
/// Streams up to which the process counts as at rest, so that pages of code are given back too.
inline constexpr std::size_t kRestStreams = 16;
/// Blocks of 16 KiB in use below which the data plane counts as quiet.
inline constexpr std::size_t kQuietChunks = 16;

/// Sample site of the demo. A connection above the limit is closed.
inline constexpr std::size_t kMaxSampleConnections = 64;
inline constexpr std::size_t kMaxSampleHeadBytes = 8 * 1024;
inline constexpr Duration kSampleTimeout = 60s;
/// The download: lines of 64 bytes, 512 MB in all, at 4 MB/s.
inline constexpr std::size_t kSampleLineBytes = 64;
inline constexpr std::size_t kSampleLines = 8'000'000;
inline constexpr std::size_t kSampleBytesPerSecond = 4'000'000;
inline constexpr Duration kSampleStep = 50ms;
/// How long the demo cuts the line.
inline constexpr Duration kDemoCut = 10s;

}  // namespace homeport::app
