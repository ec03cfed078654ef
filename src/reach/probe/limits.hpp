#pragma once
/// Limits of the probes that a relay makes. What happens when one is reached stands beside it.

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::reach {

/// Probes of one Prober at once; more end as untested.
inline constexpr std::size_t kMaxProbes = 64;
/// For a whole probe, below the time that an agent waits for its answer.
inline constexpr Duration kProbeOrderTime = 6s;
/// For one connection to come about.
inline constexpr Duration kProbeDialTime = 3s;
/// So often it is dialled within that, so far apart, each time from another port. A router that has
/// just come back treats the packets of one connection as it treated the first one: badly.
inline constexpr unsigned kProbeDials = 6;
inline constexpr Duration kProbeDialPause = 500ms;
/// Read in one probe from all its connections; whoever sends more is judged by what there is.
inline constexpr std::size_t kMaxProbeBytes = 64 * 1024;
/// Read from one connection at once.
inline constexpr std::size_t kProbeReadBytes = 4 * 1024;

/// A line of a banner or an answer, without its end; longer: not what was asked for.
inline constexpr std::size_t kMaxProbeLineBytes = 1024;
/// Lines of one answer of FTP (RFC 959 section 4.2); more: not FTP.
inline constexpr std::size_t kMaxFtpReplyLines = 100;
/// Passive ports below are not dialled: no server of FTP hands them out, and they are not the
/// asker's where several share an address.
inline constexpr std::uint16_t kMinPassivePort = 1024;
/// What is told of an outcome, the other end's words included; the rest is cut off.
inline constexpr std::size_t kMaxProbeDetailBytes = 200;

/// An order's `host` and `login`; longer ones are untested.
inline constexpr std::size_t kMaxProbeHostBytes = 253;
inline constexpr std::size_t kMaxProbeLoginBytes = 255;

/// A knock by UDP is sent so often, so far apart, and answered by then.
inline constexpr unsigned kUdpKnocks = 3;
inline constexpr Duration kUdpKnockPause = 300ms;
inline constexpr Duration kUdpProbeTime = 2s;
/// A question to what should be closed is asked so often, so far apart; again only after silence.
inline constexpr unsigned kExposureQuestions = 2;
inline constexpr Duration kExposurePause = 800ms;

}  // namespace homeport::reach
