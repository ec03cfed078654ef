#pragma once
/// When does an agent dial? At once when there is reason to hope (news of an address or route, a
/// link that was cut), in a quick rhythm while an outage is young, slower as it lasts, with jitter,
/// several attempts side by side so that a SYN lost in the outage delays nothing after it. Pure.

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::tunnel {

class DialPlan {
public:
    /// While the outage is younger than kQuickFor, one attempt this often; afterwards the pause
    /// grows by half each time up to kMostPause.
    static constexpr Duration kQuickPause = 150ms;
    static constexpr Duration kQuickFor = 30s;
    static constexpr Duration kMostPause = 5s;
    /// Attempts side by side; the oldest is given up for a new one.
    static constexpr std::size_t kMostAttempts = 4;
    /// A first attempt on an unknown path may take this long; on a known one eight round trips and
    /// at least kLeastPatience.
    static constexpr Duration kFirstPatience = 8s;
    static constexpr Duration kLeastPatience = 600ms;

    /// The link is gone or suspect: dialling starts, unless it is under way.
    void on_trouble(TimePoint now);
    /// The link is well: dialling stops.
    void on_well();
    /// News that may have healed the line: the next attempt is due now.
    void on_hope(TimePoint now);
    /// An attempt was started. `random`: any number, for the jitter.
    void on_attempt(TimePoint now, std::uint64_t random);
    /// Refused for a reason that waiting cures (another process of ours is attached): slow down.
    void on_refused(TimePoint now);
    /// A round trip was measured.
    void set_rtt(Duration rtt) { rtt_ = rtt; }

    bool dialling() const { return dialling_; }
    bool due(TimePoint now) const { return dialling_ && now >= next_; }
    TimePoint next_deadline() const { return dialling_ ? next_ : kNever; }
    /// How long one attempt may take to become a link.
    Duration patience() const;

private:
    bool dialling_ = false;
    TimePoint since_{};
    TimePoint next_{};
    Duration pause_ = kQuickPause;
    Duration rtt_{};
};

}  // namespace homeport::tunnel
