#include "app/park_board.hpp"

#include <gtest/gtest.h>

namespace homeport::app {
namespace {

const std::vector<std::string> kKnown{"web", "ssh"};
const dns::ParkedAnswer kNothing{.kind = dns::ParkedAnswer::Kind::nothing};

TEST(ParkBoard, OneService) {
    ParkBoard board;
    board.park("web", {});
    EXPECT_TRUE(board.parked("web"));
    EXPECT_FALSE(board.parked("ssh"));
    board.unpark("web", kKnown);
    EXPECT_FALSE(board.parked("web"));
}

// "All" means those that come later too, until one is taken out.
TEST(ParkBoard, AllWithoutOne) {
    ParkBoard board;
    board.park("", kNothing);
    EXPECT_TRUE(board.parked("later"));
    board.unpark("web", kKnown);
    EXPECT_FALSE(board.parked("web"));
    ASSERT_TRUE(board.parked("ssh"));
    EXPECT_EQ(*board.answer("ssh"), kNothing);
    board.unpark("", kKnown);
    EXPECT_FALSE(board.parked("ssh"));
}

TEST(ParkBoard, EachItsAnswer) {
    ParkBoard board;
    board.park("", kNothing);
    board.park("web", {});
    EXPECT_EQ(*board.answer("web"), dns::ParkedAnswer());
    EXPECT_EQ(*board.answer("ssh"), kNothing);
    board.park("", kNothing);
    EXPECT_EQ(*board.answer("web"), kNothing) << "said for all";
}

TEST(ParkBoard, ForgetsRemovedServices) {
    ParkBoard board;
    board.park("web", {});
    board.keep_only({"ssh"});
    EXPECT_FALSE(board.parked("web"));
}

TEST(ParkBoard, MadeAgainFromItsWishes) {
    ParkBoard board;
    board.park("", {});
    board.park("web", kNothing);
    ParkBoard other;
    for (const auto& [service, answer] : board.wishes()) other.park(service, answer);
    EXPECT_EQ(other, board);
    EXPECT_TRUE(ParkBoard().wishes().empty());
}

}  // namespace
}  // namespace homeport::app
