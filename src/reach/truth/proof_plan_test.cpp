#include "reach/truth/proof_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using enum ProbeResult;

constexpr TimePoint kStart{1h};

ProofService web() {
    return {.name = "web", .family = Family::v4, .ports = {{.external = 443, .host = {}}}};
}

ProofService ftp(std::uint16_t passive) {
    ProofService service{.name = "ftp", .family = Family::v4, .ports = {}};
    service.ports.push_back({.external = 21, .check = ProbeCheck::ftp, .host = {}});
    for (std::uint16_t i = 0; i < passive; ++i) {
        service.ports.push_back({.external = static_cast<std::uint16_t>(42000 + i), .host = {}});
    }
    return service;
}

std::vector<std::uint16_t> ports(const std::vector<ProofAsk>& asks) {
    std::vector<std::uint16_t> list;
    for (const ProofAsk& ask : asks) list.push_back(ask.port.external);
    return list;
}

/// Answers all that is due at `now` with `result`; says how many there were.
std::size_t answer_all(ProofPlan& plan, ProbeResult result, TimePoint now) {
    const auto asks = plan.due(now);
    for (const ProofAsk& ask : asks) plan.on_result(ask.id, result, {}, now);
    return asks.size();
}

TEST(ProofPlan, AProofIsMadeAgainBeforeItGrowsOld) {
    ProofPlan plan;
    plan.set_services({web()}, kStart);
    const auto asks = plan.due(kStart);
    ASSERT_THAT(asks, SizeIs(1));
    EXPECT_TRUE(asks.front().speaks);
    EXPECT_EQ(plan.deadline(), kNever) << "one is under way";
    plan.on_result(asks.front().id, arrived, {}, kStart + 1s);
    EXPECT_EQ(plan.deadline(), kStart + 1s + kProofEvery);
    EXPECT_THAT(plan.due(kStart + 20s), IsEmpty());
    EXPECT_THAT(plan.due(kStart + 21s), SizeIs(1));
    EXPECT_EQ(plan.states().front().arrived_at, kStart + 1s);
}

TEST(ProofPlan, FailuresAreTriedAgainEverMoreSeldom) {
    ProofPlan plan;
    plan.set_services({web()}, kStart);
    TimePoint now = kStart;
    for (const Duration pause : {1s, 2s, 5s, 10s, 20s, 40s, 60s, 60s}) {
        ASSERT_EQ(answer_all(plan, nothing, now), 1U);
        ASSERT_EQ(plan.deadline(), now + pause);
        now += pause;
    }
}

TEST(ProofPlan, NobodyTryingIsNoFailure) {
    ProofPlan plan;
    plan.set_services({web()}, kStart);
    TimePoint now = kStart;
    for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(answer_all(plan, untested, now), 1U);
        ASSERT_EQ(plan.deadline(), now + kUntestedPause);
        now += kUntestedPause;
    }
    EXPECT_THAT(plan.take_complaints(now), IsEmpty());
}

TEST(ProofPlan, TheFirstPortSpeaksWhenTheOthersHaveArrived) {
    ProofPlan plan;
    plan.set_services({ftp(3)}, kStart);
    auto asks = plan.due(kStart);
    EXPECT_THAT(ports(asks), ElementsAre(42000, 42001, 42002));
    plan.on_result(asks[0].id, arrived, {}, kStart);
    plan.on_result(asks[1].id, nothing, "no answer", kStart);
    plan.on_result(asks[2].id, arrived, {}, kStart);
    EXPECT_THAT(plan.due(kStart), IsEmpty()) << "one port of the range is shut";
    asks = plan.due(kStart + 1s);
    EXPECT_THAT(ports(asks), ElementsAre(42001));
    plan.on_result(asks[0].id, arrived, {}, kStart + 1s);
    asks = plan.due(kStart + 1s);
    EXPECT_THAT(ports(asks), ElementsAre(21));
    plan.on_result(asks[0].id, arrived, {}, kStart + 1s);
    EXPECT_THAT(ports(plan.due(kStart + 1s + kProofEvery)), ElementsAre(21));
}

TEST(ProofPlan, AShutSidePortEndsTheProofs) {
    ProofPlan plan;
    plan.set_services({ftp(1)}, kStart);
    answer_all(plan, arrived, kStart);
    answer_all(plan, arrived, kStart);
    const TimePoint later = kStart + kSidePortsEvery;
    answer_all(plan, nothing, later);
    // Of the two that were due both failed; the first one waits for the second now.
    EXPECT_THAT(ports(plan.due(later + 1min)), ElementsAre(42000));
}

TEST(ProofPlan, AChangeOfTheLineMakesProofsAnew) {
    ProofPlan plan;
    plan.set_services({ftp(1), web()}, kStart);
    answer_all(plan, arrived, kStart);
    answer_all(plan, arrived, kStart);
    plan.on_change(kStart + 5s);
    EXPECT_THAT(ports(plan.due(kStart + 5s)), ElementsAre(21, 443)) << "the range is as it was";
}

TEST(ProofPlan, AnswersAboutTheOldLineDoNotCount) {
    ProofPlan plan;
    plan.set_services({web()}, kStart);
    const auto old = plan.due(kStart);
    plan.on_change(kStart + 1s);
    const auto fresh = plan.due(kStart + 1s);
    ASSERT_THAT(fresh, SizeIs(1));
    plan.on_result(old.front().id, arrived, {}, kStart + 1s);
    EXPECT_EQ(plan.states().front().last, untested);
    plan.on_result(fresh.front().id, nothing, "shut", kStart + 2s);
    EXPECT_EQ(plan.states().front().last, nothing);
    EXPECT_EQ(plan.states().front().detail, "shut");
}

TEST(ProofPlan, WhatStaysGoesOnAndWhatIsNewIsTriedAtOnce) {
    ProofPlan plan;
    plan.set_services({web()}, kStart);
    answer_all(plan, arrived, kStart);
    plan.set_services({ftp(0), web()}, kStart + 3s);
    EXPECT_THAT(ports(plan.due(kStart + 3s)), ElementsAre(21));
    ProofService moved = web();
    moved.ports.front().external = 8443;
    plan.set_services({moved}, kStart + 4s);
    EXPECT_THAT(ports(plan.due(kStart + 4s)), ElementsAre(8443));
}

TEST(ProofPlan, OnlySoManyAreUnderWay) {
    ProofPlan plan;
    plan.set_services({ftp(64)}, kStart);
    std::size_t asked = 0;
    for (int round = 0; round < 4; ++round) {
        const auto asks = plan.due(kStart);
        ASSERT_THAT(asks, SizeIs(kMaxProofsAtOnce));
        EXPECT_EQ(plan.deadline(), kNever);
        for (const ProofAsk& ask : asks) plan.on_result(ask.id, arrived, {}, kStart);
        asked += asks.size();
    }
    EXPECT_EQ(asked, 64U);
    EXPECT_THAT(ports(plan.due(kStart)), ElementsAre(21));
    plan.set_services({}, kStart);
    plan.set_services({web()}, kStart);
    EXPECT_THAT(plan.due(kStart), SizeIs(1)) << "nothing is under way any more";
}

TEST(ProofPlan, AMappingThatDoesNotForwardIsComplainedAboutAtTimes) {
    ProofPlan plan;
    plan.set_services({web()}, kStart);
    answer_all(plan, nothing, kStart);
    EXPECT_THAT(plan.take_complaints(kStart), IsEmpty()) << "one packet gets lost";
    answer_all(plan, refused, kStart + 1s);
    EXPECT_THAT(plan.take_complaints(kStart + 1s), ElementsAre(web()));
    answer_all(plan, refused, kStart + 3s);
    EXPECT_THAT(plan.take_complaints(kStart + 3s), IsEmpty());
}

TEST(ProofPlan, AServiceThatIsDownIsNotTheRoutersFault) {
    ProofPlan plan;
    plan.set_services({ftp(0)}, kStart);
    answer_all(plan, somebody_else, kStart);
    answer_all(plan, refused, kStart + 1s);
    answer_all(plan, refused, kStart + 3s);
    EXPECT_THAT(plan.take_complaints(kStart + 3s), IsEmpty());
    answer_all(plan, nothing, kStart + 8s);
    EXPECT_THAT(plan.take_complaints(kStart + 8s), SizeIs(1));
}

TEST(ProofPlan, PortsThatNoRouterOpenedAreTriedSeldom) {
    ProofPlan plan;
    ProofService unsure = web();
    unsure.sure = false;
    plan.set_services({unsure}, kStart);
    TimePoint now = kStart;
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(answer_all(plan, nothing, now), 1U);
        ASSERT_EQ(plan.deadline(), now + kUnsurePause);
        now += kUnsurePause;
    }
    EXPECT_THAT(plan.take_complaints(now), IsEmpty());
    plan.set_services({web()}, now - 10s);
    EXPECT_THAT(plan.due(now - 10s), SizeIs(1)) << "a router has opened it";
    EXPECT_THAT(plan.take_complaints(now), IsEmpty()) << "what was before does not count";
}

}  // namespace
}  // namespace homeport::reach
