#pragma once
/// The times and limits of signing. Times are in seconds.

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::dns {

/// Signatures begin in the past, for resolvers whose clocks are late.
inline constexpr UnixSeconds kSignatureSkew = 3600;
/// They end after this, less a part of the jitter that depends on the name, so that what was signed
/// at once does not expire at once.
inline constexpr UnixSeconds kSignatureValidity = UnixSeconds{14} * 86400;
inline constexpr UnixSeconds kSignatureJitter = UnixSeconds{3} * 86400;
/// What expires within this is signed anew: a week in which somebody may notice that it is not.
inline constexpr UnixSeconds kRefreshBefore = UnixSeconds{7} * 86400;
static_assert(kRefreshBefore < kSignatureValidity - kSignatureJitter, "or it never ends");

/// Of DNSKEY, CDS and CDNSKEY.
inline constexpr std::uint32_t kKeyTtl = 3600;

/// Names that one call of refresh() looks at, for each signature that it may make: a name that
/// needs nothing costs a hundredth of one that does. More: the call ends there.
inline constexpr std::size_t kNamesPerSignature = 50;

}  // namespace homeport::dns
