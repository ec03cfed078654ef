#include "dns/check/exchange.hpp"

#include "dns/check/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns::check {
namespace {

using namespace testing;
using Action = Exchange::Action;
using Kind = Outcome::Kind;

struct ExchangeTest : ::testing::Test {
    const Endpoint server = at("192.0.2.53:53");
    const Ask ask{name("home.example"), RrType::a};
    const Outcome good = reply({answer("home.example", RrType::a, address("192.0.2.1"))}, true);
    TimePoint now{1h};
    Exchange exchange{{server, ask}, 7, 3s};
};

// Three datagrams spread over the time, then silence.
TEST_F(ExchangeTest, SilenceAfterThreeTries) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(exchange.poll(now), Action::send);
        EXPECT_EQ(exchange.poll(now), Action::none);
        EXPECT_EQ(exchange.deadline(), now + 1s);
        now += 1s;
    }
    EXPECT_EQ(exchange.poll(now), Action::over);
    EXPECT_EQ(exchange.outcome().kind, Kind::silent);
}

// The reply to an earlier try counts, with the time since the first.
TEST_F(ExchangeTest, LateReplyCounts) {
    EXPECT_EQ(exchange.poll(now), Action::send);
    EXPECT_EQ(exchange.poll(now + 1s), Action::send);
    exchange.on_datagram(server, message(7, ask, good), now + 1100ms);
    EXPECT_EQ(exchange.poll(now + 1100ms), Action::over);
    EXPECT_EQ(exchange.outcome().kind, Kind::reply);
    EXPECT_EQ(exchange.outcome().took, 1100ms);
    EXPECT_TRUE(exchange.outcome().reply.authoritative);
}

// Another source, port, id or question: not the reply, however good it looks.
TEST_F(ExchangeTest, StrangersAreIgnored) {
    EXPECT_EQ(exchange.poll(now), Action::send);
    exchange.on_datagram(at("192.0.2.54:53"), message(7, ask, good), now);
    exchange.on_datagram(at("192.0.2.53:54"), message(7, ask, good), now);
    exchange.on_datagram(server, message(8, ask, good), now);
    exchange.on_datagram(server, message(7, {ask.name, RrType::aaaa}, good), now);
    exchange.on_datagram(server, as_bytes("noise"), now);
    EXPECT_EQ(exchange.poll(now), Action::none);
    exchange.on_datagram(server, message(7, ask, good), now);
    EXPECT_EQ(exchange.poll(now), Action::over);
}

TEST_F(ExchangeTest, BrokenReplyIsTold) {
    EXPECT_EQ(exchange.poll(now), Action::send);
    Octets broken = message(7, ask, good);
    broken.pop_back();
    exchange.on_datagram(server, broken, now);
    EXPECT_EQ(exchange.poll(now), Action::over);
    EXPECT_EQ(exchange.outcome().kind, Kind::garbled);
}

// A truncated reply: TCP, with as much time again.
TEST_F(ExchangeTest, TruncatedThenTcp) {
    EXPECT_EQ(exchange.poll(now), Action::send);
    exchange.on_datagram(server, message(7, ask, reply({}), true), now + 10ms);
    EXPECT_EQ(exchange.poll(now + 10ms), Action::dial);
    EXPECT_EQ(exchange.poll(now + 10ms), Action::none);
    EXPECT_EQ(exchange.deadline(), now + 10ms + 3s);
    exchange.on_datagram(server, message(7, ask, good), now + 20ms);
    EXPECT_EQ(exchange.poll(now + 20ms), Action::none);
    exchange.on_tcp_message(message(7, ask, good), now + 30ms);
    exchange.on_tcp_failed();
    EXPECT_EQ(exchange.poll(now + 30ms), Action::over);
    EXPECT_EQ(exchange.outcome().kind, Kind::reply);
    EXPECT_EQ(exchange.outcome().took, 30ms);
}

TEST_F(ExchangeTest, TcpDoesNotHelp) {
    for (int how = 0; how < 3; ++how) {
        Exchange one({server, ask}, 7, 3s);
        EXPECT_EQ(one.poll(now), Action::send);
        one.on_datagram(server, message(7, ask, reply({}), true), now);
        EXPECT_EQ(one.poll(now), Action::dial);
        if (how == 0) one.on_tcp_failed();
        if (how == 1) one.on_tcp_message(message(7, ask, reply({}), true), now);
        EXPECT_EQ(one.poll(how == 2 ? now + 3s : now), Action::over);
        EXPECT_EQ(one.outcome().kind, Kind::no_tcp);
    }
}

// No way there is the end; a full socket is as if the datagram were lost.
TEST_F(ExchangeTest, SendingFails) {
    EXPECT_EQ(exchange.poll(now), Action::send);
    exchange.on_send_failed(Errc::limit);
    EXPECT_EQ(exchange.poll(now), Action::none);
    exchange.on_send_failed(Errc::unreachable);
    EXPECT_EQ(exchange.poll(now), Action::over);
    EXPECT_EQ(exchange.outcome().kind, Kind::unreachable);
}

}  // namespace
}  // namespace homeport::dns::check
