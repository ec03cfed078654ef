#include "reach/service/http_caller.hpp"

#include "net/linux/linux_test_peers.hpp"
#include "reach/service/limits.hpp"

#include <gmock/gmock.h>
#include <map>
#include <string>

namespace homeport::reach {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A router whose connections (LinuxTest::accepted) the test holds, and a caller.
struct HttpCallerTest : net::LinuxTest {
    void call(std::uint64_t id, const Endpoint& to) {
        caller->call({.id = HttpCallId{id},
                      .to = to,
                      .method = "POST",
                      .path = "/ctl",
                      .fields = {{"SOAPAction", "x"}},
                      .body = "<body/>"},
                     [this](HttpCallId done, const Result<HttpReply>& reply) {
                         results[done.value] =
                             reply ? std::to_string(reply->status) + " " + reply->body
                                   : std::string(to_string(reply.error().code));
                     });
    }
    void call(std::uint64_t id) { call(id, router->local()); }
    /// Until the request is at the router.
    net::Talker& asked(std::size_t index = 0) {
        EXPECT_TRUE(turn_until(
            [&] { return accepted.size() > index && accepted[index]->text.ends_with("<body/>"); }));
        return *accepted.at(index);
    }
    std::string result(std::uint64_t id) {
        EXPECT_TRUE(turn_until([&] { return results.contains(id); }, kHttpCallTime + 2s));
        return results[id];
    }

    std::unique_ptr<net::Listener> router = listen(net::loopback());
    std::unique_ptr<HttpCaller> caller = std::make_unique<HttpCaller>(loop, network);
    std::map<std::uint64_t, std::string> results;
};

TEST_F(HttpCallerTest, AReply) {
    call(1);
    EXPECT_EQ(asked().text, "POST /ctl HTTP/1.1\r\nHost: " + router->local().to_string() +
                                "\r\nConnection: close\r\nContent-Length: 7\r\nSOAPAction: "
                                "x\r\n\r\n<body/>");
    EXPECT_FALSE(results.contains(1));
    asked().send(kOk);
    EXPECT_EQ(result(1), "200 ok");
    EXPECT_EQ(caller->open(), 0u);
    // The connection is closed, although the router would keep it.
    EXPECT_TRUE(turn_until([&] { return accepted[0]->ended.has_value(); }));
}

TEST_F(HttpCallerTest, InPiecesAndUntilTheEnd) {
    call(1);
    for (const char c : std::string("HTTP/1.0 200 OK\r\nA: b\r\n\r\nall of it")) {
        asked().send(std::string(1, c));
        loop.turn(1ms);
    }
    EXPECT_FALSE(results.contains(1));
    asked().stream->shutdown_write();
    EXPECT_EQ(result(1), "200 all of it");
}

TEST_F(HttpCallerTest, Chunked) {
    call(1);
    asked().send("HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe");
    loop.turn(10ms);
    asked().send("llo\r\n0\r\n\r\n");
    EXPECT_EQ(result(1), "500 hello");
}

TEST_F(HttpCallerTest, ALongReply) {
    call(1);
    const std::string body(kMaxHttpReplyBytes, 'x');
    asked().send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                 body);
    EXPECT_EQ(result(1), "200 " + body);
}

TEST_F(HttpCallerTest, WhatIsNoReply) {
    for (std::uint64_t i = 0; i < 4; ++i) call(i);
    std::vector<std::unique_ptr<net::Talker>> lines;
    for (std::size_t i = 0; i < 4; ++i) asked(i);
    // The order of acceptance is not that of the calls: each says whose it is by its answer.
    accepted[0]->send("this is not HTTP\r\n\r\n");
    accepted[1]->send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal");
    accepted[1]->stream->shutdown_write();
    accepted[2]->send("HTTP/1.1 200 OK\r\n\r\n" + std::string(kMaxHttpReplyBytes + 1, 'x'));
    accepted[3]->stream->reset();
    ASSERT_TRUE(turn_until([&] { return results.size() == 4; }));
    std::multimap<std::string, int> kinds;
    for (const auto& [id, text] : results) kinds.emplace(text, 0);
    EXPECT_EQ(kinds.count("protocol"), 2u);
    EXPECT_EQ(kinds.count("reset"), 2u);
}

TEST_F(HttpCallerTest, NobodyListens) {
    const Endpoint gone = router->local();
    router.reset();
    call(1, gone);
    EXPECT_FALSE(results.contains(1));
    EXPECT_EQ(result(1), "refused");
}

TEST_F(HttpCallerTest, ASlowRouter) {
    const TimePoint begun = loop.now();
    call(1);
    asked().send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
    TimePoint next = loop.now();
    turn_until(
        [&] {
            if (loop.now() >= next && !accepted[0]->ended) {
                accepted[0]->send("x");
                next = loop.now() + 100ms;
            }
            return results.contains(1);
        },
        2 * kHttpCallTime);
    EXPECT_EQ(results[1], "timed_out");
    EXPECT_GE(loop.now() - begun, kHttpCallTime);
    EXPECT_LT(loop.now() - begun, kHttpCallTime + 1s);
}

TEST_F(HttpCallerTest, ABrokenCall) {
    caller->call({.id = HttpCallId{1}, .to = router->local(), .method = "GET", .path = "no slash"},
                 [this](HttpCallId, const Result<HttpReply>& reply) {
                     results[1] = to_string(reply.error().code);
                 });
    EXPECT_FALSE(results.contains(1));
    EXPECT_EQ(result(1), "invalid");
}

// What is beyond the limit is told so; a place is free again when a call is over.
TEST_F(HttpCallerTest, AtMostSoMany) {
    for (std::uint64_t i = 0; i <= kMaxHttpCalls; ++i) call(i);
    EXPECT_EQ(caller->open(), kMaxHttpCalls);
    EXPECT_EQ(result(kMaxHttpCalls), "limit");
    EXPECT_THAT(results, SizeIs(1));
    for (std::size_t i = 0; i < kMaxHttpCalls; ++i) asked(i).send(kOk);
    ASSERT_TRUE(turn_until([&] { return results.size() == kMaxHttpCalls + 1; }));
    call(100);
    asked(kMaxHttpCalls).send(kOk);
    EXPECT_EQ(result(100), "200 ok");
}

TEST_F(HttpCallerTest, DestroyingItCancels) {
    call(1);
    asked().send(kOk);
    call(2);
    caller.reset();
    turn_until([] { return false; }, 100ms);
    EXPECT_TRUE(results.empty());
    EXPECT_TRUE(accepted[0]->ended.has_value());
}

// Whoever is told may end the caller; the others who were to be told then are not.
TEST_F(HttpCallerTest, AResultMayEndIt) {
    int told = 0;
    for (std::uint64_t i = 0; i < 3; ++i) {
        caller->call({.id = HttpCallId{i}, .to = router->local(), .method = "GET", .path = "bad"},
                     [&](HttpCallId, const Result<HttpReply>&) {
                         ++told;
                         caller.reset();
                     });
    }
    turn_until([] { return false; }, 50ms);
    EXPECT_EQ(told, 1);
}

TEST_F(HttpCallerTest, AResultMayCallAgain) {
    caller->call({.id = HttpCallId{1}, .to = router->local(), .method = "GET", .path = "bad"},
                 [&](HttpCallId, const Result<HttpReply>&) { call(2); });
    asked().send(kOk);
    EXPECT_EQ(result(2), "200 ok");
}

TEST_F(HttpCallerTest, FromAnAddressOfOurs) {
    const IpAddress source = *IpAddress::parse("127.0.0.9");
    caller = std::make_unique<HttpCaller>(loop, network, HttpSources{.v4 = source});
    call(1);
    EXPECT_EQ(asked().stream->peer().address, source);
    asked().send(kOk);
    EXPECT_EQ(result(1), "200 ok");
    caller = std::make_unique<HttpCaller>(loop, network,
                                          HttpSources{.v4 = *IpAddress::parse("192.0.2.77")});
    call(2);
    EXPECT_EQ(result(2), "unreachable");
}

}  // namespace
}  // namespace homeport::reach
