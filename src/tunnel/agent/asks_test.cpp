#include "tunnel/agent/asks.hpp"

#include "tunnel/agent/held_link_testing.hpp"
#include "tunnel/limits.hpp"

#include <gmock/gmock.h>

namespace homeport::tunnel::testing {
namespace {

struct AsksTest : ::testing::Test {
    Asks::Done note(std::string name) {
        return [this, name = std::move(name)](Result<> result) {
            heard.push_back(name + ": " +
                            (result ? "done" : std::string(to_string(result.error().code))));
        };
    }

    FakeLoop loop;
    ChunkPool pool;
    Asks asks{loop};
    std::vector<std::string> heard;
    ParkQuestion park{"attic", "web", true, "nothing"};
    ChallengeQuestion challenge{"home.example.net", "token", true};
};

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(AsksTest, EachHearsItsOwnAnswer) {
    HeldLink link(loop, pool);
    asks.ask(park, &link.link, note("park"));
    asks.ask(challenge, &link.link, note("challenge"));
    EXPECT_EQ(link.sent(), bytes_of(frame_of(park, 1)) + bytes_of(frame_of(challenge, 2)));
    EXPECT_TRUE(asks.on_asked({.ask = 2, .ok = true}));
    EXPECT_TRUE(asks.on_asked({.ask = 1, .ok = false, .code = Errc::denied, .reason = "no"}));
    EXPECT_THAT(heard, ElementsAre("challenge: done", "park: denied"));
    // An answer that comes twice, and one to nothing, tell nobody.
    EXPECT_FALSE(asks.on_asked({.ask = 1, .ok = true}));
    EXPECT_FALSE(asks.on_asked({.ask = 0, .ok = true}));
    loop.advance(kAskTime * 2);
    EXPECT_EQ(heard.size(), 2U);
}

// The answer died with the link, or the ask did: only asking again tells.
TEST_F(AsksTest, AreRepeatedOnTheNextLink) {
    HeldLink first(loop, pool);
    asks.ask(park, &first.link, note("park"));
    first.line->cut();
    asks.ask(challenge, nullptr, note("challenge"));
    loop.advance(kAskTime - 1s);
    EXPECT_THAT(heard, IsEmpty());
    HeldLink second(loop, pool, LinkId{2});
    asks.on_link(second.link);
    EXPECT_EQ(second.sent(), bytes_of(frame_of(park, 1)) + bytes_of(frame_of(challenge, 2)));
    asks.on_asked({.ask = 1, .ok = true});
    EXPECT_THAT(heard, ElementsAre("park: done"));
    // The new link gives no new time.
    loop.advance(1s);
    EXPECT_THAT(heard, ElementsAre("park: done", "challenge: timed_out"));
    HeldLink third(loop, pool, LinkId{3});
    asks.on_link(third.link);
    EXPECT_EQ(third.sent(), "");
}

TEST_F(AsksTest, AreNotRepeatedOnTheSameLink) {
    HeldLink link(loop, pool);
    asks.ask(park, &link.link, note("park"));
    EXPECT_FALSE(link.sent().empty());
    asks.on_link(link.link);  // whoever asked had heard of it first
    EXPECT_EQ(link.sent(), "");
}

TEST_F(AsksTest, EndWithoutALink) {
    asks.ask(park, nullptr, note("first"));
    loop.advance(4s);
    asks.ask(park, nullptr, note("second"));
    loop.advance(kAskTime - 4s);
    EXPECT_THAT(heard, ElementsAre("first: unreachable"));
    loop.advance(4s);
    EXPECT_THAT(heard, ElementsAre("first: unreachable", "second: unreachable"));
}

TEST_F(AsksTest, AreBounded) {
    for (std::size_t i = 0; i < kMaxAsks; ++i) asks.ask(park, nullptr, note("waits"));
    asks.ask(park, nullptr, note("more"));
    EXPECT_THAT(heard, ElementsAre("more: limit"));
    loop.advance(kAskTime);
    EXPECT_EQ(heard.size(), kMaxAsks + 1);
    EXPECT_EQ(asks.waiting(), 0U);
}

TEST_F(AsksTest, TooLongATextIsNotSent) {
    HeldLink link(loop, pool);
    park.service = std::string(300, 's');
    asks.ask(park, &link.link, note("park"));
    EXPECT_THAT(heard, ElementsAre("park: invalid"));
    EXPECT_EQ(link.sent(), "");
}

// Whoever is told may ask again at once, also when he is told that it took too long.
TEST_F(AsksTest, MayBeAskedFromTheAnswer) {
    asks.ask(park, nullptr, [this](const Result<>&) { asks.ask(park, nullptr, note("again")); });
    loop.advance(kAskTime);
    EXPECT_EQ(asks.waiting(), 1U);
    EXPECT_THAT(heard, IsEmpty());
    asks.on_asked({.ask = 2, .ok = true});
    EXPECT_THAT(heard, ElementsAre("again: done"));
}

}  // namespace
}  // namespace homeport::tunnel::testing
