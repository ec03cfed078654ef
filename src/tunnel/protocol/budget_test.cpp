#include "tunnel/protocol/budget.hpp"

#include <gtest/gtest.h>

namespace homeport::tunnel {
namespace {

// What a child holds its parent holds too, and gets back when the child dies.
TEST(Budget, ChargesTheParent) {
    Budget total(1000);
    {
        Budget one(800, &total);
        Budget two(800, &total);
        one.take(600);
        EXPECT_EQ(total.used(), 600U);
        EXPECT_EQ(one.free(), 200U);
        EXPECT_EQ(two.free(), 400U);  // the parent has no more
        one.give(100);
        EXPECT_EQ(total.used(), 500U);
    }
    EXPECT_EQ(total.used(), 0U);
}

// The more is used, the smaller each one's share; a floor stays also when it is overdrawn.
TEST(Budget, ShareShrinksToAFloor) {
    Budget budget(64 << 20);
    EXPECT_EQ(budget.share(), 16U << 20);
    budget.take(32 << 20);
    EXPECT_EQ(budget.share(), 8U << 20);
    budget.take(40 << 20);
    EXPECT_EQ(budget.free(), 0U);
    EXPECT_EQ(budget.share(), kLeastShareBytes);
}

// Senders leave a part to what arrives; the first windows of many get small, so that together they
// fit.
TEST(Budget, RoomForWhatArrives) {
    Budget budget(64 << 20);
    EXPECT_EQ(budget.send_share(), 12U << 20);
    EXPECT_EQ(budget.first_window(0), kInitialWindowBytes);
    EXPECT_EQ(budget.first_window(99), (8U << 20) / 100);
    EXPECT_EQ(budget.first_window(30'000), kLeastShareBytes);
    budget.take(50 << 20);
    EXPECT_EQ(budget.send_share(), kLeastShareBytes);
    EXPECT_GT(budget.share(), 3U << 20);
}

}  // namespace
}  // namespace homeport::tunnel
