#pragma once
/// Limits of the search for the truth about addresses. What happens when one is reached stands
/// beside it.

#include "core/time.hpp"

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

}  // namespace homeport::reach
