#include "front/http_visitor.hpp"

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

std::string post(std::string_view fields, std::string_view body = "") {
    return "POST / HTTP/1.1\r\nHost: home.example.net\r\n" + std::string(fields) + "\r\n" +
           std::string(body);
}

struct HttpVisitorTest : ::testing::Test {
    World world;
    std::shared_ptr<Line> visitor;

    void SetUp() override {
        world.publish(
            {http_service("web", "home.example.net"), http_service("other", "b.example.net", 2)});
        ASSERT_TRUE(world.results[0]) << world.results[0].error().what;
        visitor = world.network.connect(80);
    }
    void TearDown() override {
        visitor.reset();
        world.front.reset();
        EXPECT_EQ(world.pool.in_use(), 0U);
    }
    Line& home() { return world.homes.last(); }
    std::size_t opened() const { return world.homes.opened.size(); }
    void say(std::string_view text) { world.say(*visitor, text); }
    void reply(std::string_view text) { world.say(home(), text); }
};

TEST_F(HttpVisitorTest, RequestAndResponse) {
    say(kGet);
    ASSERT_EQ(opened(), 1U);
    EXPECT_EQ(world.homes.opened[0].agent, "home");
    EXPECT_EQ(world.homes.opened[0].service, 1U);
    EXPECT_EQ(world.homes.opened[0].port, 0);
    EXPECT_EQ(world.homes.opened[0].visitor.source.to_string(), "198.51.100.7:40000");
    EXPECT_THAT(home().take(), HasSubstr("X-Forwarded-For: 198.51.100.7\r\n"));
    EXPECT_EQ(world.status("web").streams, 1U);
    reply(kOk);
    EXPECT_EQ(visitor->take(), kOk);
    EXPECT_FALSE(visitor->saw_end());
    EXPECT_EQ(world.status("web").streams, 0U);
    EXPECT_EQ(world.status("web").bytes_out, kOk.size());
    EXPECT_EQ(world.pool.in_use(), 0U);  // an idle visitor holds no buffer
}

// Cut into single bytes in all four directions, the exchange is the same.
TEST_F(HttpVisitorTest, ByteByByte) {
    auto line = std::make_shared<Line>(world.loop);
    line->piece = 1;
    world.homes.piece = 1;
    world.network.connect(80, line);
    const std::string request = post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n");
    for (const char c : request) world.say(*line, std::string_view(&c, 1));
    const std::string sent = home().take();
    EXPECT_THAT(sent, HasSubstr("\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
    const std::string response =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    for (const char c : response) world.say(home(), std::string_view(&c, 1));
    EXPECT_EQ(line->take(), response);
    world.say(*line, kGet);
    EXPECT_THAT(home().take(), StartsWith("GET / HTTP/1.1\r\n"));
}

// The next request to the same service uses the same stream, another service another one.
TEST_F(HttpVisitorTest, ReusesTheHomeStream) {
    for (int i = 0; i < 3; ++i) {
        say(kGet);
        reply(kOk);
        EXPECT_EQ(visitor->take(), kOk);
    }
    EXPECT_EQ(opened(), 1U);
    EXPECT_EQ(world.status("web").visitors_total, 1U);
    say("GET / HTTP/1.1\r\nHost: b.example.net\r\n\r\n");
    EXPECT_EQ(opened(), 2U);
    EXPECT_EQ(world.homes.opened[1].service, 2U);
    EXPECT_TRUE(world.homes.opened[0].line->closed());
}

// Pipelined requests are answered one after the other, in order.
TEST_F(HttpVisitorTest, Pipelining) {
    say(std::string(kGet) + post("Content-Length: 3\r\n", "abc") + std::string(kGet));
    EXPECT_EQ(opened(), 1U);
    EXPECT_THAT(home().take(), StartsWith("GET / "));
    reply("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
    EXPECT_EQ(opened(), 2U);
    EXPECT_THAT(home().take(), ::testing::EndsWith("\r\n\r\nabc"));
    reply("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
    EXPECT_THAT(home().take(), StartsWith("GET / "));
    reply("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n3");
    const std::string all = visitor->take();
    EXPECT_LT(all.find("\r\n\r\n1"), all.find("\r\n\r\n2"));
    EXPECT_LT(all.find("\r\n\r\n2"), all.find("\r\n\r\n3"));
}

// A kept stream whose server closed meanwhile is not used again.
TEST_F(HttpVisitorTest, IdleHomeStreamThatEndedIsDropped) {
    say(kGet);
    reply(kOk);
    home().shut();
    world.loop.run();
    EXPECT_TRUE(home().closed());
    say(kGet);
    EXPECT_EQ(opened(), 2U);
}

// Bytes that belong to no request would become the next one's response: the stream is dropped.
TEST_F(HttpVisitorTest, UnaskedBytesDropTheStream) {
    say(kGet);
    reply(std::string(kOk) + "HTTP/1.1 200 OK\r\n\r\nevil");
    EXPECT_EQ(visitor->take(), kOk);
    say(kGet);
    EXPECT_EQ(opened(), 2U);
    reply(kOk);
    reply("evil");
    EXPECT_EQ(visitor->take(), kOk);
    say(kGet);
    EXPECT_EQ(opened(), 3U);
}

// A reused stream that ends before a byte of the response: the request is repeated, once.
TEST_F(HttpVisitorTest, RepeatsAfterStaleReuse) {
    say(kGet);
    reply(kOk);
    visitor->take();
    say(kGet);
    ASSERT_EQ(opened(), 1U);
    home().take();
    home().shut();
    world.loop.run();
    ASSERT_EQ(opened(), 2U);
    EXPECT_THAT(home().take(), StartsWith("GET / HTTP/1.1\r\n"));
    reply(kOk);
    EXPECT_EQ(visitor->take(), kOk);
}

// A fresh stream that is reset before a byte came (the agent restarted) is repeated too, but only
// once.
TEST_F(HttpVisitorTest, RepeatsAfterReset) {
    say(kGet);
    home().cut();
    world.loop.run();
    ASSERT_EQ(opened(), 2U);
    home().cut();
    world.loop.run();
    EXPECT_EQ(opened(), 2U);
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 502 "));
}

// What might have an effect twice is never repeated, nor sent on a stream that may be stale.
TEST_F(HttpVisitorTest, NeverRepeatsPost) {
    say(kGet);
    reply(kOk);
    visitor->take();
    say(post("Content-Length: 0\r\n"));
    EXPECT_EQ(opened(), 2U);
    home().cut();
    world.loop.run();
    EXPECT_EQ(opened(), 2U);
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(HttpVisitorTest, NoRepeatAfterAByte) {
    say(kGet);
    reply("H");
    home().cut();
    world.loop.run();
    EXPECT_EQ(opened(), 1U);
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 502 "));
}

// A response that breaks off is a reset for the visitor, whatever its framing and way of breaking.
TEST_F(HttpVisitorTest, TruncatedResponseResets) {
    for (const char* response :
         {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"}) {
        for (const bool clean : {true, false}) {
            auto line = world.network.connect(80);
            world.say(*line, kGet);
            reply(response);
            clean ? home().shut() : home().cut();
            world.loop.run();
            EXPECT_TRUE(line->saw_reset()) << response;
            EXPECT_FALSE(line->half_closed());
        }
    }
    auto line = world.network.connect(80);
    world.say(*line, kGet);
    reply("HTTP/1.1 200 OK\r\n\r\nuntil close");
    home().cut();
    world.loop.run();
    EXPECT_TRUE(line->saw_reset());
}

TEST_F(HttpVisitorTest, MalformedChunkResets) {
    say(kGet);
    reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nXX\r\n");
    EXPECT_TRUE(visitor->saw_reset());
}

// Without a length the end of the home's stream is the end, and the visitor's connection ends with
// it.
TEST_F(HttpVisitorTest, UntilClose) {
    say(kGet);
    reply("HTTP/1.0 200 OK\r\n\r\nall");
    home().shut();
    world.loop.run();
    EXPECT_EQ(visitor->take(), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall");
    EXPECT_TRUE(visitor->saw_end());
    EXPECT_EQ(world.front->visitors(), 0U);
}

TEST_F(HttpVisitorTest, BodilessResponses) {
    say("HEAD / HTTP/1.1\r\nHost: home.example.net\r\n\r\n");
    reply("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
    say(kGet);
    reply("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n");
    say(kGet);
    reply("HTTP/1.1 204 No Content\r\n\r\n");
    say(kGet);
    reply(kOk);
    EXPECT_EQ(opened(), 1U);
    EXPECT_THAT(visitor->take(), ::testing::EndsWith(std::string(kOk)));
}

TEST_F(HttpVisitorTest, ConnectionClose) {
    say("GET / HTTP/1.1\r\nHost: home.example.net\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(home().take(), HasSubstr("\r\nConnection: close\r\n"));
    reply(kOk);
    EXPECT_THAT(visitor->take(), HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(visitor->saw_end());
    EXPECT_EQ(world.front->visitors(), 0U);
}

TEST_F(HttpVisitorTest, Http10) {
    say("GET / HTTP/1.0\r\nHost: home.example.net\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(home().take(), StartsWith("GET / HTTP/1.0\r\n"));
    reply(kOk);
    EXPECT_THAT(visitor->take(), HasSubstr("Connection: keep-alive\r\n"));
    EXPECT_FALSE(visitor->saw_end());
    say("GET / HTTP/1.0\r\nHost: home.example.net\r\n\r\n");
    reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 502 "));
}

// 100-continue goes to the home, its 100 comes back, then the body follows.
TEST_F(HttpVisitorTest, ExpectContinue) {
    say(post("Expect: 100-continue\r\nContent-Length: 5\r\n"));
    EXPECT_THAT(home().take(), HasSubstr("Expect: 100-continue\r\n"));
    reply("HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(visitor->take(), "HTTP/1.1 100 Continue\r\n\r\n");
    say("hello");
    EXPECT_EQ(home().take(), "hello");
    reply(kOk);
    EXPECT_EQ(visitor->take(), kOk);
    EXPECT_FALSE(visitor->saw_end());
}

// An early final answer ends the connection: the rest of the body cannot be told from a request.
TEST_F(HttpVisitorTest, EarlyAnswerCloses) {
    say(post("Expect: 100-continue\r\nContent-Length: 5\r\n"));
    reply("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n");
    EXPECT_THAT(visitor->take(), HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(home().saw_reset());
    say("GET /");
    world.loop.advance(2s);
    EXPECT_TRUE(visitor->saw_end());
    EXPECT_EQ(opened(), 1U);
}

TEST_F(HttpVisitorTest, MalformedRequestBody) {
    say(post("Transfer-Encoding: chunked\r\n", "zz\r\n"));
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 400 "));
    EXPECT_TRUE(home().saw_reset());
}

TEST_F(HttpVisitorTest, VisitorLeavesInTheMiddle) {
    say(post("Content-Length: 5\r\n", "he"));
    visitor->shut();
    world.loop.run();
    EXPECT_TRUE(home().saw_reset());
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 400 "));
    auto second = world.network.connect(80);
    world.say(*second, kGet);
    second->cut();
    world.loop.run();
    EXPECT_TRUE(home().saw_reset());
    EXPECT_EQ(world.front->visitors(), 0U);
}

// A visitor who shuts his side after the request still gets the whole answer.
TEST_F(HttpVisitorTest, HalfClosedVisitorGetsTheAnswer) {
    say(kGet);
    visitor->shut();
    world.loop.run();
    reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
    reply("llo");
    EXPECT_THAT(visitor->take(), ::testing::EndsWith("hello"));
    EXPECT_TRUE(visitor->saw_end());
    EXPECT_EQ(world.front->visitors(), 0U);
}

// Smuggling attempts are refused before a byte reaches the home.
TEST_F(HttpVisitorTest, SmugglingReachesNobody) {
    for (const std::string fields :
         {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
          "Content-Length: 4\r\nContent-Length: 4\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
          "Transfer-Encoding : chunked\r\n", "Content-Length: 4\nX: y\r\n", "Host: other\r\n",
          "Transfer-Encoding:\x0b chunked\r\n"}) {
        auto line = world.network.connect(80);
        world.say(*line,
                  post(fields, "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: home.example.net\r\n\r\n"));
        EXPECT_THAT(line->take(), StartsWith("HTTP/1.1 400 ")) << fields;
        EXPECT_TRUE(line->half_closed());
    }
    EXPECT_EQ(opened(), 0U);
}

TEST_F(HttpVisitorTest, WrongAnswersOfTheHomeAre502) {
    for (const char* response :
         {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 200 OK\nContent-Length: 1\r\n\r\n", "SSH-2.0-x\r\n\r\n",
          "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"}) {
        auto line = world.network.connect(80);
        world.say(*line, kGet);
        reply(response);
        EXPECT_THAT(line->take(), StartsWith("HTTP/1.1 502 ")) << response;
        EXPECT_TRUE(home().saw_reset());
    }
}

// Upgrade: the visitor's bytes wait for the 101, then all goes raw, with half-close.
TEST_F(HttpVisitorTest, UpgradeHoldsBackUntil101) {
    const std::string request =
        "GET /ws HTTP/1.1\r\nHost: home.example.net\r\nConnection: Upgrade\r\nUpgrade: "
        "websocket\r\n\r\n";
    say(request + "early");
    EXPECT_THAT(home().take(), ::testing::EndsWith("Connection: Upgrade\r\n\r\n"));
    reply(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
        "websocket\r\n\r\nfirst");
    EXPECT_EQ(visitor->take(),
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
              "Upgrade\r\n\r\nfirst");
    EXPECT_EQ(home().take(), "early");
    say("more");
    EXPECT_EQ(home().take(), "more");
    EXPECT_EQ(world.status("web").streams, 1U);
    visitor->shut();
    world.loop.run();
    EXPECT_TRUE(home().half_closed());
    reply("last");
    EXPECT_EQ(visitor->take(), "last");
    home().shut();
    world.loop.run();
    EXPECT_EQ(world.front->visitors(), 0U);
    EXPECT_EQ(world.status("web").streams, 0U);
    EXPECT_TRUE(visitor->saw_end());
}

TEST_F(HttpVisitorTest, UpgradeRefusedStaysHttp) {
    say("GET /ws HTTP/1.1\r\nHost: home.example.net\r\nConnection: Upgrade\r\nUpgrade: "
        "websocket\r\n\r\n");
    reply("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n");
    EXPECT_THAT(visitor->take(), StartsWith("HTTP/1.1 400 Bad\r\n"));
    EXPECT_FALSE(visitor->saw_end());
    say(kGet);
    reply(kOk);
    EXPECT_EQ(visitor->take(), kOk);
}

TEST_F(HttpVisitorTest, UpgradedStreamCutIsAReset) {
    say("GET /ws HTTP/1.1\r\nHost: home.example.net\r\nConnection: Upgrade\r\nUpgrade: "
        "websocket\r\n\r\n");
    reply("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    home().cut();
    world.loop.run();
    EXPECT_TRUE(visitor->saw_reset());
    EXPECT_EQ(world.front->visitors(), 0U);
}

// More than a turn's worth moves in several turns, whatever the framing.
TEST_F(HttpVisitorTest, BigTransfers) {
    const std::string body(2 << 20, 'x');
    for (const bool chunked : {false, true}) {
        auto line = std::make_shared<Line>(world.loop);
        line->window = 8 << 20;
        world.network.connect(80, line);
        const std::string framing =
            chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: 2097152\r\n";
        const std::string framed = chunked ? "200000\r\n" + body + "\r\n0\r\n\r\n" : body;
        line->send(post(framing, framed));
        std::string got;
        for (int i = 0; i < 100; ++i) {
            world.loop.run();
            got += home().take();
        }
        EXPECT_EQ(got.size() - got.find("\r\n\r\n") - 4, framed.size());
        const std::string response = "HTTP/1.1 200 OK\r\n" + framing + "\r\n" + framed;
        reply(response);
        EXPECT_EQ(line->take(), response);
    }
}

// A visitor who stops reading stops the reading from the home; all arrives when he goes on.
TEST_F(HttpVisitorTest, StoppedReader) {
    for (const bool chunked : {false, true}) {
        auto line = std::make_shared<Line>(world.loop);
        line->window = 1000;
        world.network.connect(80, line);
        world.say(*line, kGet);
        const std::string body(300'000, 'x');
        std::string response = "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + body;
        if (chunked) {
            response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n493e0\r\n" + body +
                       "\r\n0\r\n\r\n";
        }
        reply(response);
        EXPECT_EQ(line->seen().size(), 1000U);
        EXPECT_GT(home().unread(), 300'000U - 3 * kBufferBytes);
        EXPECT_LE(world.pool.in_use(), kBufferBytes / kChunkBytes + 1);
        std::string got;
        for (int i = 0; i < 400 && got.size() < response.size(); ++i) {
            got += line->take();
            world.loop.run();
        }
        EXPECT_EQ(got, response);
    }
}

// A home that stops reading stops the reading from the visitor.
TEST_F(HttpVisitorTest, StoppedHome) {
    for (const bool chunked : {false, true}) {
        auto line = world.network.connect(80);
        const std::string body(300'000, 'x');
        const std::string text =
            chunked ? post("Transfer-Encoding: chunked\r\n", "493e0\r\n" + body + "\r\n0\r\n\r\n")
                    : post("Content-Length: 300000\r\n", body);
        world.say(*line, text);
        EXPECT_GT(line->unread(), 300'000U - 3 * kBufferBytes);
        EXPECT_LE(world.pool.in_use(), kBufferBytes / kChunkBytes + 1);
        std::string got;
        for (int i = 0; i < 20; ++i) {
            got += home().take();
            world.loop.run();
        }
        EXPECT_THAT(got.substr(got.size() - 20),
                    ::testing::EndsWith(text.substr(text.size() - 20)));
        reply(kOk);
        EXPECT_EQ(line->take(), kOk);
    }
}

}  // namespace
}  // namespace homeport::front
