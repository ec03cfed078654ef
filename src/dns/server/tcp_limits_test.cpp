/// The bounds of TcpServer, and the whole of it over sockets.
#include "dns/server/tcp_server.hpp"
#include "dns/server/tcp_testing.hpp"
#include "net/linux/linux_test_peers.hpp"

#include <random>

namespace homeport::dns {
namespace {

using namespace tcp_testing;
using ::testing::ElementsAre;

struct SmallTcpServerTest : TcpServerTest {
    SmallTcpServerTest()
        : TcpServerTest({.connections = 8,
                         .connections_per_source = 4,
                         .unread_total_bytes = 10 * kChunkBytes,
                         .held_total_bytes = 300'000}) {}

    std::string source(int number) { return "198.51.100." + std::to_string(number); }
};

// Full: who has been idle longest makes room. Those with a query on the way or answers unread do
// not; when there are only such, the newcomer is reset.
TEST_F(SmallTcpServerTest, OldestIdleMakesRoom) {
    std::vector<std::shared_ptr<Line>> lines;
    for (int i = 0; i < 8; ++i) {
        lines.push_back(idle_client(source(i)));
        loop.advance(1ms);
    }
    EXPECT_THAT(ask(*lines[0], "again"), ElementsAre(query("again")));
    for (int i = 2; i < 8; ++i) lines[static_cast<std::size_t>(i)]->send("\x01");
    loop.run();
    const auto ninth = connect(source(9));
    EXPECT_TRUE(lines[1]->saw_end());
    EXPECT_FALSE(lines[0]->closed());
    ninth->send("\x01");
    loop.run();
    const auto tenth = connect(source(10));
    EXPECT_TRUE(lines[0]->saw_end());
    tenth->send("\x01");
    loop.run();
    const auto refused = connect(source(11));
    EXPECT_TRUE(refused->saw_reset());
    EXPECT_EQ(server.connections(), 8u);
    EXPECT_EQ(server.counters().made_room, 2u);
    EXPECT_EQ(server.counters().refused, 1u);
}

// A source has its cap, whatever room there is: its own oldest idle connection goes. An IPv6 /64 is
// one source.
TEST_F(SmallTcpServerTest, SourceHasItsCap) {
    const auto stranger = idle_client("198.51.100.1");
    std::vector<std::shared_ptr<Line>> lines;
    for (int i = 0; i < 4; ++i) lines.push_back(idle_client("2001:db8::" + std::to_string(i + 1)));
    const auto fifth = idle_client("2001:db8:0:0:ffff::1");
    EXPECT_TRUE(lines[0]->saw_end());
    EXPECT_FALSE(stranger->closed());
    const auto neighbour = idle_client("2001:db8:0:1::1");
    EXPECT_FALSE(lines[1]->closed());
    for (std::size_t i = 1; i < 4; ++i) lines[i]->send("\x01");
    fifth->send("\x01");
    loop.run();
    EXPECT_TRUE(connect("2001:db8::9")->saw_reset());
    EXPECT_EQ(server.connections(), 6u);
}

// More than half of the places taken: the idle have less time, also those who came before.
TEST_F(SmallTcpServerTest, CrowdShortensIdleTime) {
    std::vector<std::shared_ptr<Line>> lines;
    for (int i = 0; i < 4; ++i) lines.push_back(idle_client(source(i)));
    loop.advance(kTcpCrowdedIdleTime + 1s);
    EXPECT_EQ(server.connections(), 4u);
    lines.push_back(idle_client(source(4)));
    loop.run();
    EXPECT_TRUE(lines[0]->saw_end());
    EXPECT_EQ(server.connections(), 4u);
    loop.advance(kTcpCrowdedIdleTime + 1s);
    EXPECT_EQ(server.connections(), 4u);
    loop.advance(kTcpIdleTime);
    EXPECT_EQ(server.connections(), 0u);
}

// The memory for all answers that wait has a bound: who has stood still longest is cut.
TEST_F(SmallTcpServerTest, AllUnreadIsBounded) {
    std::vector<std::shared_ptr<Line>> lines;
    for (int i = 0; i < 3; ++i) {
        lines.push_back(connect(source(i)));
        lines.back()->window = 0;
        lines.back()->send(frame(query("much")));
        loop.advance(1ms);
    }
    EXPECT_TRUE(lines[0]->saw_reset());
    EXPECT_FALSE(lines[1]->saw_reset());
    lines[1]->window = 5000;
    lines[1]->take();
    loop.advance(1ms);
    lines.push_back(connect(source(3)));
    lines.back()->window = 0;
    lines.back()->send(frame(query("much")));
    loop.run();
    EXPECT_TRUE(lines[2]->saw_reset());
    EXPECT_FALSE(lines[1]->saw_reset());
    EXPECT_LE(server.unread_bytes(), 10 * kChunkBytes);
}

// The memory for long queries has a bound too: who makes it overflow is cut, short queries go on.
TEST_F(SmallTcpServerTest, AllHeldIsBounded) {
    const std::string longest = frame(std::string(kMaxMessageBytes, 'l'));
    std::vector<std::shared_ptr<Line>> lines;
    for (int i = 0; i < 6; ++i) {
        lines.push_back(connect(source(i)));
        lines.back()->send(longest.substr(0, longest.size() - 1));
        loop.run();
        EXPECT_LE(server.held_bytes(), 300'000u);
    }
    EXPECT_FALSE(lines[0]->closed());
    EXPECT_TRUE(lines[5]->saw_reset());
    EXPECT_THAT(ask(*connect(), "x"), ::testing::ElementsAre(query("x")));
    lines[0]->send("l");
    loop.run();
    EXPECT_EQ(lines[0]->take().size(), std::min(longest.size(), lines[0]->window));
    for (const auto& line : lines) line->cut();
    loop.run();
    loop.advance(kTcpIdleTime);
    EXPECT_EQ(server.held_bytes(), 0u);
}

// A flood of connections that say nothing, or half a query, gives the places back.
TEST_F(SmallTcpServerTest, FloodOfConnections) {
    for (int i = 0; i < 5000; ++i) {
        const auto line = connect("203.0.113." + std::to_string(i % 256));
        if (i % 3 == 0) line->send("\x01");
        if (i % 7 == 0) loop.run();
        if (i % 50 == 0) loop.advance(1s);
        ASSERT_LE(server.connections(), 8u);
    }
    loop.advance(kTcpIdleTime + kTcpQueryTime);
    EXPECT_EQ(server.connections(), 0u);
    EXPECT_THAT(ask(*connect(), "x"), ElementsAre(query("x")));
}

// ---- over sockets

struct RealTcpServerTest : net::LinuxTest {
    void SetUp() override { ASSERT_TRUE(server.start({net::loopback(), v6_loopback()})); }
    static Endpoint v6_loopback() { return {*IpAddress::parse("::1"), 0}; }

    std::unique_ptr<net::Talker> client(const Endpoint& at) {
        dial(at);
        return std::move(dialled);
    }

    Echo handler;
    TcpServer server{loop, network, handler, {.connections = 20, .connections_per_source = 10}};
};

// Both families: pipelined queries and a transfer, a half-close, then the end.
TEST_F(RealTcpServerTest, ServesBothFamilies) {
    for (const Endpoint& at : server.local()) {
        const auto asker = client(at);
        asker->send(frame(query("a")) + frame(query("transfer")) + frame(query("b")));
        asker->stream->shutdown_write();
        ASSERT_TRUE(turn_until([&] { return asker->ended.has_value(); }));
        EXPECT_EQ(asker->ended, net::IoResult::Status::eof);
        const auto got = messages_in(asker->text);
        ASSERT_EQ(got.size(), 10'002u);
        EXPECT_EQ(got.front(), query("a"));
        EXPECT_EQ(got.back(), query("b"));
        EXPECT_EQ(handler.last_from.address, at.address);
    }
}

// Clients that ask for much and never read hold little; one that starts to read gets it all.
TEST_F(RealTcpServerTest, ClientsThatNeverRead) {
    std::vector<std::unique_ptr<net::Talker>> lazy;
    for (int i = 0; i < 8; ++i) {
        lazy.push_back(client(server.local()[0]));
        lazy.back()->reading = false;
        lazy.back()->send(frame(query("transfer")));
    }
    turn_until([] { return false; }, 300ms);
    EXPECT_LE(server.unread_bytes(), 8 * (kTcpUnreadBytes + kChunkBytes));
    EXPECT_EQ(handler.sources, 8u);
    lazy[3]->reading = true;
    lazy[3]->on_readable();
    const std::size_t all = 10'000 * 1002;
    EXPECT_TRUE(turn_until([&] { return lazy[3]->text.size() == all; }));
    EXPECT_EQ(messages_in(lazy[3]->text).size(), 10'000u);
    EXPECT_EQ(handler.sources, 7u);
    lazy.clear();
    EXPECT_TRUE(turn_until([&] { return server.connections() == 0; }));
    EXPECT_EQ(handler.sources, 0u);
}

// Garbage and floods: whoever comes after them is served.
TEST_F(RealTcpServerTest, SurvivesGarbageAndFloods) {
    std::mt19937 random(3);
    std::vector<std::unique_ptr<net::Talker>> crowd;
    for (int i = 0; i < 200; ++i) {
        crowd.push_back(client(server.local()[static_cast<std::size_t>(i % 2)]));
        if (!crowd.back()) continue;  // reset before it was noticed
        std::string noise(random() % 3000, '\0');
        for (char& octet : noise) octet = static_cast<char>(random());
        crowd.back()->send(noise);
        if (i % 3 == 0) crowd.back()->stream->reset();
    }
    turn_until([] { return false; }, 100ms);
    EXPECT_LE(server.connections(), 20u);
    crowd.clear();
    ASSERT_TRUE(turn_until([&] { return server.connections() == 0; }));
    const auto asker = client(server.local()[0]);
    asker->send(frame(query("a")));
    EXPECT_TRUE(turn_until([&] { return messages_in(asker->text).size() == 1; }));
}

}  // namespace
}  // namespace homeport::dns
