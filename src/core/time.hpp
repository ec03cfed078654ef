#pragma once
/// Time is always passed in. `TimePoint` is monotonic and starts anywhere; `UnixSeconds` is the
/// wall clock and only serves what must outlive the process (expiry of an invite).

#include <chrono>
#include <cstdint>

namespace homeport {

struct MonotonicClock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<MonotonicClock>;
    static constexpr bool is_steady = true;
};

using Duration = std::chrono::nanoseconds;
using TimePoint = MonotonicClock::time_point;
using UnixSeconds = std::int64_t;

inline constexpr TimePoint kNever = TimePoint::max();

inline std::int64_t to_ms(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

using namespace std::chrono_literals;

}  // namespace homeport
