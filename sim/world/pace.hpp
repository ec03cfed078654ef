#pragma once
/// How fast somebody reads: steady, in bursts with pauses, or with one long stop.

#include "net/loop.hpp"

#include <algorithm>
#include <cstdint>

namespace homeport::sim {

struct Pace {
    static constexpr std::uint64_t kNoStop = ~std::uint64_t{0};

    std::uint64_t burst_bytes = 0;    ///< 0: no pauses
    Duration pause{};                 ///< after each burst
    std::uint64_t stop_at = kNoStop;  ///< offset at which reading stops once
    Duration stop_for{};
};

class PacedReader {
public:
    /// `go_on` is called when a pause is over.
    PacedReader(net::Loop& loop, const Pace& pace, net::Callback go_on)
        : loop_(loop), pace_(pace), timer_(loop.timers(), go_on) {}

    bool pausing() const { return timer_.armed(); }
    /// Bytes that may be read at `offset` before the next pause.
    std::size_t allowance(std::uint64_t offset, std::size_t most) const {
        std::uint64_t allowed = most;
        if (pace_.burst_bytes > 0) {
            allowed = std::min(allowed, pace_.burst_bytes - offset % pace_.burst_bytes);
        }
        if (offset < pace_.stop_at) allowed = std::min(allowed, pace_.stop_at - offset);
        return static_cast<std::size_t>(allowed);
    }
    /// Reading has come to `offset`.
    void reached(std::uint64_t offset) {
        if (offset == pace_.stop_at) {
            timer_.arm(loop_.now() + pace_.stop_for);
        } else if (pace_.burst_bytes > 0 && offset % pace_.burst_bytes == 0) {
            timer_.arm(loop_.now() + pace_.pause);
        }
    }

private:
    net::Loop& loop_;
    Pace pace_;
    net::Timer timer_;
};

}  // namespace homeport::sim
