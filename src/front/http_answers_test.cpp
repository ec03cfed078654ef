#include "front/testing.hpp"

#include <gmock/gmock.h>

#include <string>

namespace homeport::front {
namespace {

using ::testing::HasSubstr;
using testing::http_service;
using testing::Line;
using ::testing::Not;
using ::testing::StartsWith;
using testing::World;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: home.example.net\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

struct HttpAnswersTest : ::testing::Test {
    World world;
    std::shared_ptr<Line> visitor;

    void SetUp() override {
        world.publish({http_service("web", "home.example.net")});
        visitor = world.network.connect(80);
    }
    Line& home() { return world.homes.last(); }
    void say(std::string_view text) { world.say(*visitor, text); }
};

TEST_F(HttpAnswersTest, UnknownHost) {
    say("GET / HTTP/1.1\r\nHost: nobody.example.net\r\n\r\n");
    const std::string answer = visitor->take();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store\r\n"));
    EXPECT_TRUE(visitor->half_closed());
}

// The visitor's unread input is read away for a second, or up to 64 KiB, before the close.
TEST_F(HttpAnswersTest, LingeringClose) {
    say("POST / HTTP/1.1\r\nHost: nobody\r\nContent-Length: 1000000\r\n\r\nbody");
    EXPECT_TRUE(visitor->half_closed());
    EXPECT_FALSE(visitor->closed());
    say("more");
    EXPECT_EQ(visitor->unread(), 0U);
    EXPECT_FALSE(visitor->closed());
    world.loop.advance(1s);
    EXPECT_TRUE(visitor->closed());

    auto flood = world.network.connect(80);
    world.say(*flood, "GET / HTTP/1.1\r\nHost: nobody\r\n\r\n");
    world.say(*flood, std::string(200'000, 'x'));
    EXPECT_TRUE(flood->closed());
    EXPECT_GT(flood->unread(), 0U);

    auto polite = world.network.connect(80);
    world.say(*polite, "GET / HTTP/1.1\r\nHost: nobody\r\n\r\n");
    polite->shut();
    world.loop.run();
    EXPECT_TRUE(polite->closed());
}

TEST_F(HttpAnswersTest, HeadHasNoBody) {
    say("HEAD / HTTP/1.1\r\nHost: nobody\r\n\r\n");
    EXPECT_THAT(visitor->take(), ::testing::EndsWith("\r\n\r\n"));
}

TEST_F(HttpAnswersTest, RulesByAddress) {
    Service service = http_service("web", "home.example.net");
    service.allow = {*Cidr::parse("198.51.100.0/24")};
    service.deny = {*Cidr::parse("198.51.100.7")};
    world.publish({service});
    say(kGet);
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 403 "));
    EXPECT_EQ(world.status("web").refused_total, 1U);
    auto friendly = world.network.connect_from(80, "198.51.100.8");
    world.say(*friendly, kGet);
    EXPECT_EQ(world.homes.opened.size(), 1U);
    auto stranger = world.network.connect_from(80, "203.0.113.1");
    world.say(*stranger, kGet);
    EXPECT_THAT(stranger->take(), StartsWith("HTTP/1.1 403 "));
}

// What the home says before a byte came becomes a page that names the fault.
TEST_F(HttpAnswersTest, HomeWithoutWebService) {
    const std::pair<Errc, const char*> cases[] = {{Errc::refused, "HTTP/1.1 502 "},
                                                  {Errc::unreachable, "HTTP/1.1 502 "},
                                                  {Errc::denied, "HTTP/1.1 502 "},
                                                  {Errc::timed_out, "HTTP/1.1 504 "}};
    world.homes.establish_at_once = false;
    for (const auto& [why, start] : cases) {
        auto line = world.network.connect(80);
        world.say(*line, kGet);
        const std::size_t opened = world.homes.opened.size();
        home().cut(why);
        world.loop.run();
        const std::string answer = line->take();
        EXPECT_THAT(answer, StartsWith(start));
        EXPECT_THAT(answer,
                    HasSubstr("The server at home is there, but its web service does not answer"));
        EXPECT_EQ(world.homes.opened.size(), opened);
    }
}

// A fresh stream that ends without a word is a 502 too.
TEST_F(HttpAnswersTest, SilentEnd) {
    say(kGet);
    home().shut();
    world.loop.run();
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 502 "));
}

// While the home is away a visitor waits, is counted, and is served when it comes back.
TEST_F(HttpAnswersTest, ParkedThenServed) {
    world.homes.go_away();
    say("POST / HTTP/1.1\r\nHost: home.example.net\r\nContent-Length: 50000\r\n\r\n" +
        std::string(50'000, 'x'));
    EXPECT_EQ(world.status("web").parked, 1U);
    EXPECT_FALSE(world.status("web").up);
    EXPECT_GT(visitor->unread(), 10'000U);  // the body stays with the visitor
    world.loop.advance(29s);
    EXPECT_EQ(visitor->seen(), "");
    world.homes.come_back();
    world.loop.run();
    EXPECT_EQ(world.status("web").parked, 0U);
    EXPECT_THAT(home().take(), HasSubstr("\r\n\r\nxxx"));
    EXPECT_EQ(visitor->unread(), 0U);
    world.say(home(), kOk);
    EXPECT_EQ(visitor->take(), kOk);
}

TEST_F(HttpAnswersTest, ParkingExpires) {
    world.homes.go_away();
    say(kGet);
    world.loop.advance(29s);
    EXPECT_EQ(visitor->seen(), "");
    world.loop.advance(1s);
    const std::string answer = visitor->take();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(answer, HasSubstr("Retry-After: 30\r\n"));
    EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store\r\n"));
    EXPECT_THAT(answer, HasSubstr("home.example.net"));
    EXPECT_TRUE(home().saw_reset());
    EXPECT_EQ(world.status("web").parked, 0U);
    EXPECT_EQ(world.status("web").streams, 0U);
}

// The home goes away between the opening and its answer: from then on the visitor holds a place.
TEST_F(HttpAnswersTest, GoesAwayWhileWaiting) {
    world.homes.establish_at_once = false;
    say(kGet);
    EXPECT_EQ(world.status("web").parked, 0U);
    world.homes.is_up = false;
    world.loop.advance(1s);
    EXPECT_EQ(world.status("web").parked, 1U);
    world.loop.advance(29s);
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(HttpAnswersTest, SlowHome) {
    world.homes.establish_at_once = false;
    say(kGet);
    world.loop.advance(30s);
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 504 "));
}

// A kept stream is not used while the home is away: the request is parked like any other.
TEST_F(HttpAnswersTest, KeptStreamWhileAway) {
    say(kGet);
    world.say(home(), kOk);
    visitor->take();
    world.homes.go_away();
    say(kGet);
    EXPECT_EQ(world.homes.opened.size(), 2U);
    EXPECT_EQ(world.status("web").parked, 1U);
}

// A repeatable request whose stream was reset while the home is away waits for the home again.
TEST_F(HttpAnswersTest, ResetWhileParkedRepeats) {
    say(kGet);
    world.homes.go_away();
    home().cut();
    world.loop.run();
    EXPECT_EQ(world.homes.opened.size(), 2U);
    EXPECT_EQ(world.status("web").parked, 1U);
    world.homes.come_back();
    world.loop.run();
    world.say(home(), kOk);
    EXPECT_EQ(visitor->take(), kOk);
}

TEST_F(HttpAnswersTest, NoPlaceLeft) {
    Front::Options options;
    options.park.per_service = 1;
    World small(options);
    small.publish({http_service("web", "home.example.net")});
    small.homes.go_away();
    auto first = small.network.connect(80);
    small.say(*first, kGet);
    auto second = small.network.connect(80);
    small.say(*second, kGet);
    EXPECT_THAT(second->take(), StartsWith("HTTP/1.1 503 "));
    EXPECT_EQ(small.status("web").refused_total, 1U);
    EXPECT_EQ(small.status("web").parked, 1U);
}

// The owner's notice: the stand-in at once for new requests; running ones go on.
TEST_F(HttpAnswersTest, OwnersNotice) {
    Service service = http_service("web", "home.example.net");
    service.stand_in_html = "<p>back soon</p>";
    world.publish({service});
    say(kGet);
    world.front->park("home", "", true);
    world.say(home(), kOk);
    EXPECT_EQ(visitor->take(), kOk);
    say(kGet);
    EXPECT_THAT(visitor->take(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("<p>back soon</p>")));
    world.front->park("home", "web", false);
    auto next = world.network.connect(80);
    world.say(*next, kGet);
    world.say(home(), kOk);
    EXPECT_EQ(next->take(), kOk);
}

TEST_F(HttpAnswersTest, SlowHead) {
    say("GET / HT");
    for (int i = 0; i < 19; ++i) {
        world.loop.advance(1s);
        say("T");
    }
    EXPECT_EQ(visitor->seen(), "");
    world.loop.advance(1s);
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpAnswersTest, IdleEnds) {
    say(kGet);
    world.say(home(), kOk);
    visitor->take();
    world.loop.advance(299s);
    EXPECT_FALSE(visitor->closed());
    world.loop.advance(1s);
    EXPECT_TRUE(visitor->closed());
    EXPECT_EQ(visitor->seen(), "");
    auto silent = world.network.connect(80);
    world.loop.advance(300s);
    EXPECT_TRUE(silent->closed());
}

// A body that does not come on is a 408; each byte gives it another minute.
TEST_F(HttpAnswersTest, SlowBody) {
    for (const char* framing : {"Content-Length: 10", "Transfer-Encoding: chunked"}) {
        auto line = world.network.connect(80);
        world.say(*line, "POST / HTTP/1.1\r\nHost: home.example.net\r\n" + std::string(framing) +
                             "\r\n\r\n5");
        world.loop.advance(59s);
        world.say(*line, ";");
        world.loop.advance(59s);
        EXPECT_EQ(line->seen(), "");
        world.loop.advance(1s);
        EXPECT_THAT(line->take(), StartsWith("HTTP/1.1 408 ")) << framing;
        EXPECT_TRUE(home().saw_reset());
    }
}

// A slow body of which the answer has begun can only be reset.
TEST_F(HttpAnswersTest, SlowBodyAfterAnswerBegan) {
    say("POST / HTTP/1.1\r\nHost: home.example.net\r\nContent-Length: 10\r\n\r\n5");
    world.say(home(), "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1");
    world.loop.advance(60s);
    EXPECT_TRUE(visitor->saw_reset());
}

// A home that does not take the body is not the visitor's fault.
TEST_F(HttpAnswersTest, BlockedHomeIsNoSlowBody) {
    say("POST / HTTP/1.1\r\nHost: home.example.net\r\nContent-Length: 300000\r\n\r\n" +
        std::string(300'000, 'x'));
    world.loop.advance(120s);
    EXPECT_FALSE(visitor->saw_reset());
    EXPECT_EQ(visitor->seen(), "");
}

TEST_F(HttpAnswersTest, UnreadAnswerIsReset) {
    for (const char* framing : {"Content-Length: 300000", "Transfer-Encoding: chunked"}) {
        auto line = std::make_shared<Line>(world.loop);
        line->window = 1000;
        world.network.connect(80, line);
        world.say(*line, kGet);
        world.say(home(), "HTTP/1.1 200 OK\r\n" + std::string(framing) + "\r\n\r\n493e0\r\n" +
                              std::string(300'000, 'x'));
        world.loop.advance(299s);
        line->take();
        world.loop.run();
        world.loop.advance(299s);
        EXPECT_FALSE(line->saw_reset());
        world.loop.advance(1s);
        EXPECT_TRUE(line->saw_reset()) << framing;
        EXPECT_TRUE(home().saw_reset());
    }
}

TEST_F(HttpAnswersTest, UnreadStandInIsReset) {
    auto line = std::make_shared<Line>(world.loop);
    line->window = 10;
    world.network.connect(80, line);
    world.say(*line, "GET / HTTP/1.1\r\nHost: nobody\r\n\r\n");
    world.loop.advance(20s);
    EXPECT_TRUE(line->saw_reset());
    EXPECT_EQ(world.front->visitors(), 1U);
}

// A host name with a path in it is no host at all.
TEST_F(HttpAnswersTest, TraversalInHost) {
    say("GET / HTTP/1.1\r\nHost: ../../etc/passwd\r\n\r\n");
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 400 "));
}

}  // namespace
}  // namespace homeport::front
