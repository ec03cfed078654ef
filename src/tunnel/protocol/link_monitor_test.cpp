#include "tunnel/protocol/link_monitor.hpp"

#include <gtest/gtest.h>

namespace homeport::tunnel {
namespace {

constexpr TimePoint kStart{1h};

/// Calls check() exactly when it says it wants to be called, as the driver does.
struct Watch {
    TimePoint now = kStart;
    LinkMonitor monitor{kStart};
    int asked = 0;
    TimePoint last_asked{};
    std::uint64_t nonce = 0;

    /// Runs until `end` or until suspicion; returns the time.
    TimePoint run(TimePoint end, bool expects) {
        while (true) {
            const TimePoint next = std::max(monitor.next_deadline(now, expects), now + 1ms);
            if (next > end) return now = end;
            now = next;
            const auto verdict = monitor.check(now, expects);
            if (verdict.ask) {
                ++asked;
                last_asked = now;
                nonce = verdict.nonce;
            }
            if (verdict.suspect) return now;
        }
    }
    void hear(bool traffic) { monitor.on_received(now, traffic); }
    void answer() {
        hear(false);
        monitor.on_pong(nonce, now);
    }
};

/// Runs until the next question and answers it after 5 ms.
void answer_one(Watch& watch, bool expects) {
    const int before = watch.asked;
    while (watch.asked == before)
        watch.run(watch.monitor.next_deadline(watch.now, expects), expects);
    watch.now += 5ms;
    watch.answer();
}

// Bytes wait for an answer: ask after 60 ms of silence, suspect 180 ms after the last byte.
TEST(LinkMonitor, BusySilence) {
    Watch watch;
    watch.hear(true);
    const TimePoint suspected = watch.run(kStart + 10s, true);
    EXPECT_TRUE(watch.monitor.suspect());
    EXPECT_EQ(suspected - kStart, 180ms);
    EXPECT_GE(watch.asked, 2);
}

// A link that answers each question is never suspected, and not asked more often than every 60 ms.
TEST(LinkMonitor, AnswersKeepItWell) {
    Watch watch;
    watch.hear(true);
    for (int i = 0; i < 100; ++i) {
        answer_one(watch, true);
        ASSERT_FALSE(watch.monitor.suspect());
    }
    EXPECT_GE(watch.now - kStart, 100 * 60ms);
    EXPECT_EQ(watch.monitor.rtt(), 5ms);
}

// The way to the peer is dead, the way from it is not: its questions are no answers.
TEST(LinkMonitor, QuestionsAreNoAnswers) {
    Watch watch;
    watch.hear(true);
    TimePoint end = kStart;
    while (!watch.monitor.suspect() && end < kStart + 10s) {
        end += 10ms;
        watch.run(end, true);
        watch.monitor.on_ping(watch.now);
    }
    EXPECT_LE(watch.now - kStart, 200ms);
    watch.monitor.on_ping(watch.now);
    EXPECT_TRUE(watch.monitor.suspect());
    EXPECT_EQ(watch.monitor.heard(), watch.now);
}

// Each end's questions spare the other's while nothing goes on.
TEST(LinkMonitor, IdlePeersAskInTurns) {
    Watch watch;
    watch.now += 3s;
    watch.hear(false);
    for (int i = 0; i < 10; ++i) {
        watch.run(watch.now + 15s, false);
        watch.monitor.on_ping(watch.now);
    }
    EXPECT_EQ(watch.asked, 0);
}

// Nothing goes on: one question every 20 s.
TEST(LinkMonitor, IdleAsksRarely) {
    Watch watch;
    watch.now += 3s;
    watch.hear(false);
    for (int i = 0; i < 10; ++i) {
        while (watch.asked == i) watch.run(watch.monitor.next_deadline(watch.now, false), false);
        watch.now += 30ms;
        watch.answer();
    }
    EXPECT_GE(watch.now - kStart, 10 * 20s);
    EXPECT_LE(watch.now - kStart, 10 * 21s);
}

// What has become quiet is asked ever more rarely, until it counts as idle; new bytes, and waiting
// for an answer, bring the quick rhythm back.
TEST(LinkMonitor, CalmsDown) {
    Watch watch;
    watch.hear(true);
    while (watch.now < kStart + LinkMonitor::kBusyFor) answer_one(watch, false);
    EXPECT_LE(watch.asked, 7);
    watch.monitor.on_sent(watch.now);
    const TimePoint sent = watch.now;
    EXPECT_LE(watch.run(sent + 10s, true) - sent, 200ms);
    EXPECT_TRUE(watch.monitor.suspect());
}

// A question that stays open while it calms down is followed up at once.
TEST(LinkMonitor, CalmIsNotBlind) {
    Watch watch;
    watch.hear(true);
    for (int i = 0; i < 3; ++i) answer_one(watch, false);
    const TimePoint heard = watch.now;
    const TimePoint suspected = watch.run(heard + 10s, false);
    EXPECT_TRUE(watch.monitor.suspect());
    EXPECT_LE(suspected - heard, LinkMonitor::kBusyAskAfter * 16 + 200ms);
}

// Where the kernel looks after an idle link, questions are rare.
TEST(LinkMonitor, WatchedAsksHardlyEver) {
    Watch watch;
    watch.monitor = LinkMonitor(kStart, true);
    for (int i = 0; i < 6; ++i) answer_one(watch, false);
    const int before = watch.asked;
    while (watch.now < kStart + 2h) answer_one(watch, false);
    EXPECT_LE(watch.asked - before, 13);
    watch.monitor.on_sent(watch.now);
    watch.run(watch.now + 10s, true);
    EXPECT_TRUE(watch.monitor.suspect()) << "a busy link is watched as ever";
}

// An idle link that does not answer is suspected 1.5 s after the question.
TEST(LinkMonitor, IdleSilence) {
    Watch watch;
    watch.now += 3s;
    watch.hear(false);
    const TimePoint heard = watch.now;
    EXPECT_EQ(watch.run(kStart + 60s, false) - heard, 20s + 1500ms);
}

// When traffic starts on an idle link it is watched closely at once.
TEST(LinkMonitor, BusyAgain) {
    Watch watch;
    watch.now += 10s;
    watch.monitor.check(watch.now, false);
    watch.monitor.on_sent(watch.now);
    const TimePoint sent = watch.now;
    EXPECT_LE(watch.run(kStart + 60s, true) - sent, 200ms);
    EXPECT_TRUE(watch.monitor.suspect());
}

// On a slow path patience follows the measured round trip.
TEST(LinkMonitor, SlowPath) {
    Watch watch;
    const std::uint64_t nonce = watch.monitor.ask(watch.now);
    watch.now += 400ms;
    watch.hear(true);
    watch.monitor.on_pong(nonce, watch.now);
    EXPECT_EQ(watch.monitor.rtt(), 400ms);
    const TimePoint heard = watch.now;
    EXPECT_EQ(watch.run(kStart + 60s, true) - heard, 800ms + 1200ms);
}

// Only the answer to the last question measures; an eighth of each sample counts.
TEST(LinkMonitor, RoundTripIsSmoothed) {
    LinkMonitor monitor(kStart);
    const std::uint64_t first = monitor.ask(kStart);
    monitor.on_pong(first, kStart + 80ms);
    EXPECT_EQ(monitor.rtt(), 80ms);
    monitor.ask(kStart + 1s);
    monitor.on_pong(first, kStart + 9s);
    EXPECT_EQ(monitor.rtt(), 80ms);
    const std::uint64_t third = monitor.ask(kStart + 2s);
    monitor.on_pong(third, kStart + 2s + 160ms);
    EXPECT_EQ(monitor.rtt(), 90ms);
}

// Each suspicion that proves wrong doubles the patience, up to 3 s; quiet time takes it back.
TEST(LinkMonitor, PatienceGrowsAndDecays) {
    Watch watch;
    std::vector<Duration> waits;
    for (int i = 0; i < 7; ++i) {
        watch.hear(true);
        const TimePoint heard = watch.now;
        waits.push_back(watch.run(watch.now + 10s, true) - heard - LinkMonitor::kBusyAskAfter);
        ASSERT_TRUE(watch.monitor.suspect());
    }
    EXPECT_EQ(waits[0], 120ms);
    EXPECT_EQ(waits[1], 240ms);
    EXPECT_EQ(waits[2], 480ms);
    EXPECT_EQ(waits[3], 960ms);
    EXPECT_EQ(waits[4], 1920ms);
    EXPECT_EQ(waits[6], 1920ms);
    watch.hear(true);
    for (int i = 0; i < 200; ++i) {
        watch.now += 500ms;
        watch.hear(true);
        watch.monitor.check(watch.now, false);
    }
    watch.hear(true);
    const TimePoint heard = watch.now;
    EXPECT_EQ(watch.run(watch.now + 10s, true) - heard, 180ms);
}

// After a suspension of the machine an idle link gets its question first, and 1.5 s to answer it.
TEST(LinkMonitor, SuspensionWhileIdle) {
    Watch watch;
    watch.now += 8h;
    const auto verdict = watch.monitor.check(watch.now, false);
    EXPECT_TRUE(verdict.ask);
    EXPECT_FALSE(verdict.suspect);
    const TimePoint woken = watch.now;
    EXPECT_EQ(watch.run(woken + 1min, false) - woken, 1500ms);
}

// One that slept with a question open is suspected at once: a fresh link is dialled beside it, and
// the first byte from the old one clears it.
TEST(LinkMonitor, SuspensionWithAQuestionOpen) {
    Watch watch;
    watch.run(kStart + 70ms, true);
    EXPECT_FALSE(watch.monitor.suspect());
    watch.now += 8h;
    EXPECT_TRUE(watch.monitor.check(watch.now, true).suspect);
    watch.hear(false);
    EXPECT_FALSE(watch.monitor.suspect());
}

// A suspected link is asked on, so that it can prove itself.
TEST(LinkMonitor, AsksOnWhileSuspected) {
    Watch watch;
    watch.run(kStart + 10s, true);
    ASSERT_TRUE(watch.monitor.suspect());
    const int before = watch.asked;
    for (int i = 0; i < 10; ++i) watch.run(watch.now + 61ms, true);
    EXPECT_GE(watch.asked - before, 9);
}

}  // namespace
}  // namespace homeport::tunnel
