#include "reach/service/knock_door.hpp"

#include "net/linux/linux_test_peers.hpp"
#include "reach/wire/knock.hpp"

#include <gmock/gmock.h>
#include <string>

namespace homeport::reach {
namespace {

constexpr std::uint16_t kOutside = 443;

struct KnockDoorTest : net::LinuxTest {
    /// A port of this host where nobody listens now.
    Endpoint free_port(bool udp) {
        if (udp) return (*network.open_datagrams(net::loopback(), [](auto&, auto) {}))->local();
        return listen(net::loopback())->local();
    }
    /// What comes back for one datagram.
    std::string reply(const Endpoint& to, std::string_view datagram) {
        std::string got;
        auto port = network.open_datagrams(net::loopback(), [&](const Endpoint&, Bytes bytes) {
            got = std::string(as_text(bytes));
        });
        EXPECT_TRUE((*port)->send(to, as_bytes(datagram)));
        turn_until([&] { return !got.empty(); }, 300ms);
        return got;
    }
    /// All that comes back over one connection, until its end.
    std::string said(const Endpoint& to, std::string_view text) {
        dial(to);
        if (dialled == nullptr) return "no connection";
        dialled->send(text);
        EXPECT_TRUE(turn_until([&] { return dialled->ended.has_value(); }));
        return dialled->text;
    }
    bool proves(std::string_view answer, bool udp) const {
        return is_proof(as_bytes(answer), token, as_bytes(knock), udp, kOutside);
    }

    ProbeToken token{std::byte{1}, std::byte{2}};
    std::string knock = knock_text({std::byte{7}});
    KnockDoor door{loop, network, token};
};

TEST_F(KnockDoorTest, AKnockOverTcpIsAnsweredAndNothingElse) {
    const Endpoint at = free_port(false);
    ASSERT_TRUE(door.open(at, kOutside, false));
    EXPECT_TRUE(proves(said(at, knock), false));
    EXPECT_EQ(said(at, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
}

TEST_F(KnockDoorTest, AKnockOverUdpIsAnsweredAndNothingElse) {
    const Endpoint at = free_port(true);
    ASSERT_TRUE(door.open(at, kOutside, true));
    EXPECT_TRUE(proves(reply(at, knock), true));
    EXPECT_EQ(reply(at, knock + "x"), "");
    EXPECT_EQ(reply(at, knock.substr(1)), "");
    EXPECT_EQ(reply(at, "hello"), "");
}

TEST_F(KnockDoorTest, EachPortKnowsItsOwnNumberOutside) {
    const Endpoint first = free_port(true);
    ASSERT_TRUE(door.open(first, kOutside, true));
    const Endpoint second = free_port(true);
    ASSERT_TRUE(door.open(second, kOutside + 1, true));
    EXPECT_TRUE(proves(reply(first, knock), true));
    EXPECT_FALSE(proves(reply(second, knock), true));
    EXPECT_TRUE(
        is_proof(as_bytes(reply(second, knock)), token, as_bytes(knock), true, kOutside + 1));
}

TEST_F(KnockDoorTest, ClosedIsClosed) {
    const Endpoint at = free_port(false);
    ASSERT_TRUE(door.open(at, kOutside, false));
    EXPECT_EQ(door.open(at, kOutside, false).error().code, Errc::exists);
    door.close();
    EXPECT_EQ(said(at, knock), "no connection");
}

TEST_F(KnockDoorTest, SoManyPortsAndNoMore) {
    for (std::size_t i = 0; i < kMaxKnockPorts; ++i)
        ASSERT_TRUE(door.open(net::loopback(), kOutside, i % 2 == 0));
    EXPECT_EQ(door.open(net::loopback(), kOutside, false).error().code, Errc::limit);
}

}  // namespace
}  // namespace homeport::reach
