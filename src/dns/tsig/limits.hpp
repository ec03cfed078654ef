#pragma once
/// The limits of TSIG. Behaviour when full stands at each.

#include "core/time.hpp"

#include <cstddef>

namespace homeport::dns {

/// Octets of a secret. Less can be guessed and nobody needs more: the key is refused.
inline constexpr std::size_t kMinTsigSecretBytes = 16;
inline constexpr std::size_t kMaxTsigSecretBytes = 512;
/// Keys of a ring. More: the ring is refused.
inline constexpr std::size_t kMaxTsigKeys = 10'000;

/// Octets of a MAC that was cut, which must also be half of the whole (RFC 8945 section 5.2.4).
/// Less: BADTRUNC, or FORMERR if the RFC wants it so.
inline constexpr std::size_t kMinTsigMacBytes = 16;

/// Seconds that two clocks may differ (RFC 8945 section 10): what we ask for, and the most that is
/// granted. Farther apart: BADTIME.
inline constexpr UnixSeconds kTsigFudge = 300;

}  // namespace homeport::dns
