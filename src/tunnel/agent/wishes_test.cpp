#include "tunnel/agent/wishes.hpp"

#include "tunnel/agent/held_link_testing.hpp"

#include <gmock/gmock.h>

namespace homeport::tunnel::testing {
namespace {

struct WishesTest : ::testing::Test {
    static std::string told(const ParkQuestion& wish) { return bytes_of(frame_of(wish, 0)); }
    std::string sent_on(HeldLink& link) {
        wishes.on_link(link.link);
        return link.sent();
    }
    void heard(const HeldLink& link, int times = 1) {
        while (times-- > 0) wishes.on_heard(link.link);
    }

    FakeLoop loop;
    ChunkPool pool;
    Wishes wishes;
    HeldLink first{loop, pool, LinkId{1}};
    HeldLink second{loop, pool, LinkId{2}};
    ParkQuestion all{"", "", true, "nothing"};
    ParkQuestion web{"", "web", true, ""};
    ParkQuestion web_back{"", "web", false, ""};
};

// The link may die before the relay has heard them all.
TEST_F(WishesTest, AreToldUntilTheyAreHeard) {
    wishes.add(all);
    wishes.add(web_back);
    EXPECT_EQ(sent_on(first), told(all) + told(web_back));
    heard(first);
    EXPECT_EQ(sent_on(second), told(all) + told(web_back));
    heard(first);  // too late: it belongs to the first list
    heard(second);
    EXPECT_EQ(sent_on(first), told(all) + told(web_back));
    heard(first, 3);
    EXPECT_EQ(sent_on(second), "");
}

TEST_F(WishesTest, ForAllReplaceThoseForOne) {
    wishes.add(web);
    wishes.add(all);
    EXPECT_EQ(sent_on(first), told(all));
}

TEST_F(WishesTest, TheLastOneForAServiceCounts) {
    wishes.add(web);
    wishes.add(web_back);
    EXPECT_EQ(sent_on(first), told(web_back));
}

// What the relay is told by other means must not be undone by an older wish.
TEST_F(WishesTest, AreSuperseded) {
    wishes.add(all);
    wishes.add(web);
    wishes.supersede(web_back);
    EXPECT_EQ(sent_on(first), told(all));
    wishes.supersede({"", "", false, ""});
    EXPECT_EQ(sent_on(second), "");
}

// One that is added after the others were told was not told.
TEST_F(WishesTest, AddedLateAreToldOnTheNextLink) {
    wishes.add(web);
    EXPECT_EQ(sent_on(first), told(web));
    wishes.add(all);
    heard(first);
    EXPECT_EQ(sent_on(second), told(all));
}

}  // namespace
}  // namespace homeport::tunnel::testing
