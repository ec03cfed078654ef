#pragma once
/// The limits of zone transfers and of what tells secondaries about them. Behaviour when full
/// stands at each.

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::dns {

// --- what IXFR can tell, per zone

/// Steps; changed sets and octets of memory in all of them. More: the oldest steps go, and clients
/// that are older still get the whole zone.
inline constexpr std::size_t kHistorySteps = 10'000;
inline constexpr std::size_t kHistoryChanges = 500'000;
inline constexpr std::size_t kHistoryBytes = 64 * 1024 * 1024;

// --- messages

/// A message of a transfer is ended here, as pointers of compression reach no further (RFC 1035
/// section 4.1.4), as sealing costs little per message of this size, and as others have their turn
/// between messages. A record that is longer gets a message as long as it needs.
inline constexpr std::size_t kTransferMessageBytes = 16 * 1024;
/// The most that may be reserved behind a message for TSIG: so the longest record still fits one.
inline constexpr std::size_t kMaxReservedBytes = 1024;
/// Names looked at to guess how long a zone is on the wire. Larger ones: the rest is taken to be
/// like these.
inline constexpr std::size_t kSampledNames = 1000;

// --- NOTIFY (RFC 1996) and looking after secondaries

/// Between NOTIFYs of one zone to one secondary that answers them.
inline constexpr Duration kNotifySpacing = 200ms;
/// What a secondary gets for the transfer before it is asked for its serial.
inline constexpr Duration kAskAfter = 1s;
/// The first pause between tries; the next ones are twice as long each, up to kNotifyMaxPause.
inline constexpr Duration kNotifyPause = 1s;
inline constexpr Duration kNotifyMaxPause = 60s;
/// Tries in a row without success. More: one each kNotifySlowPause, until the secondary is current.
inline constexpr unsigned kNotifyTries = 8;
inline constexpr Duration kNotifySlowPause = 5min;
/// Questions in a row that did not find it current. From then on it is told again with each: what
/// it was told, it may have dropped (BIND does while an earlier try of its own fails).
inline constexpr unsigned kAsksUntilToldAgain = 4;

}  // namespace homeport::dns
