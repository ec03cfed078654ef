#pragma once
/// Finds the provider's habit in the times of address changes: always at about the same time of
/// day, or so many hours after the last change. Pure.

#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace homeport::reach {

struct ReconnectPattern {
    enum class Kind : std::uint8_t {
        time_of_day,  ///< every `period`, which is whole days, at `second_of_day`
        interval,     ///< `period` after the last change
    };
    Kind kind = Kind::time_of_day;
    UnixSeconds period = 0;         ///< seconds
    UnixSeconds second_of_day = 0;  ///< UTC, 0 to 86399; of an interval: of the next change
    UnixSeconds next = 0;           ///< when the next change is expected, after now
    /// How many of the changes looked at fit, and how many they are: 5 to 100.
    unsigned confidence_percent = 0;
};

/// `changes` in ascending order; only the newest kPatternChanges count. Nothing when there are
/// fewer than three, or when less than two thirds follow one habit.
std::optional<ReconnectPattern> find_pattern(std::span<const UnixSeconds> changes, UnixSeconds now);

/// "every day at about 04:10", "every 7 days at about 04:10", "every 8 hours". `utc_offset`:
/// seconds that the local clock is ahead of UTC.
std::string to_text(const ReconnectPattern& pattern, std::int64_t utc_offset);

}  // namespace homeport::reach
