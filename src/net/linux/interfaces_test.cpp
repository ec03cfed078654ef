#include "net/linux/network.hpp"
#include "net/linux/private_network_testing.hpp"

#include <gmock/gmock.h>
#include <fstream>
#include <string>
#include <vector>

namespace homeport::net {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> texts(const Result<std::vector<Gateway>>& gateways) {
    std::vector<std::string> all;
    if (!gateways) return {gateways.error().what};
    for (const Gateway& one : *gateways) {
        all.push_back(one.interface + " " + one.address.to_string() + " " +
                      std::to_string(one.metric) +
                      (one.source ? " as " + one.source->to_string() : ""));
    }
    return all;
}

std::vector<std::string> texts(const Result<std::vector<InterfaceAddress>>& addresses) {
    std::vector<std::string> all;
    if (!addresses) return {addresses.error().what};
    for (const InterfaceAddress& one : *addresses) {
        all.push_back(one.interface + " " + one.address.to_string() + "/" +
                      std::to_string(one.prefix_bits) + (one.deprecated ? " old" : "") +
                      (one.up ? "" : " down"));
    }
    return all;
}

// Wherever the test runs, the host knows itself.
TEST(InterfacesTest, ThisHost) {
    EpollLoop loop;
    LinuxNetwork network(loop);
    const auto addresses = network.addresses();
    ASSERT_TRUE(addresses) << addresses.error().what;
    EXPECT_THAT(*addresses,
                Contains(Field(&InterfaceAddress::address, *IpAddress::parse("127.0.0.1"))));
    const auto gateways = network.gateways();
    EXPECT_TRUE(gateways) << gateways.error().what;
}

TEST(InterfacesTest, APrivateNetwork) {
    const bool ran = in_private_network([] {
        EpollLoop loop;
        LinuxNetwork network(loop);
        EXPECT_THAT(texts(network.gateways()), IsEmpty());
        ASSERT_TRUE(ip("link add left type veth peer name right"));
        ASSERT_TRUE(ip("link set left addrgenmode none"));
        ASSERT_TRUE(ip("link set right addrgenmode none"));
        ASSERT_TRUE(ip("link set left up"));
        ASSERT_TRUE(ip("link set right up"));
        ASSERT_TRUE(ip("addr add 192.0.2.7/24 dev left"));
        ASSERT_TRUE(ip("addr add 198.51.100.1 peer 198.51.100.2 dev right"));
        ASSERT_TRUE(ip("addr add 2001:db8::7/64 dev left nodad preferred_lft 0"));
        EXPECT_THAT(texts(network.addresses()),
                    ElementsAre("lo 127.0.0.1/8", "right 198.51.100.1/32", "left 192.0.2.7/24",
                                "lo ::1/128", "left 2001:db8::7/64 old"));
        ASSERT_TRUE(ip("route add 0.0.0.0/1 via 192.0.2.9"));
        ASSERT_TRUE(ip("route add default dev right metric 5"));
        ASSERT_TRUE(ip("route add default via 192.0.2.1 metric 30 src 192.0.2.7"));
        ASSERT_TRUE(
            ip("route add default metric 20 nexthop via 192.0.2.2 dev left "
               "nexthop via 198.51.100.2 dev right"));
        ASSERT_TRUE(ip("-6 route add default via fe80::1 dev left metric 25"));
        ASSERT_TRUE(
            ip("-6 route add default metric 40 nexthop via fe80::2 dev left "
               "nexthop via fe80::3 dev right"));
        ASSERT_TRUE(ip("route add default via 192.0.2.3 table 100"));
        EXPECT_THAT(texts(network.gateways()),
                    ElementsAre("left 192.0.2.2 20", "right 198.51.100.2 20", "left fe80::1 25",
                                "left 192.0.2.1 30 as 192.0.2.7", "left fe80::2 40",
                                "right fe80::3 40", "left 192.0.2.3 0"));
        ASSERT_TRUE(ip("link set right down"));
        EXPECT_THAT(texts(network.addresses()), Contains("left 192.0.2.7/24 down"));
    });
    if (!ran) GTEST_SKIP() << "needs the right to make a network namespace, and ip(8)";
}

// Objects for next hops (ip-nexthop(8)) are seen as the routes that use them.
TEST(InterfacesTest, NextHopGroups) {
    bool known = true;
    const bool ran = in_private_network([&] {
        EpollLoop loop;
        LinuxNetwork network(loop);
        ASSERT_TRUE(ip("link add left type veth peer name right"));
        ASSERT_TRUE(ip("link set left up"));
        ASSERT_TRUE(ip("link set right up"));
        ASSERT_TRUE(ip("addr add 192.0.2.7/24 dev left"));
        known = ip("nexthop add id 1 via 192.0.2.1 dev left") &&
                ip("nexthop add id 2 via 192.0.2.2 dev left") && ip("nexthop add id 3 group 1/2");
        if (!known) return;
        ASSERT_TRUE(ip("route add default nhid 3"));
        EXPECT_THAT(texts(network.gateways()), ElementsAre("left 192.0.2.1 0", "left 192.0.2.2 0"));
    });
    if (!ran || !known)
        GTEST_SKIP() << "needs the right to make a network namespace, ip(8) and next hop objects";
}

// An answer of many parts.
TEST(InterfacesTest, ManyRoutes) {
    const bool ran = in_private_network([] {
        EpollLoop loop;
        LinuxNetwork network(loop);
        ASSERT_TRUE(ip("link add left type veth peer name right"));
        ASSERT_TRUE(ip("link set left up"));
        ASSERT_TRUE(ip("link set right up"));
        ASSERT_TRUE(ip("addr add 192.0.2.7/24 dev left"));
        std::string batch;
        for (int i = 0; i < 3000; ++i) {
            batch += "route add 10." + std::to_string(i / 256) + "." + std::to_string(i % 256) +
                     ".0/24 via 192.0.2.9\n";
        }
        for (int i = 0; i < 300; ++i) {
            batch += "route add default via 192.0.2." + std::to_string(i % 100 + 100) + " metric " +
                     std::to_string(i) + "\n";
        }
        char name[] = "/tmp/routes-XXXXXX";
        const Fd file(::mkstemp(name));
        std::ofstream(name) << batch;
        EXPECT_TRUE(ip("-batch " + std::string(name)));
        ::unlink(name);
        const auto gateways = network.gateways();
        ASSERT_TRUE(gateways) << gateways.error().what;
        ASSERT_THAT(*gateways, SizeIs(100));
        EXPECT_EQ(gateways->back().metric, 99u);
    });
    if (!ran) GTEST_SKIP() << "needs the right to make a network namespace, and ip(8)";
}

}  // namespace
}  // namespace homeport::net
