#include "reach/truth/reconnect_pattern.hpp"

#include <gtest/gtest.h>
#include <algorithm>
#include <random>
#include <vector>

namespace homeport::reach {
namespace {

using Kind = ReconnectPattern::Kind;

constexpr UnixSeconds kDay = 86400;
constexpr UnixSeconds kHour = 3600;
constexpr UnixSeconds kMidnight = 20000 * kDay;
constexpr UnixSeconds kTenPastFour = 4 * kHour + 600;

void expect_near(UnixSeconds time, UnixSeconds wanted, UnixSeconds off) {
    EXPECT_LE(std::abs(time - wanted), off) << time << " " << wanted;
}

/// Each night at about ten past four, some minutes off.
std::vector<UnixSeconds> nights(int count, int every = 1) {
    std::vector<UnixSeconds> times;
    for (int i = 0; i < count; ++i)
        times.push_back(kMidnight + i * every * kDay + kTenPastFour + (i * 37 % 11 - 5) * 60);
    return times;
}

TEST(ReconnectPattern, FindsTheTimeOfDay) {
    const auto times = nights(10);
    const UnixSeconds now = times.back() + 5 * kHour;
    const auto pattern = find_pattern(times, now);
    ASSERT_TRUE(pattern);
    EXPECT_EQ(pattern->kind, Kind::time_of_day);
    EXPECT_EQ(pattern->period, kDay);
    expect_near(pattern->second_of_day, kTenPastFour, 300);
    expect_near(pattern->next, kMidnight + 10 * kDay + kTenPastFour, 300);
    EXPECT_EQ(pattern->confidence_percent, 100);
}

// The provider gives the same address now and then, and the modem is restarted now and then.
TEST(ReconnectPattern, FindsItDespiteGapsAndExtraChanges) {
    auto times = nights(12);
    times.erase(times.begin() + 5);
    times.push_back(kMidnight + 3 * kDay + 15 * kHour);
    times.push_back(kMidnight + 7 * kDay + 20 * kHour);
    std::ranges::sort(times);
    const auto pattern = find_pattern(times, times.back() + 60);
    ASSERT_TRUE(pattern);
    EXPECT_EQ(pattern->kind, Kind::time_of_day);
    expect_near(pattern->next, kMidnight + 12 * kDay + kTenPastFour, 300);
    EXPECT_LT(pattern->confidence_percent, 100U);
}

TEST(ReconnectPattern, FindsItAroundMidnight) {
    std::vector<UnixSeconds> times;
    for (int i = 0; i < 8; ++i) times.push_back(kMidnight + i * kDay + (i % 2 ? 240 : -240));
    const auto pattern = find_pattern(times, times.back() + 3600);
    ASSERT_TRUE(pattern);
    EXPECT_EQ(pattern->kind, Kind::time_of_day);
    EXPECT_EQ(pattern->period, kDay);
    expect_near(pattern->next, kMidnight + 8 * kDay, 300);
}

TEST(ReconnectPattern, FindsTheDayOfTheWeek) {
    const auto times = nights(5, 7);
    const auto pattern = find_pattern(times, times.back() + 2 * kDay);
    ASSERT_TRUE(pattern);
    EXPECT_EQ(pattern->period, 7 * kDay);
    expect_near(pattern->next, kMidnight + 35 * kDay + kTenPastFour, 400);
    EXPECT_EQ(to_text(*pattern, 0).substr(0, 12), "every 7 days");
}

TEST(ReconnectPattern, FindsAnInterval) {
    std::vector<UnixSeconds> times;
    for (int i = 0; i < 9; ++i) times.push_back(kMidnight + i * (8 * kHour + 90));
    const auto pattern = find_pattern(times, times.back() + 60);
    ASSERT_TRUE(pattern);
    EXPECT_EQ(pattern->kind, Kind::interval);
    EXPECT_EQ(pattern->next, times.back() + 8 * kHour + 90);
    EXPECT_EQ(to_text(*pattern, 0), "every 8 h 2 min");
}

// 24 hours and half an hour after each reconnect: the time of day wanders.
TEST(ReconnectPattern, TellsAnIntervalFromATimeOfDay) {
    std::vector<UnixSeconds> times;
    for (int i = 0; i < 9; ++i) times.push_back(kMidnight + i * (kDay + 1800));
    const auto pattern = find_pattern(times, times.back() + 60);
    ASSERT_TRUE(pattern);
    EXPECT_EQ(pattern->kind, Kind::interval);
    EXPECT_EQ(pattern->next, times.back() + kDay + 1800);
}

// After days without a change the next one is still to come, not past.
TEST(ReconnectPattern, ExpectsTheFuture) {
    const auto times = nights(6);
    const UnixSeconds now = times.back() + 40 * kDay + 7777;
    const auto pattern = find_pattern(times, now);
    ASSERT_TRUE(pattern);
    EXPECT_GT(pattern->next, now);
    EXPECT_LE(pattern->next, now + kDay);
}

TEST(ReconnectPattern, SeesNoneInFewOrInRandomChanges) {
    EXPECT_FALSE(find_pattern({}, kMidnight));
    EXPECT_FALSE(find_pattern(nights(2), kMidnight + 9 * kDay));
    EXPECT_TRUE(find_pattern(nights(3), kMidnight + 9 * kDay));
    int found = 0;
    for (unsigned seed = 0; seed < 500; ++seed) {
        std::mt19937_64 random(seed);
        std::vector<UnixSeconds> times;
        UnixSeconds at = kMidnight;
        for (int i = 0; i < 12; ++i)
            times.push_back(at += static_cast<UnixSeconds>(kHour + random() % (6 * kDay)));
        found += find_pattern(times, at).has_value();
    }
    EXPECT_LT(found, 5);
}

// Nothing of the kind within the same minute may look like a habit or upset the arithmetic.
TEST(ReconnectPattern, SurvivesAFlappingLine) {
    const std::vector<UnixSeconds> same(20, kMidnight);
    EXPECT_FALSE(find_pattern(same, kMidnight));
    std::vector<UnixSeconds> flapping;
    for (int i = 0; i < 14; ++i) flapping.push_back(kMidnight + 40 * i);
    EXPECT_FALSE(find_pattern(flapping, kMidnight + kDay));
}

TEST(ReconnectPattern, IsToldInLocalTime) {
    const auto pattern = find_pattern(nights(10), kMidnight + 20 * kDay);
    ASSERT_TRUE(pattern);
    const auto text = to_text(*pattern, 2 * kHour);
    EXPECT_EQ(text.substr(0, 22), "every day at about 06:");
    EXPECT_EQ(to_text({.period = kDay, .second_of_day = 600}, -kHour), "every day at about 23:10");
}

}  // namespace
}  // namespace homeport::reach
