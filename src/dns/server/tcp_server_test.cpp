#include "dns/server/tcp_server.hpp"

#include "dns/server/tcp_testing.hpp"

#include <random>

namespace homeport::dns {
namespace {

using namespace tcp_testing;
using ::testing::ElementsAre;

// Pipelined queries are answered in order, together with what the handler must know.
TEST_F(TcpServerTest, PipelinedInOrder) {
    const auto line = connect("192.0.2.9");
    line->send(frame(query("a")) + frame(query("b")) + frame(query("c")));
    loop.run();
    EXPECT_THAT(messages_in(line->take()), ElementsAre(query("a"), query("b"), query("c")));
    EXPECT_EQ(handler.last_from, line->peer);
    EXPECT_THAT(ask(*line, "d"), ElementsAre(query("d")));
    EXPECT_EQ(server.counters().queries, 4u);
    EXPECT_EQ(server.counters().messages, 4u);
    EXPECT_EQ(server.unread_bytes(), 0u);
}

// An answer that comes later holds up those behind it on its connection, and nobody else.
TEST_F(TcpServerTest, ALateAnswerKeepsTheOrder) {
    const auto line = connect();
    const auto other = connect("192.0.2.2");
    line->send(frame(query("a")) + frame(query("late")) + frame(query("b")));
    loop.run();
    EXPECT_THAT(messages_in(line->take()), ElementsAre(query("a")));
    EXPECT_THAT(ask(*other, "c"), ElementsAre(query("c")));
    loop.advance(kTcpIdleTime * 2);
    const std::string text = "here it is";
    handler.late.at(0)->complete({as_bytes(text).begin(), as_bytes(text).end()});
    loop.run();
    EXPECT_THAT(messages_in(line->take()), ElementsAre(text, query("b")));
    line->send(frame(query("late")) + frame(query("d")));
    loop.run();
    handler.late.at(1)->complete({});
    loop.run();
    EXPECT_THAT(messages_in(line->take()), ElementsAre());
    EXPECT_EQ(server.connections(), 0u);
}

// A client that has sent its last query still gets the late answer; one that is gone gets none.
TEST_F(TcpServerTest, ALateAnswerToAnEnd) {
    const auto line = connect();
    line->send(frame(query("late")));
    line->shut();
    loop.run();
    handler.late.at(0)->complete({std::byte{'x'}});
    loop.run();
    EXPECT_THAT(messages_in(line->take()), ElementsAre("x"));
    const auto gone = connect();
    gone->send(frame(query("late")));
    loop.run();
    gone->cut();
    loop.run();
    handler.late.at(1)->complete({std::byte{'y'}});
    loop.run();
    EXPECT_EQ(server.connections(), 0u);
}

// Queries and answers of the largest size, and of the smallest.
TEST_F(TcpServerTest, ExtremeSizes) {
    const auto line = connect();
    const std::string longest(kMaxMessageBytes, 'l');
    const std::string shortest(kHeaderBytes, 's');
    line->send(frame(longest) + frame(shortest) + frame(longest));
    std::string all;
    for (int i = 0; i < 10; ++i) {
        loop.run();
        all += line->take();
    }
    EXPECT_EQ(messages_in(all), (std::vector{longest, shortest, longest}));
}

// A client that sends octet by octet is served, if the query is complete in time.
TEST_F(TcpServerTest, OctetByOctet) {
    const auto line = connect();
    for (const char octet : frame(query("slow"))) {
        line->send({&octet, 1});
        loop.advance(100ms);
    }
    EXPECT_THAT(messages_in(line->take()), ElementsAre(query("slow")));
    for (const char octet : frame(query("too slow"))) {
        line->send({&octet, 1});
        loop.advance(400ms);
    }
    EXPECT_TRUE(line->saw_reset());
    EXPECT_EQ(server.connections(), 0u);
    EXPECT_EQ(server.counters().cut, 1u);
}

// The time for a query begins with its first octet, and anew with the next query.
TEST_F(TcpServerTest, EachQueryHasItsTime) {
    const auto line = connect();
    const std::string whole = frame(query("q"));
    for (int i = 0; i < 5; ++i) {
        line->send(whole.substr(0, 5));
        loop.run();
        loop.advance(kTcpQueryTime - 1ms);
        line->send(whole.substr(5));
        loop.run();
        EXPECT_THAT(messages_in(line->take()), ElementsAre(query("q")));
    }
    line->send(whole + whole.substr(0, 1));
    loop.run();
    loop.advance(kTcpQueryTime - 1ms);
    EXPECT_FALSE(line->closed());
    loop.advance(1ms);
    EXPECT_TRUE(line->saw_reset());
}

// Who is idle is closed cleanly, after the time since its last query, or since it came.
TEST_F(TcpServerTest, IdleIsClosed) {
    const auto silent = connect();
    loop.advance(5s);
    const auto asked = connect();
    loop.advance(4s);
    EXPECT_THAT(ask(*asked, "x"), ElementsAre(query("x")));
    loop.advance(1s - 1ms);
    EXPECT_FALSE(silent->closed());
    loop.advance(1ms);
    EXPECT_TRUE(silent->saw_end());
    loop.advance(9s - 1ms);
    EXPECT_FALSE(asked->closed());
    loop.advance(1ms);
    EXPECT_TRUE(asked->saw_end());
    EXPECT_EQ(server.counters().idle, 2u);
}

// What is no message closes the connection, after the answers before; nothing behind it is read.
TEST_F(TcpServerTest, GarbageCloses) {
    const std::string bad[] = {frame(""), frame("x"), frame("elevenocts."),
                               std::string(1000, '\0')};
    for (const std::string& garbage : bad) {
        const auto line = connect();
        line->send(frame(query("a")) + garbage + frame(query("b")));
        loop.run();
        EXPECT_THAT(messages_in(line->take()), ElementsAre(query("a")));
        EXPECT_TRUE(line->saw_end());
    }
    EXPECT_EQ(server.counters().malformed, 4u);
    EXPECT_EQ(server.connections(), 0u);
}

// A handler without an answer closes the connection.
TEST_F(TcpServerTest, NoAnswerCloses) {
    const auto line = connect();
    line->send(frame(query("a")) + frame(query("nothing")) + frame(query("b")));
    loop.run();
    EXPECT_THAT(messages_in(line->take()), ElementsAre(query("a")));
    EXPECT_TRUE(line->saw_end());
}

// A client that shuts its side gets all its answers, then the end; a rest that is no query does not
// hold it up.
TEST_F(TcpServerTest, HalfCloseGetsAnswers) {
    const auto line = connect();
    line->window = 10;
    std::string queries;
    for (int i = 0; i < 250; ++i) queries += frame(query(std::to_string(i)));
    line->send(queries + "\x01");
    line->shut();
    std::string all;
    while (!line->closed()) {
        loop.run();
        all += line->take();
    }
    EXPECT_EQ(messages_in(all).size(), 250u);
    EXPECT_EQ(messages_in(all).back(), query("249"));
    EXPECT_TRUE(line->saw_end());
}

// A client that is cut is forgotten, whatever it was owed.
TEST_F(TcpServerTest, CutClientIsForgotten) {
    const auto line = connect();
    line->window = 0;
    line->send(frame(query("transfer")));
    loop.run();
    EXPECT_EQ(handler.sources, 1u);
    line->cut();
    loop.run();
    EXPECT_EQ(server.connections(), 0u);
    EXPECT_EQ(handler.sources, 0u);
    EXPECT_EQ(server.unread_bytes(), 0u);
}

// Who never reads is read from no more when its answers fill their room, and is cut; the answers of
// others are not held up.
TEST_F(TcpServerTest, NeverReads) {
    const auto line = connect();
    std::string many;
    for (int i = 0; i < 40; ++i) many += frame(query("much"));
    line->send(many);
    for (int i = 0; i < 50'000; ++i) line->send(frame(query("x")));
    loop.run();
    EXPECT_LE(server.unread_bytes(), kTcpUnreadBytes + kChunkBytes);
    EXPECT_LT(handler.asked, 10u);
    EXPECT_GT(line->unread(), 50'000u);
    const auto other = idle_client();
    loop.advance(kTcpStallTime - 1ms);
    EXPECT_FALSE(line->saw_reset());
    loop.advance(1ms);
    EXPECT_TRUE(line->saw_reset());
    EXPECT_EQ(server.counters().cut, 1u);
    EXPECT_EQ(server.unread_bytes(), 0u);
}

// A slow reader gets everything: each octet taken gives it new time. A query that came in part
// and cannot be read on has all its time left.
TEST_F(TcpServerTest, SlowReaderGetsAll) {
    const auto line = connect();
    std::string many;
    for (int i = 0; i < 20; ++i) many += frame(query("much"));
    const std::string last = frame(query("last"));
    line->send(many + last.substr(0, 8));
    std::string all;
    for (int i = 0; i < 40; ++i) {
        loop.advance(kTcpStallTime - 1ms);
        if (i == 5) line->send(last.substr(8));
        all += line->take();
        ASSERT_FALSE(line->closed());
        if (all.size() == 20 * (kMaxMessageBytes + 2) + last.size()) break;
    }
    const auto got = messages_in(all);
    EXPECT_EQ(got.size(), 21u);
    EXPECT_EQ(got.back(), query("last"));
}

// A flood of queries on one connection leaves others their turn.
TEST_F(TcpServerTest, TurnsAreShared) {
    const auto greedy = connect();
    const auto modest = connect();
    loop.run();
    std::string many;
    for (int i = 0; i < 500; ++i) many += frame(query("x"));
    greedy->send(many);
    modest->send(frame(query("m")));
    loop.run_once();
    EXPECT_EQ(messages_in(greedy->seen()).size(), kTcpQueriesPerTurn);
    EXPECT_EQ(messages_in(modest->seen()).size(), 1u);
    loop.run();
    EXPECT_EQ(messages_in(greedy->seen()).size(), 500u);
}

// A zone of many messages to a slow reader: all arrive in order, the memory stays small, and the
// query behind it is answered after.
TEST_F(TcpServerTest, TransferWithSlowReader) {
    const auto line = connect();
    line->window = 100'000;
    line->send(frame(query("transfer")) + frame(query("behind")));
    std::string all;
    std::size_t most = 0;
    int rounds = 0;
    while (all.size() < 10'000 * 1002 && ++rounds < 1000) {
        loop.run();
        most = std::max(most, server.unread_bytes());
        if (rounds < 5) loop.advance(kTcpStallTime - 1ms);
        all += line->take();
    }
    loop.run();
    const auto got = messages_in(all + line->take());
    ASSERT_EQ(got.size(), 10'001u);
    EXPECT_EQ(got[1].substr(0, 2), "1.");
    EXPECT_EQ(got[9999].substr(0, 5), "9999.");
    EXPECT_EQ(got.back(), query("behind"));
    EXPECT_LE(most, kTcpUnreadBytes + kChunkBytes);
    EXPECT_EQ(handler.sources, 0u);
    EXPECT_FALSE(line->closed());
}

// Transfers end in every way: empty, behind a half-close, one behind another.
TEST_F(TcpServerTest, TransfersEnd) {
    handler.count = 300;
    handler.bytes = 30;
    const auto line = connect();
    EXPECT_THAT(ask(*line, "empty transfer"), ElementsAre("first"));
    EXPECT_EQ(handler.sources, 0u);
    line->send(frame(query("transfer")) + frame(query("transfer")) + frame(query("y")));
    line->shut();
    loop.run();
    EXPECT_EQ(messages_in(line->take()).size(), 601u);
    EXPECT_TRUE(line->saw_end());
    EXPECT_EQ(handler.sources, 0u);
}

// Streams of queries, cut anywhere, to readers with any window: the answers are the same.
TEST_F(TcpServerTest, AnyPieces) {
    std::mt19937 random(5);  // the same in every run
    const auto below = [&](std::size_t bound) { return random() % bound; };
    for (int round = 0; round < 200; ++round) {
        const auto line = connect();
        line->window = 1 + below(5000);
        line->piece = 1 + below(3000);
        std::string wire;
        const std::size_t queries = below(50);
        for (std::size_t i = 0; i < queries; ++i) {
            const std::size_t size = kHeaderBytes + below(i % 7 == 0 ? 5000 : 60);
            wire += frame(std::string(size, static_cast<char>('a' + i % 26)));
        }
        const std::string asked = wire;
        std::string got;
        while (!wire.empty()) {
            const std::size_t part = std::min(wire.size(), 1 + below(2000));
            line->send(std::string_view(wire).substr(0, part));
            wire.erase(0, part);
            if (below(2) == 0) loop.run();
            if (below(3) == 0) got += line->take();
        }
        if (below(2) == 0) line->shut();
        for (int i = 0; i < 100'000 && got.size() < asked.size(); ++i) {
            loop.run();
            got += line->take();
        }
        ASSERT_TRUE(got == asked) << got.size() << " of " << asked.size() << " octets";
        line->cut();
        loop.run();
    }
    EXPECT_EQ(server.connections(), 0u);
}

// What the network refuses is told; nothing listens then.
TEST_F(TcpServerTest, ListenErrors) {
    const auto started = server.start({{*IpAddress::parse("192.0.2.1"), 53}});
    EXPECT_EQ(started.error().code, Errc::denied);
    EXPECT_TRUE(server.local().empty());
}

}  // namespace
}  // namespace homeport::dns
