#include "reach/portmap/server_epoch.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using Rule = ServerEpoch::Rule;
const TimePoint kStart{1h};

struct Case {
    std::uint32_t epoch_s;
    Duration later;
    bool lost_by_pcp;
    bool lost_by_nat_pmp;
};

TEST(ServerEpoch, RulesOfBothStandards) {
    constexpr std::uint32_t kFirst = 100'000;
    const Case cases[] = {
        {kFirst + 60, 60s, false, false},
        {kFirst - 1, 0s, false, false},  // packets overtook each other
        {kFirst - 2, 0s, true, false},
        {kFirst - 3, 0s, true, true},
        {0, 60s, true, true},
        {kFirst + 55, 60s, false, false},   // a clock that is slow by less than 1/16
        {kFirst + 53, 60s, true, false},    // by more
        {kFirst + 49, 60s, true, true},     // by more than 1/8
        {kFirst + 66, 60s, false, false},   // fast by less than 1/16
        {kFirst + 3600, 60s, true, false},  // state put back from long ago, or we slept
        {kFirst + 0x7fffffff, 60s, true, false},
    };
    for (const Case& tried : cases) {
        ServerEpoch pcp(Rule::pcp);
        EXPECT_FALSE(pcp.lost_state(kFirst, kStart));  // the first one is as good as any
        EXPECT_EQ(pcp.lost_state(tried.epoch_s, kStart + tried.later), tried.lost_by_pcp)
            << tried.epoch_s;
        ServerEpoch nat_pmp(Rule::nat_pmp);
        EXPECT_FALSE(nat_pmp.lost_state(kFirst, kStart));
        EXPECT_EQ(nat_pmp.lost_state(tried.epoch_s, kStart + tried.later), tried.lost_by_nat_pmp)
            << tried.epoch_s;
    }
}

TEST(ServerEpoch, LossOverARestartOfOurs) {
    ServerEpoch before(Rule::pcp);
    EXPECT_FALSE(before.at_least(kStart));
    before.lost_state(1000, kStart);
    EXPECT_EQ(before.at_least(kStart + 80s), 1070U);
    ServerEpoch kept(Rule::pcp);
    kept.recall(1070);
    EXPECT_EQ(kept.at_least(kStart), 1070U);
    EXPECT_FALSE(kept.lost_state(5000, kStart));  // nobody knows how long we were away
    ServerEpoch restarted(Rule::pcp);
    restarted.recall(1070);
    EXPECT_TRUE(restarted.lost_state(12, kStart));
}

TEST(ServerEpoch, ACounterThatStandsStillIsFoundOut) {
    ServerEpoch epoch(Rule::nat_pmp);
    unsigned losses = 0;
    for (int minute = 0; minute < 1000; ++minute) {
        if (epoch.lost_state(0, kStart + minute * Duration{1min})) ++losses;
        if (epoch.lost_state(0, kStart + minute * Duration{1min} + 5ms)) ++losses;
    }
    EXPECT_EQ(losses, 3U);
}

TEST(ServerEpoch, OneThatCountsAgainIsBelievedAgain) {
    ServerEpoch epoch(Rule::pcp);
    for (std::uint32_t i = 0; i < 100; ++i) epoch.lost_state(i * 1'000'000, kStart + i * 1s);
    const TimePoint later = kStart + 1h;
    EXPECT_FALSE(epoch.lost_state(0, later));
    EXPECT_FALSE(epoch.lost_state(60, later + 60s));
    EXPECT_TRUE(epoch.lost_state(1, later + 61s));
}

TEST(ServerEpoch, TheLargestNumber) {
    ServerEpoch epoch(Rule::pcp);
    EXPECT_FALSE(epoch.lost_state(0xffffffff, kStart));
    EXPECT_EQ(epoch.at_least(kStart + 1h), 0xffffffffU);
    EXPECT_TRUE(epoch.lost_state(0, kStart + 1s));
}

}  // namespace
}  // namespace homeport::reach
