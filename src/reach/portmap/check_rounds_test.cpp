#include "reach/portmap/check_rounds.hpp"

#include <gmock/gmock.h>
#include <vector>

namespace homeport::reach {
namespace {

using ::testing::ElementsAre;

struct CheckRoundsTest : ::testing::Test {
    /// When rounds were due in that time, in milliseconds.
    std::vector<std::int64_t> run(Duration time) {
        std::vector<std::int64_t> taken;
        const TimePoint end = now + time;
        while (rounds.deadline() <= end) {
            now = std::max(now, rounds.deadline());
            EXPECT_TRUE(rounds.take(now));
            EXPECT_FALSE(rounds.take(now));
            taken.push_back(to_ms(now - start));
        }
        now = end;
        return taken;
    }

    const TimePoint start{1h};
    TimePoint now = start;
    CheckRounds rounds;
};

TEST_F(CheckRoundsTest, FourLooksAfterNews) {
    EXPECT_FALSE(rounds.take(now));
    EXPECT_EQ(rounds.deadline(), kNever);
    rounds.start(now);
    EXPECT_THAT(run(1min), ElementsAre(200, 1000, 5000, 15000));
    EXPECT_EQ(rounds.deadline(), kNever);
}

TEST_F(CheckRoundsTest, NewsInBetweenBeginAnew) {
    rounds.start(now);
    EXPECT_THAT(run(2s), ElementsAre(200, 1000));
    rounds.start(now);
    EXPECT_THAT(run(1min), ElementsAre(2200, 3000, 7000, 17000));
}

// Each piece of news wants a look in 0.2 s; it must not be put off by the next one for ever.
TEST_F(CheckRoundsTest, SteadyNewsNeitherStarveNorFlood) {
    std::vector<std::int64_t> taken;
    for (int i = 0; i < 36'000; ++i) {
        rounds.start(now);
        for (const auto at : run(100ms)) taken.push_back(at);
    }
    ASSERT_GT(taken.size(), 8U);
    EXPECT_EQ(taken[0], 200);
    EXPECT_EQ(taken[1], 1000);
    EXPECT_EQ(taken[7], 5800);
    EXPECT_GE(taken[8], 60'000);
    EXPECT_LE(taken.size(), 8U + 60U);  // in this hour
}

}  // namespace
}  // namespace homeport::reach
