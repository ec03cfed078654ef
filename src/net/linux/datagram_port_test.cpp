#include "net/linux/datagram_port.hpp"
#include "net/linux/network.hpp"

#include <gmock/gmock.h>
#include <optional>
#include <string>

namespace homeport::net {
namespace {

const Endpoint kHere{*IpAddress::parse("127.0.0.1"), 0};

struct DatagramPortTest : ::testing::Test {
    std::unique_ptr<DatagramPort> open(DatagramSink sink) {
        auto opened = network.open_datagrams(kHere, std::move(sink));
        EXPECT_TRUE(opened.has_value());
        return std::move(*opened);
    }
    void turn_until(const bool& over) {
        for (int i = 0; i < 1000 && !over; ++i) loop.turn(10ms);
        EXPECT_TRUE(over);
    }

    EpollLoop loop;
    LinuxNetwork network{loop};
};

// Question and answer between two ports, with the addresses of both.
TEST_F(DatagramPortTest, ThereAndBack) {
    bool over = false;
    std::unique_ptr<DatagramPort> server;
    std::unique_ptr<DatagramPort> client;
    server = open([&](const Endpoint& from, Bytes datagram) {
        EXPECT_EQ(from, client->local());
        EXPECT_TRUE(server->send(from, as_bytes("re: " + std::string(as_text(datagram)))));
    });
    client = open([&](const Endpoint& from, Bytes datagram) {
        EXPECT_EQ(from, server->local());
        EXPECT_EQ(as_text(datagram), "re: hello");
        over = true;
    });
    EXPECT_TRUE(client->send(server->local(), as_bytes("hello")));
    turn_until(over);
}

// More than one turn takes: all arrive, in the order sent.
TEST_F(DatagramPortTest, ManyAtOnce) {
    constexpr int kCount = 200;
    int next = 0;
    bool over = false;
    auto server = open([&](const Endpoint&, Bytes datagram) {
        EXPECT_EQ(as_text(datagram), std::to_string(next));
        over = ++next == kCount;
    });
    auto client = open([](const Endpoint&, Bytes) {});
    for (int i = 0; i < kCount; ++i)
        EXPECT_TRUE(client->send(server->local(), as_bytes(std::to_string(i))));
    turn_until(over);
}

// The sink may destroy its port, even with more to come.
TEST_F(DatagramPortTest, ASinkMayEndIt) {
    bool over = false;
    std::unique_ptr<DatagramPort> server;
    server = open([&](const Endpoint&, Bytes) {
        server.reset();
        over = true;
    });
    auto client = open([](const Endpoint&, Bytes) {});
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(client->send(server->local(), as_bytes("x")));
    turn_until(over);
    EXPECT_EQ(server, nullptr);
}

// Too long a datagram is an error of the call; nobody listening is none.
TEST_F(DatagramPortTest, Errors) {
    auto port = open([](const Endpoint&, Bytes) {});
    EXPECT_FALSE(port->send(port->local(), Bytes(std::vector<std::byte>(70'000))));
    const Endpoint nobody{*IpAddress::parse("127.0.0.1"), 9};
    EXPECT_TRUE(port->send(nobody, as_bytes("x")));
    EXPECT_FALSE(network.open_datagrams(port->local(), [](const Endpoint&, Bytes) {}));
}

}  // namespace
}  // namespace homeport::net
