#include "dns/server/replay_guard.hpp"

#include "dns/server/limits.hpp"
#include "dns/wire/testing.hpp"

#include <gtest/gtest.h>

namespace homeport::dns {
namespace {

using Verdict = ReplayGuard::Verdict;

constexpr std::uint64_t kNow = 1'800'000'000;

struct ReplayGuardTest : ::testing::Test {
    ReplayGuard guard;
    Name key = testing::name("key.example.");
    Verdict check(std::uint64_t at, std::uint64_t mac) { return guard.check(key, at, mac); }
};

// The same message counts once; its second coming is answered as the first was.
TEST_F(ReplayGuardTest, OnceOnly) {
    EXPECT_EQ(check(kNow, 1), Verdict::fresh);
    EXPECT_EQ(check(kNow, 1), Verdict::repeated);
    EXPECT_EQ(guard.answer(key, kNow, 1), std::nullopt);
    guard.answered(key, kNow, 1, Rcode::nx_rrset);
    EXPECT_EQ(guard.answer(key, kNow, 1), Rcode::nx_rrset);
    EXPECT_EQ(check(kNow, 2), Verdict::fresh);
    EXPECT_EQ(guard.check(testing::name("other.example."), kNow, 1), Verdict::fresh);
}

// Messages may overtake each other by a little; what is older is a replay or out of date.
TEST_F(ReplayGuardTest, TheWindow) {
    EXPECT_EQ(check(kNow, 1), Verdict::fresh);
    EXPECT_EQ(check(kNow - kUpdateWindow, 2), Verdict::fresh);
    EXPECT_EQ(check(kNow - kUpdateWindow - 1, 3), Verdict::stale);
    EXPECT_EQ(check(kNow + kUpdateWindow + 1, 4), Verdict::fresh);
    EXPECT_EQ(check(kNow, 1), Verdict::stale) << "forgotten, but too old";
}

// After a restart nothing that could have been seen before counts.
TEST_F(ReplayGuardTest, AfterARestart) {
    guard.restore(key, kNow);
    EXPECT_EQ(check(kNow, 1), Verdict::stale);
    EXPECT_EQ(check(kNow - 1, 1), Verdict::stale);
    EXPECT_EQ(check(kNow + 1, 1), Verdict::fresh);
}

// What is to be kept for the next run, whatever order updates came in.
TEST_F(ReplayGuardTest, TheNewest) {
    EXPECT_EQ(guard.newest(key), 0U);
    EXPECT_EQ(check(kNow + 2, 1), Verdict::fresh);
    EXPECT_EQ(check(kNow, 2), Verdict::fresh);
    EXPECT_EQ(guard.newest(key), kNow + 2);
    ReplayGuard next;
    next.restore(key, guard.newest(key));
    EXPECT_EQ(next.check(key, kNow + 2, 1), Verdict::stale);
    EXPECT_EQ(next.newest(key), kNow + 2);
}

// Memory is bounded, and free again when time has gone on.
TEST_F(ReplayGuardTest, Full) {
    for (std::uint64_t i = 0; i < kRememberedUpdates; ++i)
        ASSERT_EQ(check(kNow, i), Verdict::fresh);
    EXPECT_EQ(check(kNow, kRememberedUpdates), Verdict::full);
    EXPECT_EQ(check(kNow, 0), Verdict::repeated);
    EXPECT_EQ(check(kNow + kUpdateWindow + 1, 0), Verdict::fresh);
}

}  // namespace
}  // namespace homeport::dns
