#pragma once
/// The limits of dynamic updates. Behaviour when full stands at each.

#include <cstddef>
#include <cstdint>

namespace homeport::dns {

/// Prerequisites and changes in one message. More: REFUSED.
inline constexpr std::size_t kMaxUpdateRecords = 2000;
/// Records of the zone in the sets that one message changes. More: REFUSED.
inline constexpr std::size_t kMaxTouchedRecords = 50'000;
/// Seconds: a week. What is kept longer cannot be corrected in time. More: REFUSED.
inline constexpr std::uint32_t kMaxUpdateTtl = 7 * 24 * 3600;

}  // namespace homeport::dns
