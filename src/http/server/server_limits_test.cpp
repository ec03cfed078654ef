/// The bounds of Server: time, places, memory; and who counts as the source.
#include "http/server/server.hpp"
#include "http/server/server_testing.hpp"

namespace homeport::http {
namespace {

using namespace server_testing;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(ServerTest, IdleIsClosed) {
    const auto silent = connect();
    const auto line = idle_client();
    loop.advance(kIdleTime - 1s);
    EXPECT_THAT(ask(*line, get("/a")), ElementsAre("200 GET /a"));
    loop.advance(1s);
    EXPECT_TRUE(silent->saw_end());
    EXPECT_FALSE(line->closed());
    loop.advance(kIdleTime - 1s);
    EXPECT_TRUE(line->saw_end());
    EXPECT_EQ(server->counters().idle, 2u);
}

// Octet by octet is allowed, within the time of a head; each request has its own.
TEST_F(ServerTest, SlowHead) {
    const auto line = connect();
    const std::string request = get("/a");
    for (int round = 0; round < 3; ++round) {
        line->send(request.substr(0, 10));
        loop.run();
        loop.advance(kHeadTime - 1s);
        EXPECT_THAT(ask(*line, request.substr(10)), ElementsAre("200 GET /a"));
    }
    for (const char octet : request) {
        line->send({&octet, 1});
        loop.advance(kHeadTime / 20);
    }
    EXPECT_THAT(answers_in(line->take()), ElementsAre(StartsWith("408 408")));
    loop.advance(kLingerTime);
    EXPECT_TRUE(line->saw_end());
}

TEST_F(ServerTest, SlowBody) {
    const auto line = connect();
    const std::string request = post("0123456789");
    line->send(request.substr(0, request.size() - 10));
    loop.run();
    loop.advance(kBodyTime - 1s);
    EXPECT_THAT(ask(*line, "0123456789"), ElementsAre("200 POST /p [0123456789]"));
    line->send(request.substr(0, request.size() - 1));
    loop.run();
    loop.advance(kBodyTime - 1s);
    EXPECT_THAT(line->seen(), "");
    loop.advance(1s);
    EXPECT_THAT(answers_in(line->take()), ElementsAre(StartsWith("408 408")));
}

// Who does not read is cut; who reads slowly is not. His further requests wait in the kernel.
TEST_F(ServerTest, SlowReader) {
    const auto slow = connect();
    slow->window = 1000;
    slow->send(get("/long") + get("/a"));
    std::string all;
    for (int i = 0; i < 500 && !all.ends_with("GET /a"); ++i) {
        loop.advance(1s);
        all += slow->take();
    }
    EXPECT_THAT(answers_in(all),
                ElementsAre("200 " + std::string(handler.long_bytes, 'l'), "200 GET /a"));
    const auto deaf = connect();
    deaf->window = 1000;
    deaf->send(get("/long"));
    loop.run();
    loop.advance(kStallTime - 1s);
    EXPECT_FALSE(deaf->closed());
    loop.advance(1s);
    EXPECT_TRUE(deaf->saw_reset());
    EXPECT_EQ(server->counters().cut, 1u);
}

TEST_F(ServerTest, UnreadAnswersHoldRequestsUp) {
    handler.long_bytes = kUnsentBytes / 2;
    const auto line = connect();
    line->window = 1;
    std::string many;
    for (int i = 0; i < 100; ++i) many += get("/long");
    line->send(many);
    loop.run();
    EXPECT_LE(handler.asked, 4u);
    line->window = SIZE_MAX;
    std::string all = line->take();
    loop.run();
    all += line->take();
    EXPECT_THAT(answers_in(all), SizeIs(100));
}

// One client with very many requests does not keep others from their turn.
TEST_F(ServerTest, TurnsAreShared) {
    const auto busy = connect();
    std::string many;
    for (std::size_t i = 0; i < 3 * kRequestsPerTurn; ++i) many += get("/a");
    busy->send(many);
    const auto other = connect();
    other->send(get("/b"));
    loop.run_once();
    loop.run_once();
    EXPECT_LT(handler.asked, 3 * kRequestsPerTurn);
    EXPECT_THAT(answers_in(other->seen()), ElementsAre("200 GET /b"));
    std::string all = busy->take();
    loop.run();
    all += busy->take();
    EXPECT_THAT(answers_in(all), SizeIs(3 * kRequestsPerTurn));
}

struct SmallServerTest : ServerTest {
    SmallServerTest()
        : ServerTest({.trusted_proxies = {*Cidr::parse("10.0.0.0/8")},
                      .connections = 8,
                      .connections_per_source = 4}) {}
    std::string source(int number) { return "198.51.100." + std::to_string(number); }
};

// Full: who has been waited for longest makes room, not those who are being answered.
TEST_F(SmallServerTest, LongestAwaitedMakesRoom) {
    std::vector<std::shared_ptr<Line>> lines;
    for (int i = 0; i < 8; ++i) lines.push_back(idle_client(source(i)));
    EXPECT_THAT(ask(*lines[0], get("/x")), ElementsAre("200 GET /x"));
    for (std::size_t i = 2; i < 8; ++i) ask(*lines[i], get("/later"));
    const auto ninth = connect(source(9));
    EXPECT_TRUE(lines[1]->saw_end());
    EXPECT_FALSE(lines[0]->closed());
    EXPECT_THAT(ask(*ninth, get("/later")), SizeIs(0));
    const auto tenth = connect(source(10));
    EXPECT_TRUE(lines[0]->saw_end());
    ask(*tenth, get("/later"));
    EXPECT_TRUE(connect(source(11))->saw_reset());
    EXPECT_EQ(server->connections(), 8u);
    EXPECT_EQ(server->counters().made_room, 2u);
    EXPECT_EQ(server->counters().refused, 1u);
}

// Requests that never end do not keep others out, however busy they look.
TEST_F(SmallServerTest, SlowHeadsAndBodiesMakeRoom) {
    std::vector<std::shared_ptr<Line>> lines;
    for (int i = 0; i < 8; ++i) {
        lines.push_back(connect(source(i)));
        const std::string request = post("0123456789");
        lines.back()->send(i % 2 == 0 ? "GET /" : request.substr(0, request.size() - 1));
        loop.run();
    }
    lines[0]->send("x");
    loop.run();
    EXPECT_THAT(ask(*connect(source(9)), get("/a")), ElementsAre("200 GET /a"));
    EXPECT_TRUE(lines[0]->saw_end()) << "a byte more does not count";
    EXPECT_THAT(ask(*connect(source(10)), get("/b")), ElementsAre("200 GET /b"));
    EXPECT_TRUE(lines[1]->saw_end());
    EXPECT_FALSE(lines[2]->closed());
    EXPECT_THAT(ask(*lines[3], "9"), ElementsAre("200 POST /p [0123456789]"));
    EXPECT_EQ(server->counters().refused, 0u);
}

// A source has its cap, an IPv6 /64 is one source; trusted proxies have none.
TEST_F(SmallServerTest, SourceHasItsCap) {
    const auto stranger = idle_client(source(1));
    std::vector<std::shared_ptr<Line>> lines;
    for (int i = 0; i < 4; ++i) lines.push_back(idle_client("2001:db8::" + std::to_string(i + 1)));
    const auto fifth = idle_client("2001:db8:0:0:ffff::1");
    EXPECT_TRUE(lines[0]->saw_end());
    EXPECT_FALSE(stranger->closed());
    for (std::size_t i = 1; i < 4; ++i) ask(*lines[i], get("/later"));
    ask(*fifth, get("/later"));
    EXPECT_TRUE(connect("2001:db8::9")->saw_reset());
    lines.clear();
    for (int i = 0; i < 3; ++i) lines.push_back(connect("10.0.0.1"));
    EXPECT_FALSE(stranger->closed());
    for (int i = 0; i < 2; ++i) lines.push_back(connect("10.0.0.1"));
    EXPECT_TRUE(stranger->saw_end()) << "but the places in all are for them too";
    lines.erase(lines.begin());
    for (const auto& line : lines) EXPECT_FALSE(line->closed());
}

TEST_F(SmallServerTest, SourceBehindProxies) {
    const auto proxy = connect("10.0.0.1");
    ask(*proxy, get("/",
                    "X-Forwarded-For: 203.0.113.5, 198.51.100.7\r\n"
                    "X-Forwarded-Proto: https\r\n"));
    EXPECT_EQ(handler.source, "198.51.100.7:0");
    EXPECT_TRUE(handler.secure);
    ask(*proxy, get("/"));
    EXPECT_EQ(handler.source, "10.0.0.1:1234");
    EXPECT_FALSE(handler.secure);
    const auto liar = connect("203.0.113.1");
    ask(*liar, get("/", "X-Forwarded-For: 198.51.100.7\r\n"));
    EXPECT_EQ(handler.source, "203.0.113.1:1234");
}

}  // namespace
}  // namespace homeport::http
