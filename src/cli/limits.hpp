#pragma once

#include "core/time.hpp"

#include <cstddef>

namespace homeport::cli {

/// How long a command waits for the running relay or agent to answer.
inline constexpr Duration kControlTimeout = 5s;
/// Bytes of one answer; a status of a thousand services takes about 400 KiB. More is an error.
inline constexpr std::size_t kMaxAnswerBytes = 16 * 1024 * 1024;
/// Bytes of relay.json; more is an error.
inline constexpr std::size_t kMaxPairedRelayBytes = 64 * 1024;
/// Characters of a token read from standard input; more is an error.
inline constexpr std::size_t kMaxTokenChars = 4096;
/// An invite lives at least and at most this long.
inline constexpr Duration kMinInviteLife = 1min;
inline constexpr Duration kMaxInviteLife = 24h * 30;
inline constexpr Duration kDefaultInviteLife = 1h;
/// Characters of an agent's name.
inline constexpr std::size_t kMaxNameChars = 63;
/// How long `homeport join` tries.
inline constexpr Duration kJoinTimeout = 30s;

}  // namespace homeport::cli
