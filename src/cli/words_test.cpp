#include "cli/words.hpp"

#include <gtest/gtest.h>

namespace homeport::cli {
namespace {

TEST(Words, Durations) {
    EXPECT_EQ(in_words(400ms), "0.4 s");
    EXPECT_EQ(in_words(12s), "12 s");
    EXPECT_EQ(in_words(5min), "5 min");
    EXPECT_EQ(in_words(125min), "2 h 5 min");
    EXPECT_EQ(in_words(76h), "3 days 4 h");
}

TEST(Words, Sizes) {
    EXPECT_EQ(size_in_words(0), "0 bytes");
    EXPECT_EQ(size_in_words(4'200'000), "4.2 MB");
    EXPECT_EQ(size_in_words(999'999), "1.0 MB");
    EXPECT_EQ(size_in_words(~std::uint64_t{0}), "18.4 EB");
}

TEST(Words, Times) {
    EXPECT_EQ(utc_in_words(0), "never");
    EXPECT_EQ(utc_in_words(1'000'000'000), "2001-09-09T01:46:40Z");
    EXPECT_EQ(counted(1, "visitor"), "1 visitor");
    EXPECT_EQ(counted(0, "visitor"), "0 visitors");
}

}  // namespace
}  // namespace homeport::cli
