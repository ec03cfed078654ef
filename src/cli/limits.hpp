#pragma once

#include "core/time.hpp"

#include <cstddef>
#include <string_view>

namespace homeport::cli {

/// How long a command waits for the running relay or agent to answer.
inline constexpr Duration kControlTimeout = 5s;
/// How long it waits for what must be on the relay's disk first.
inline constexpr Duration kOrderTimeout = 15s;
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
/// Where `homeport doctor` looks for an agent's settings when it is told no other place.
inline constexpr std::string_view kUsualAgentFile = "/etc/homeport/agent.toml";
/// How long it looks, at most.
inline constexpr Duration kDefaultExamineTime = 30s;
inline constexpr Duration kMaxExamineTime = 5min;
/// Of that, at most, for ports that the router shall open, before dials from outside go on without
/// them; never more than half of all.
inline constexpr Duration kTestMapTime = 15s;
/// Dials from outside that the relay is asked for at one time; the others wait.
inline constexpr std::size_t kMaxOutsideAsks = 4;
/// A dial to an open port that met nothing is repeated once, so much later; one that the relay had
/// no time for until it was asked for so often.
inline constexpr Duration kOutsideAgain = 1s;
inline constexpr int kOutsideTries = 5;
/// Tries to find a port of this machine for a test.
inline constexpr int kTestPortTries = 8;
/// How long `homeport address` looks until it says "unknown".
inline constexpr Duration kMinAddressTime = 1s;
inline constexpr Duration kMaxAddressTime = 5min;
/// Bytes of /etc/resolv.conf; what stands behind them is not read.
inline constexpr std::size_t kMaxResolvConfBytes = 64 * 1024;
/// Characters of an answer in the table of `homeport dns check`; a longer one is cut.
inline constexpr std::size_t kMaxAnswerChars = 48;
/// Servers named in its verdict; of more only the number is told.
inline constexpr std::size_t kMaxTitles = 3;

/// A name service over HTTP: bytes of one answer, and how long one may take.
inline constexpr std::size_t kMaxHttpAnswerBytes = 1024 * 1024;
inline constexpr Duration kHttpConnectTime = 10s;
inline constexpr Duration kHttpTime = 30s;
inline constexpr std::size_t kMaxUrlChars = 1000;
/// Bytes of a file with a password or a token; more is an error.
inline constexpr std::size_t kMaxSecretFileBytes = 4096;
/// How long one challenge is worked on, which is less than it lives, and how many are tried.
inline constexpr Duration kProofTime = 240s;
inline constexpr int kMaxChallenges = 10;
inline constexpr Duration kProofNews = 5s;  ///< how often the progress is told
/// Lines of `homeport names list` and the other lists, unless more are asked for.
inline constexpr std::uint64_t kDefaultListLines = 1'000;

}  // namespace homeport::cli
