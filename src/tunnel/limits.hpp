#pragma once
/// Limits of the tunnel's services; those of the protocol are in protocol/limits.hpp.

#include "core/time.hpp"
#include "net/network.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::tunnel {

/// Read from one link per turn of the loop; the rest waits for the others' turns.
inline constexpr std::size_t kLinkTurnBytes = 1024 * 1024;
/// Frames of the link itself that may wait; further PONGs are dropped, other frames end the link.
inline constexpr std::size_t kMaxOwnFramesBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxPongBacklogBytes = 64 * 1024;

/// A connection must prove its key and say what it wants within this time.
inline constexpr Duration kGreetingTimeout = 10s;
/// Connections in that state, in all and from one source (IPv6: one /64). More: closed at once.
inline constexpr std::size_t kMaxGreetings = 2048;
inline constexpr std::size_t kMaxGreetingsPerSource = 64;

/// A link that answers nothing for this long while asked is cut.
inline constexpr Duration kDeadLinkAfter = 45s;
/// An agent's target must accept the connection within this time.
inline constexpr Duration kTargetDialTimeout = 10s;
/// A stream that may go on beside its link asks to after so many bytes, and, refused, after so many
/// more.
inline constexpr std::uint64_t kBypassAfterBytes = 256 * 1024;
inline constexpr std::uint64_t kBypassAgainBytes = 64 * 1024 * 1024;
/// Asked for at one time, and in use by one session (each takes up to six descriptors at either
/// end); more streams stay on the link for the present.
inline constexpr std::size_t kMaxBypassesAsked = 16;
inline constexpr std::size_t kMaxBypasses = 512;
/// A relay must answer the wish within this time.
inline constexpr Duration kBypassTimeout = 10s;
/// A way beside a link whose peer is silent, or acknowledges nothing, for so long is cut.
inline constexpr net::PeerWatch kBypassWatch{.ask_after = 20s, .unacknowledged = 30s};
/// Where the kernel can, it asks after an idle link: less than 1 MB of traffic a day. The agent
/// first, so that the relay never has to while the agent lives; soon enough to find a silent change
/// of address well within the time that visitors are parked.
inline constexpr net::PeerWatch kAgentWatch{.ask_after = 20s};
inline constexpr net::PeerWatch kRelayWatch{.ask_after = 25s};

/// Pairing as a whole.
inline constexpr Duration kJoinTimeout = 30s;

/// What an agent asks for is answered within this time, however often the link changes meanwhile;
/// after that the answer is an error.
inline constexpr Duration kAskTime = 10s;
/// Asks of one agent that await their answers. More: refused at once (`limit`).
inline constexpr std::size_t kMaxAsks = 64;
/// The relay answers so many of one agent in any kAskPeriod, and the others with `limit`.
inline constexpr std::size_t kMaxAsksPerPeriod = 20;
inline constexpr Duration kAskPeriod = 10s;
/// An ask on a connection of its own, connecting included.
inline constexpr Duration kAskAloneTime = 15s;

}  // namespace homeport::tunnel
