#pragma once
/// Is the link alive? Watches one link from one end: asks by PING when silence lasts too long for
/// what is going on, measures the round trip, and tells when silence turns into suspicion. Pure.
///
/// While something is going on (bytes wait for an answer, or passed lately) silence is noticed
/// within a few round trips; an idle link is asked rarely, so that it costs next to nothing.

#include "core/time.hpp"

#include <cstdint>

namespace homeport::tunnel {

class LinkMonitor {
public:
    /// Busy: ask after this much silence, or two round trips if that is longer.
    static constexpr Duration kBusyAskAfter = 60ms;
    /// Busy: suspect after this much silence with a question open, or three round trips if longer.
    static constexpr Duration kLeastSuspicion = 120ms;
    static constexpr Duration kMostSuspicion = 3s;
    /// A link stays busy this long after the last byte that was not about the link itself.
    static constexpr Duration kBusyFor = 2s;
    /// After each answer in a row while nothing goes on, the next question waits twice as long, up
    /// to 2^so many times: what was busy becomes idle with a few questions instead of dozens.
    static constexpr unsigned kMostCalm = 4;
    /// Idle: one question this often, which keeps the mappings of home routers and of CGNAT alive
    /// and finds out about a silent change of address well within the time that visitors are
    /// parked.
    static constexpr Duration kIdleAskEvery = 20s;
    /// Where the kernel asks in between for less, and only a way that lies about acknowledgements
    /// remains to be found.
    static constexpr Duration kWatchedAskEvery = 10min;
    static constexpr Duration kIdleSuspicion = 1500ms;
    /// Suspicion that proved wrong doubles the patience, up to kMostSuspicion; this long without
    /// one halves it again.
    static constexpr Duration kPatienceDecay = 10s;
    /// A link that was suspected so young says more of a slow line than of a dead one.
    static constexpr Duration kYoung = 3s;

    /// `watched`: the kernel asks after an idle peer (net::Network::watch_peer).
    explicit LinkMonitor(TimePoint now, bool watched = false)
        : started_(now),
          heard_(now),
          answered_(now),
          active_(now),
          patience_changed_(now),
          idle_ask_every_(watched ? kWatchedAskEvery : kIdleAskEvery) {}
    /// The monitor of the link that follows `before`: keeps its patience and round trip, and more
    /// patience when that one was suspected young, so that a slow line is not redialled for ever.
    LinkMonitor(TimePoint now, const LinkMonitor& before, bool watched = false);

    /// Anything but a PING came in. `traffic`: not only PONG.
    void on_received(TimePoint now, bool traffic);
    /// The peer asks: the way from it is alive, which says nothing of the way to it.
    void on_ping(TimePoint now) { heard_ = now; }
    /// The network took bytes that had waited: the peer's host acknowledges, so the path is alive.
    void on_progress(TimePoint now) { on_received(now, true); }
    /// Bytes of streams went out.
    void on_sent(TimePoint now) {
        active_ = now;
        calm_ = 0;
    }
    void on_pong(std::uint64_t nonce, TimePoint now);

    /// The nonce of a PING to be sent now, whatever the silence: measures the round trip at the
    /// start.
    std::uint64_t ask(TimePoint now);

    struct Verdict {
        bool ask = false;  ///< send a PING with `nonce`
        std::uint64_t nonce = 0;
        bool suspect = false;  ///< no answer when one was due
    };
    /// `expects_answer`: something was sent that the peer must acknowledge.
    Verdict check(TimePoint now, bool expects_answer);
    /// When check() is to be called next.
    TimePoint next_deadline(TimePoint now, bool expects_answer) const;

    bool suspect() const { return suspect_; }
    TimePoint heard() const { return heard_; }
    /// Smoothed round trip; zero: not measured yet.
    Duration rtt() const { return rtt_; }
    /// The shortest on this link: what the way takes without queues.
    Duration least_rtt() const { return least_rtt_; }

private:
    bool busy(TimePoint now, bool expects_answer) const {
        return expects_answer || now - active_ < kBusyFor;
    }
    /// Since when nothing has come that counts: while busy, an answer; else any byte.
    TimePoint silent_since(TimePoint now, bool expects_answer) const {
        return busy(now, expects_answer) ? answered_ : heard_;
    }
    Duration ask_after(TimePoint now, bool expects_answer) const;
    Duration suspect_after(TimePoint now, bool expects_answer) const;

    TimePoint started_;
    TimePoint heard_;     ///< any byte came
    TimePoint answered_;  ///< anything but a PING came
    TimePoint active_;
    TimePoint asked_{};  ///< the first question of this silence
    TimePoint asked_last_{};
    TimePoint patience_changed_;
    Duration rtt_{};
    Duration least_rtt_{};
    std::uint64_t nonce_ = 0;
    Duration idle_ask_every_;
    unsigned calm_ = 0;      ///< questions answered since bytes of streams passed
    unsigned patience_ = 1;  ///< factor on the suspicion time: 1, 2, 4 ...
    bool question_open_ = false;
    bool suspect_ = false;
};

}  // namespace homeport::tunnel
