#pragma once
/// Limits of STUN. What happens when one is reached stands beside it.

#include "core/time.hpp"

#include <cstddef>

namespace homeport::reach {

/// Longer answers are refused; a server that fills more than one packet wants something else.
inline constexpr std::size_t kMaxStunBytes = 1280;
/// Attributes of one answer; more are refused.
inline constexpr std::size_t kMaxStunAttributes = 32;
/// First pause between two sendings; it doubles (RFC 8489 section 6.2.1).
inline constexpr Duration kStunFirstPause = 500ms;
/// Sendings of one question.
inline constexpr int kStunTries = 7;
/// Time for one question, all sendings together: 31.5 s of them and 16 first pauses after the last.
inline constexpr Duration kStunPatience = 39500ms;
/// Time for a question whose silence is an answer: sent at 0, 0.5 and 1.5 s.
inline constexpr Duration kStunFilterPatience = 3500ms;

}  // namespace homeport::reach
