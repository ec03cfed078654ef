#include "app/park_board.hpp"

#include <gtest/gtest.h>

namespace homeport::app {
namespace {

const std::vector<std::string> kKnown{"web", "ssh"};

TEST(ParkBoard, OneService) {
    ParkBoard board;
    board.set("web", true, kKnown);
    EXPECT_TRUE(board.parked("web"));
    EXPECT_FALSE(board.parked("ssh"));
    board.set("web", false, kKnown);
    EXPECT_FALSE(board.parked("web"));
}

// "All" means those that come later too, until one is taken out.
TEST(ParkBoard, AllWithoutOne) {
    ParkBoard board;
    board.set("", true, kKnown);
    EXPECT_TRUE(board.parked("later"));
    board.set("web", false, kKnown);
    EXPECT_FALSE(board.parked("web"));
    EXPECT_TRUE(board.parked("ssh"));
    board.set("", false, kKnown);
    EXPECT_FALSE(board.parked("ssh"));
}

TEST(ParkBoard, ForgetsRemovedServices) {
    ParkBoard board;
    board.set("web", true, kKnown);
    board.keep_only({"ssh"});
    EXPECT_FALSE(board.parked("web"));
}

}  // namespace
}  // namespace homeport::app
