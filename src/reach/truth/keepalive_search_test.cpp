#include "reach/truth/keepalive_search.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

/// Runs the search over a path that forgets after `lifetime`; gives the number of tries.
int run(KeepaliveSearch& search, Duration lifetime) {
    int tries = 0;
    while (const auto quiet = search.next()) {
        EXPECT_GE(*quiet, KeepaliveSearch::kLeast);
        EXPECT_LE(*quiet, KeepaliveSearch::kMost);
        *quiet < lifetime ? search.on_alive(*quiet) : search.on_dead(*quiet);
        if (++tries == 100) break;
    }
    return tries;
}

TEST(KeepaliveSearch, BeginsAt25Seconds) {
    const KeepaliveSearch search;
    EXPECT_EQ(search.next(), 25s);
    EXPECT_EQ(search.interval(), 25s);
}

TEST(KeepaliveSearch, FindsEveryLifetimeFromBelow) {
    for (int seconds = 16; seconds <= 700; ++seconds) {
        KeepaliveSearch search;
        EXPECT_LE(run(search, seconds * 1s), 30) << seconds;
        EXPECT_FALSE(search.next());
        EXPECT_LT(search.interval(), seconds * 1s);
        // Not needlessly often either: within a third of what is possible.
        const Duration possible = std::min<Duration>(seconds * 1s, KeepaliveSearch::kMost);
        EXPECT_TRUE(seconds < 30 || search.interval() >= possible * 2 / 3) << seconds;
    }
}

TEST(KeepaliveSearch, EndsAtTenMinutes) {
    KeepaliveSearch search;
    run(search, 2h);
    EXPECT_EQ(search.interval(), 525s);  // 10 min less an eighth
}

TEST(KeepaliveSearch, EndsAtTheLeastWhenNothingSurvives) {
    KeepaliveSearch search;
    run(search, 10s);
    EXPECT_EQ(search.interval(), KeepaliveSearch::kLeast);
    EXPECT_FALSE(search.next());
}

TEST(KeepaliveSearch, BelievesNeitherLifeNorDeathOnce) {
    KeepaliveSearch search;
    search.on_alive(25s);
    EXPECT_EQ(search.next(), 25s);
    search.on_alive(25s);
    EXPECT_EQ(search.next(), 50s);
    search.on_dead(50s);
    EXPECT_EQ(search.next(), 50s);
    search.on_alive(50s);  // it was a lost packet
    search.on_alive(50s);
    EXPECT_EQ(search.next(), 100s);
    search.on_dead(100s);
    search.on_dead(100s);
    EXPECT_EQ(search.next(), 75s);
}

// A shorter silence than the one to be tried says nothing about it.
TEST(KeepaliveSearch, IgnoresAnswersToOtherQuestions) {
    KeepaliveSearch search;
    search.on_alive(10s);
    search.on_alive(10s);
    search.on_dead(60s);
    search.on_dead(60s);
    EXPECT_EQ(search.next(), 25s);
    EXPECT_EQ(search.interval(), 25s);
}

TEST(KeepaliveSearch, FallsBackAtOnceWhenThePathGotWorse) {
    KeepaliveSearch search;
    run(search, 310s);
    const Duration before = search.interval();
    EXPECT_GT(before, 200s);
    search.on_dead(before);
    EXPECT_EQ(search.interval(), 25s);
    EXPECT_EQ(search.next(), 25s);
    run(search, 40s);
    EXPECT_LT(search.interval(), 40s);
    EXPECT_GE(search.interval(), 25s);
}

TEST(KeepaliveSearch, SpeaksMoreOftenAsSoonAsTheStartFails) {
    KeepaliveSearch search;
    search.on_dead(25s);
    EXPECT_EQ(search.interval(), 15s);
}

}  // namespace
}  // namespace homeport::reach
