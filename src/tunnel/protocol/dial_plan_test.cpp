#include "tunnel/protocol/dial_plan.hpp"

#include "tunnel/protocol/session_testing.hpp"

#include <gtest/gtest.h>

namespace homeport::tunnel {
namespace {

constexpr TimePoint kStart{1h};

/// The next pause: attempts when the plan says so.
Duration pause_of(DialPlan& plan, TimePoint& now, std::uint64_t random) {
    now = std::max(now, plan.next_deadline());
    EXPECT_TRUE(plan.due(now));
    plan.on_attempt(now, random);
    return plan.next_deadline() - now;
}

TEST(DialPlan, RestsUntilTrouble) {
    DialPlan plan;
    EXPECT_FALSE(plan.dialling());
    EXPECT_EQ(plan.next_deadline(), kNever);
    EXPECT_FALSE(plan.due(kNever));
    plan.on_hope(kStart);
    EXPECT_FALSE(plan.dialling());
    plan.on_trouble(kStart);
    EXPECT_TRUE(plan.due(kStart));  // at once
    plan.on_well();
    EXPECT_EQ(plan.next_deadline(), kNever);
}

// Further trouble while dialling neither hastens nor slows the rhythm.
TEST(DialPlan, TroubleTwice) {
    DialPlan plan;
    plan.on_trouble(kStart);
    plan.on_attempt(kStart, 0);
    const TimePoint next = plan.next_deadline();
    plan.on_trouble(kStart + 1ms);
    EXPECT_EQ(plan.next_deadline(), next);
}

// A quick rhythm for 30 s, then each pause half as long again, to 5 s; every pause within a quarter
// of it.
TEST(DialPlan, RhythmGrowthAndJitter) {
    testing::Random random(7);
    for (int life = 0; life < 200; ++life) {
        DialPlan plan;
        TimePoint now = kStart;
        plan.on_trouble(now);
        while (now - kStart < DialPlan::kQuickFor) {
            const Duration pause = pause_of(plan, now, random.next());
            if (now - kStart > DialPlan::kQuickFor) break;
            ASSERT_GE(pause, DialPlan::kQuickPause * 3 / 4);
            ASSERT_LE(pause, DialPlan::kQuickPause * 5 / 4);
        }
        Duration longest{};
        for (int i = 0; i < 40; ++i) {
            const Duration pause = pause_of(plan, now, random.next());
            ASSERT_LE(pause, DialPlan::kMostPause);
            longest = std::max(longest, pause);
            if (i <= 15) continue;
            ASSERT_GE(pause, DialPlan::kMostPause * 3 / 4);
        }
        ASSERT_GT(longest, 4s);
    }
}

TEST(DialPlan, JitterUsesItsWholeRange) {
    DialPlan plan;
    TimePoint now = kStart;
    plan.on_trouble(now);
    const auto half = static_cast<std::uint64_t>((DialPlan::kQuickPause / 2).count());
    EXPECT_EQ(pause_of(plan, now, 0), DialPlan::kQuickPause * 3 / 4);
    EXPECT_EQ(pause_of(plan, now, half), DialPlan::kQuickPause * 5 / 4);
}

// News of an address: the next attempt is due now, and the quick rhythm starts anew.
TEST(DialPlan, Hope) {
    DialPlan plan;
    TimePoint now = kStart;
    plan.on_trouble(now);
    while (now - kStart < 5min) pause_of(plan, now, 0);
    EXPECT_GT(plan.next_deadline() - now, 3s);
    plan.on_hope(now);
    EXPECT_TRUE(plan.due(now));
    EXPECT_LE(pause_of(plan, now, 0), DialPlan::kQuickPause * 5 / 4);
}

// Refused: about 5 s between attempts, until hope or another outage.
TEST(DialPlan, Refused) {
    DialPlan plan;
    TimePoint now = kStart;
    plan.on_trouble(now);
    plan.on_attempt(now, 0);
    plan.on_refused(now);
    EXPECT_EQ(plan.next_deadline() - now, DialPlan::kMostPause);
    EXPECT_GE(pause_of(plan, now, 0), DialPlan::kMostPause * 3 / 4);
    plan.on_well();
    plan.on_trouble(now);
    EXPECT_LE(pause_of(plan, now, 0), DialPlan::kQuickPause);
}

TEST(DialPlan, Patience) {
    DialPlan plan;
    EXPECT_EQ(plan.patience(), DialPlan::kFirstPatience);
    plan.set_rtt(10ms);
    EXPECT_EQ(plan.patience(), DialPlan::kLeastPatience);
    plan.set_rtt(200ms);
    EXPECT_EQ(plan.patience(), 1600ms);
    plan.set_rtt(10s);
    EXPECT_EQ(plan.patience(), DialPlan::kFirstPatience);
}

}  // namespace
}  // namespace homeport::tunnel
