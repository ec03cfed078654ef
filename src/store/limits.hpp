#pragma once
/// How much a relay's store takes. More is refused with `limit` and changes nothing.

#include "core/time.hpp"

#include <cstddef>

namespace homeport::store {

inline constexpr std::size_t kMaxAgents = 10'000;
inline constexpr std::size_t kMaxGrantsPerAgent = 1'000;  ///< of all kinds together
inline constexpr std::size_t kMaxInvitesPerAgent = 100;   ///< not used yet, expired or not
inline constexpr std::size_t kMaxNameBytes = 255;
inline constexpr std::size_t kMaxOffersBytes = 4 * 1024 * 1024;

/// An expired invite is remembered this long, so that redeem() can say why it fails. Older ones go
/// when the next invite is added.
inline constexpr UnixSeconds kKeepExpiredSeconds = 30LL * 24 * 3600;

}  // namespace homeport::store
