#pragma once
/// Limits of the search for the truth about addresses. What happens when one is reached stands
/// beside it.

#include "core/time.hpp"

#include <array>
#include <cstddef>

namespace homeport::reach {

/// Statements that are kept, one for each source and family; the oldest makes room.
inline constexpr std::size_t kMaxStatements = 64;
/// How long a statement counts. What stays true has to be said again before that.
inline constexpr Duration kInterfaceAge = 10min;
inline constexpr Duration kRouterAge = 30min;
inline constexpr Duration kRelayAge = 10min;
inline constexpr Duration kStunAge = 10min;
inline constexpr Duration kEchoAge = 30min;

/// So long after a strong event one voice that is hard to forge may move an address.
inline constexpr Duration kEventCounts = 2min;

/// Addresses of one family in a history; the oldest is forgotten.
inline constexpr std::size_t kMaxSpans = 128;
/// Changes that the search for a pattern looks at; older ones tell of another contract or router.
inline constexpr std::size_t kPatternChanges = 14;

/// Lines of evidence in a verdict; more are left out.
inline constexpr std::size_t kMaxVerdictLines = 24;

/// Ports of one service that are tried from outside; more are left out.
inline constexpr std::size_t kMaxProofPorts = 65;
/// Probes under way at once; the others wait for these.
inline constexpr std::size_t kMaxProofsAtOnce = 16;
/// How often the port is tried that speaks for a service: a proof counts for a minute.
inline constexpr Duration kProofEvery = 20s;
/// How often the other ports are.
inline constexpr Duration kSidePortsEvery = 10min;
/// Pauses after failures in a row; the last one from then on.
inline constexpr std::array<Duration, 7> kProofRetries = {1s, 2s, 5s, 10s, 20s, 40s, 60s};
/// The same where no router says that the port is open.
inline constexpr Duration kUnsurePause = 60s;
/// The same where nobody tried.
inline constexpr Duration kUntestedPause = 5s;
/// So many failures in a row are complained about, so often at most.
inline constexpr unsigned kProofStrikes = 2;
inline constexpr Duration kComplainEvery = 60s;

}  // namespace homeport::reach
