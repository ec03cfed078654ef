#include "front/front.hpp"

#include "front/hello_testing.hpp"
#include "front/testing.hpp"

#include <gmock/gmock.h>

#include <string>

namespace homeport::front {
namespace {

using ::testing::HasSubstr;
using testing::hello_message;
using testing::http_service;
using testing::Line;
using testing::records;
using ::testing::StartsWith;
using testing::tcp_service;
using testing::tls_service;
using testing::World;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: home.example.net\r\n\r\n";

struct FrontTest : ::testing::Test {
    World world;
    Line& home() { return world.homes.last(); }
};

TEST_F(FrontTest, TcpBothWays) {
    world.publish({tcp_service("files", 42000, 42010)});
    ASSERT_TRUE(world.results[0]);
    EXPECT_EQ(world.network.handlers.size(), 2U + 11U);
    auto visitor = world.network.connect(42003);
    EXPECT_EQ(world.homes.opened.at(0).port, 42003);
    EXPECT_EQ(world.homes.opened.at(0).service, 9U);
    world.say(*visitor, "hello");
    EXPECT_EQ(home().take(), "hello");
    world.say(home(), "welcome");
    EXPECT_EQ(visitor->take(), "welcome");
    EXPECT_EQ(world.status("files").streams, 1U);
    EXPECT_EQ(world.status("files").bytes_in, 5U);
    EXPECT_EQ(world.status("files").bytes_out, 7U);
    visitor->shut();
    home().shut();
    world.loop.run();
    EXPECT_EQ(world.front->visitors(), 0U);
    EXPECT_EQ(world.status("files").streams, 0U);
    EXPECT_EQ(world.status("files").visitors_total, 1U);
}

TEST_F(FrontTest, TcpCutHomeResets) {
    world.publish({tcp_service("files", 42000)});
    auto visitor = world.network.connect(42000);
    world.loop.run();
    home().cut();
    world.loop.run();
    EXPECT_TRUE(visitor->saw_reset());
    EXPECT_EQ(world.front->visitors(), 0U);
}

// Hosts of services by port only answer addresses: another service may have visitors for them.
TEST_F(FrontTest, HostsOfPortsDoNotRoute) {
    Service shell = tcp_service("shell", 2222);
    shell.hosts = {*HostGlob::parse("a.example.net")};
    Service files = tcp_service("files", 2121);
    files.kind = ServiceKind::ftp;
    files.hosts = {*HostGlob::parse("a.example.net")};
    world.publish({shell, files});
    for (const auto& result :
         world.front->publish("other", {testing::http_service("web", "a.example.net"),
                                        testing::tls_service("mail", "a.example.net")}))
        EXPECT_TRUE(result);
    shell.hosts = {*HostGlob::parse("b.example.net")};
    world.publish({shell});
    const auto again =
        world.front->publish("third", {testing::http_service("web", "a.example.net")});
    EXPECT_FALSE(again[0]) << "it is still another's";
}

// A parked tcp visitor is not read; he is served when the home is back, else reset after park.wait.
TEST_F(FrontTest, TcpParking) {
    world.publish({tcp_service("files", 42000)});
    world.homes.go_away();
    auto served = world.network.connect(42000);
    world.say(*served, "hello");
    EXPECT_EQ(served->unread(), 5U);
    EXPECT_EQ(world.status("files").parked, 1U);
    EXPECT_EQ(world.status("files").streams, 0U);
    world.loop.advance(20s);
    world.homes.come_back();
    world.loop.run();
    EXPECT_EQ(home().take(), "hello");
    EXPECT_EQ(world.status("files").parked, 0U);

    world.homes.go_away();
    auto late = world.network.connect(42000);
    world.loop.advance(29s);
    EXPECT_FALSE(late->saw_reset());
    world.loop.advance(1s);
    EXPECT_TRUE(late->saw_reset());
    EXPECT_TRUE(home().saw_reset());
    auto cut = world.network.connect(42000);
    world.loop.run();
    home().cut(Errc::refused);
    world.loop.run();
    EXPECT_TRUE(cut->saw_reset());
    EXPECT_EQ(world.front->visitors(), 1U);
    EXPECT_EQ(world.status("files").parked, 0U);
}

TEST_F(FrontTest, TcpRulesAndNotice) {
    Service service = tcp_service("files", 42000);
    service.deny = {*Cidr::parse("198.51.100.0/24")};
    world.publish({service});
    EXPECT_TRUE(world.network.connect(42000)->saw_reset());
    auto other = world.network.connect_from(42000, "203.0.113.1");
    EXPECT_FALSE(other->saw_reset());
    world.front->park("home", "files", true);
    EXPECT_TRUE(world.network.connect_from(42000, "203.0.113.1")->saw_reset());
    EXPECT_FALSE(other->saw_reset());
    EXPECT_EQ(world.status("files").refused_total, 2U);
}

// The ClientHello reaches the home first and whole, however it came.
TEST_F(FrontTest, TlsByName) {
    world.publish({tls_service("site", "files.example.net")});
    const std::string hello = records(hello_message("Files.example.net", {"h2"}), 50);
    auto visitor = world.network.connect(443);
    for (const char c : hello) world.say(*visitor, std::string_view(&c, 1));
    ASSERT_EQ(world.homes.opened.size(), 1U);
    EXPECT_EQ(world.homes.opened[0].port, 0);
    EXPECT_EQ(home().take(), hello);
    world.say(*visitor, "finished");
    EXPECT_EQ(home().take(), "finished");
    world.say(home(), "data");
    EXPECT_EQ(visitor->take(), "data");
    EXPECT_EQ(world.pool.in_use(), 0U);
}

TEST_F(FrontTest, TlsUnknownNameGetsAlert) {
    auto visitor = world.network.connect(443);
    world.say(*visitor, records(hello_message("nobody.example.net", {}), 16384));
    EXPECT_EQ(visitor->take(), std::string("\x15\x03\x03\x00\x02\x02\x70", 7));
    EXPECT_TRUE(visitor->half_closed());
    EXPECT_FALSE(visitor->closed());
    world.loop.advance(1s);
    EXPECT_TRUE(visitor->closed());
}

// An agent's link comes with its first bytes still to be read, also when a service has that name.
TEST_F(FrontTest, TlsLinks) {
    world.publish({tls_service("site", "relay.example.net")});
    const std::string hello = records(hello_message("relay.example.net", {"homeport/1"}), 16384);
    auto agent = world.network.connect(443);
    world.say(*agent, hello);
    ASSERT_EQ(world.links.size(), 1U);
    EXPECT_EQ(world.front->visitors(), 0U);
    std::string got(hello.size(), '\0');
    const auto result =
        world.links[0]->read(MutableBytes(reinterpret_cast<std::byte*>(got.data()), got.size()));
    EXPECT_EQ(result.bytes, hello.size());
    EXPECT_EQ(got, hello);
}

TEST_F(FrontTest, TlsSlowAndWrong) {
    auto slow = world.network.connect(443);
    world.say(*slow, "\x16\x03");
    world.loop.advance(9s);
    EXPECT_FALSE(slow->closed());
    world.loop.advance(1s);
    EXPECT_TRUE(slow->closed());
    auto wrong = world.network.connect(443);
    world.say(*wrong, "GET / HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(wrong->saw_reset());
    EXPECT_EQ(world.front->visitors(), 0U);
}

// Services that stay keep listeners, visitors and counters; the others come and go.
TEST_F(FrontTest, PublishCompares) {
    world.publish({tcp_service("a", 1000, 1002), tcp_service("b", 2000),
                   http_service("web", "home.example.net")});
    auto stays = world.network.connect(1001);
    auto goes = world.network.connect(2000);
    world.loop.run();
    const int listens = world.network.listens;
    Service changed = tcp_service("a", 1000, 1002);
    changed.id = 77;
    world.publish({http_service("web", "home.example.net"), changed, tcp_service("c", 2000)});
    for (const auto& result : world.results) EXPECT_TRUE(result);
    EXPECT_EQ(world.network.listens, listens + 1);  // only c's port is opened anew
    EXPECT_FALSE(stays->saw_reset());
    EXPECT_TRUE(goes->saw_reset());
    EXPECT_EQ(world.status("a").streams, 1U);
    world.network.connect(1000);
    EXPECT_EQ(world.homes.opened.back().service, 77U);
}

// A range moves by its difference.
TEST_F(FrontTest, PublishMovesRange) {
    world.publish({tcp_service("a", 1000, 1010)});
    const int listens = world.network.listens;
    world.publish({tcp_service("a", 1005, 1012)});
    EXPECT_TRUE(world.results[0]);
    EXPECT_EQ(world.network.listens, listens + 2);
    EXPECT_FALSE(world.network.handlers.contains(1004));
    EXPECT_TRUE(world.network.handlers.contains(1012));
}

// One port that cannot be opened: the service fails as a whole and leaves nothing behind.
TEST_F(FrontTest, PublishFailsAsUnit) {
    world.network.taken[1003] = true;
    world.publish({tcp_service("a", 1000, 1005), tcp_service("b", 2000)});
    ASSERT_FALSE(world.results[0]);
    EXPECT_EQ(world.results[0].error().code, Errc::exists);
    EXPECT_THAT(world.results[0].error().what, HasSubstr("port 1003 of service \"a\""));
    EXPECT_TRUE(world.results[1]);
    EXPECT_EQ(world.network.handlers.size(), 3U);
    EXPECT_EQ(world.front->status().size(), 1U);
    // Nothing of it is owned any more, so another agent may have the range and the name.
    world.publish({tcp_service("z", 1000, 1002)}, "other");
    EXPECT_TRUE(world.results[0]);
    world.front->withdraw("other");
    world.network.taken.clear();
    world.publish({tcp_service("a", 1000, 1005), tcp_service("b", 2000)});
    EXPECT_TRUE(world.results[0]);
}

// Hosts and ports belong to who has them published.
TEST_F(FrontTest, PublishConflicts) {
    world.publish({tcp_service("a", 1000, 1005), http_service("web", "home.example.net")});
    world.publish({tcp_service("x", 1005, 1006), http_service("web", "home.example.net"),
                   tls_service("site", "home.example.net")},
                  "other");
    EXPECT_EQ(world.results[0].error().code, Errc::exists);
    EXPECT_EQ(world.results[1].error().code, Errc::exists);
    EXPECT_TRUE(world.results[2]);  // another door
    auto visitor = world.network.connect(80);
    world.say(*visitor, kGet);
    EXPECT_EQ(world.homes.opened.back().agent, "home");
    world.front->withdraw("home");
    world.publish({http_service("web", "home.example.net")}, "other");
    EXPECT_TRUE(world.results[0]);
}

TEST_F(FrontTest, PublishShapes) {
    Service bare;
    bare.name = "bare";
    world.publish({bare, tcp_service("big", 1, 60000), tcp_service("a", 7), tcp_service("a", 8)});
    EXPECT_EQ(world.results[0].error().code, Errc::invalid);
    EXPECT_EQ(world.results[1].error().code, Errc::limit);
    EXPECT_TRUE(world.results[2]);
    EXPECT_EQ(world.results[3].error().code, Errc::exists);
}

TEST_F(FrontTest, WithdrawResets) {
    world.publish({tcp_service("a", 1000), http_service("web", "home.example.net")});
    auto raw = world.network.connect(1000);
    auto busy = world.network.connect(80);
    auto idle = world.network.connect(80);
    world.say(*idle, kGet);
    world.say(home(), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    world.say(*busy, kGet);
    world.homes.go_away();
    auto parked = world.network.connect(1000);
    world.loop.run();
    world.front->withdraw("home");
    EXPECT_TRUE(raw->saw_reset());
    EXPECT_TRUE(busy->saw_reset());
    EXPECT_TRUE(parked->saw_reset());
    EXPECT_FALSE(idle->saw_reset());
    EXPECT_EQ(world.front->visitors(), 1U);
    world.say(*idle, kGet);
    EXPECT_THAT(idle->take(), HasSubstr("HTTP/1.1 404 "));
    EXPECT_FALSE(world.network.handlers.contains(1000));
}

TEST_F(FrontTest, Drain) {
    world.publish({tcp_service("a", 1000), http_service("web", "home.example.net")});
    auto raw = world.network.connect(1000);
    auto idle = world.network.connect(80);
    auto busy = world.network.connect(80);
    world.say(*busy, kGet);
    world.front->drain();
    EXPECT_TRUE(world.network.handlers.empty());
    EXPECT_TRUE(idle->closed());
    world.say(home(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_THAT(busy->take(), HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(busy->closed());
    world.say(*raw, "still here");
    EXPECT_EQ(world.homes.opened[0].line->take(), "still here");
    EXPECT_EQ(world.front->visitors(), 1U);
}

struct ProxyTest : ::testing::Test {
    static Front::Options options() {
        Front::Options options;
        options.front.trusted_proxies = {*Cidr::parse("10.0.0.0/8")};
        return options;
    }
    World world{options()};
    void SetUp() override {
        world.publish({http_service("web", "home.example.net"), tcp_service("a", 1000),
                       tls_service("site", "files.example.net")});
    }
};

// A trusted balancer says whom it brings, at every door.
TEST_F(ProxyTest, TrustedBalancer) {
    const std::string header = "PROXY TCP4 203.0.113.9 192.0.2.1 5555 80\r\n";
    auto http = world.network.connect_from(80, "10.1.2.3");
    world.say(*http, header.substr(0, 10));
    world.say(*http, header.substr(10) + std::string(kGet));
    ASSERT_EQ(world.homes.opened.size(), 1U);
    EXPECT_EQ(world.homes.opened[0].visitor.source.to_string(), "203.0.113.9:5555");
    EXPECT_THAT(world.homes.last().take(), HasSubstr("X-Real-IP: 203.0.113.9\r\n"));

    auto tcp = world.network.connect_from(1000, "10.1.2.3");
    world.say(*tcp, header + "hello");
    EXPECT_EQ(world.homes.last().take(), "hello");
    world.say(*tcp, " again");
    EXPECT_EQ(world.homes.last().take(), " again");

    const std::string hello = records(hello_message("files.example.net", {}), 16384);
    auto tls = world.network.connect_from(443, "10.1.2.3");
    world.say(*tls, header + hello);
    EXPECT_EQ(world.homes.last().take(), hello);
    EXPECT_EQ(world.homes.opened.size(), 3U);
}

// A balancer that sends none is cut; a stranger's header is just bytes.
TEST_F(ProxyTest, NoHeaderOrNoTrust) {
    auto balancer = world.network.connect_from(80, "10.1.2.3");
    world.say(*balancer, kGet);
    EXPECT_TRUE(balancer->saw_reset());
    auto slow = world.network.connect_from(80, "10.1.2.3");
    world.say(*slow, "PROXY ");
    world.loop.advance(10s);
    EXPECT_TRUE(slow->saw_reset());
    auto stranger = world.network.connect_from(80, "203.0.113.1");
    world.say(*stranger, "PROXY TCP4 6.6.6.6 192.0.2.1 5555 80\r\n\r\n");
    EXPECT_THAT(stranger->take(), StartsWith("HTTP/1.1 400 "));
    EXPECT_EQ(world.homes.opened.size(), 0U);
}

TEST_F(ProxyTest, WithdrawnWhileReadingTheHeader) {
    auto tcp = world.network.connect_from(1000, "10.1.2.3");
    world.say(*tcp, "PROXY ");
    world.front->withdraw("home");
    EXPECT_TRUE(tcp->saw_reset());
    EXPECT_EQ(world.front->visitors(), 0U);
}

}  // namespace
}  // namespace homeport::front
