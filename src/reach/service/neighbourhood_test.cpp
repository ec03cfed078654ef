#include "reach/service/neighbourhood.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

IpAddress ip(std::string_view text) {
    return *IpAddress::parse(text);
}

net::InterfaceAddress on(unsigned index, std::string_view address, unsigned bits) {
    return {.interface = "eth" + std::to_string(index),
            .index = index,
            .address = ip(address),
            .prefix_bits = bits,
            .up = true};
}

net::Gateway by(unsigned index, std::string_view address, unsigned metric = 0) {
    return {.interface = "eth" + std::to_string(index),
            .index = index,
            .address = ip(address),
            .metric = metric};
}

TEST(Neighbourhood, TheAddressBesideTheRouterIsOurs) {
    const auto place = choose_neighbourhood(
        {on(1, "10.9.9.9", 24), on(1, "192.168.1.10", 24), on(2, "192.168.1.11", 24)},
        {by(1, "192.168.1.1")}, {});
    ASSERT_TRUE(place);
    EXPECT_EQ(place->interface, "eth1");
    EXPECT_EQ(place->v4->own, ip("192.168.1.10"));
    EXPECT_EQ(place->v4->gateway, ip("192.168.1.1"));
    EXPECT_FALSE(place->v6);
}

// The route says which of our addresses it wants.
TEST(Neighbourhood, TheSourceOfTheRouteComesFirst) {
    net::Gateway gateway = by(1, "192.168.1.1");
    gateway.source = ip("10.9.9.9");
    const auto place =
        choose_neighbourhood({on(1, "192.168.1.10", 24), on(1, "10.9.9.9", 24)}, {gateway}, {});
    EXPECT_EQ(place->v4->own, ip("10.9.9.9"));
}

// Pinholes are for a global address that stays.
TEST(Neighbourhood, TheStableGlobalAddressOfIpv6) {
    auto temporary = on(1, "2a00:1450::77", 64);
    temporary.temporary = true;
    auto old = on(1, "2a00:1450::66", 64);
    old.deprecated = true;
    const auto place =
        choose_neighbourhood({on(1, "fe80::2", 64), on(1, "fd00::2", 64), old, temporary,
                              on(1, "2a00:1450::2", 64), on(1, "192.168.1.10", 24)},
                             {by(1, "192.168.1.1"), by(1, "fe80::1")}, {});
    EXPECT_EQ(place->v6->own, ip("2a00:1450::2"));
    EXPECT_EQ(place->v6->gateway, ip("fe80::1"));
}

// A second line with a worse metric, and a family that leaves elsewhere, are not mixed in.
TEST(Neighbourhood, OneInterfaceOnly) {
    const auto place = choose_neighbourhood(
        {on(1, "192.168.1.10", 24), on(2, "10.0.0.2", 24), on(2, "2a00:1450::2", 64)},
        {by(1, "192.168.1.1"), by(2, "10.0.0.1", 100), by(2, "fe80::1")}, {});
    EXPECT_EQ(place->index, 1u);
    EXPECT_FALSE(place->v6);
}

TEST(Neighbourhood, NothingWithoutARouterOrAnAddress) {
    EXPECT_FALSE(choose_neighbourhood({on(1, "192.168.1.10", 24)}, {}, {}));
    EXPECT_FALSE(choose_neighbourhood({on(1, "fe80::2", 64)}, {by(1, "fe80::1")}, {}));
    auto down = on(1, "192.168.1.10", 24);
    down.up = false;
    EXPECT_FALSE(choose_neighbourhood({down}, {by(1, "192.168.1.1")}, {}));
}

// In a laboratory documentation networks stand for the Internet.
TEST(Neighbourhood, TheLaboratorySaysWhatIsGlobal) {
    const PublicSpace lab({Cidr{ip("2001:db8::"), 32}});
    EXPECT_FALSE(choose_neighbourhood({on(1, "2001:db8::2", 64)}, {by(1, "fe80::1")}, {}));
    EXPECT_TRUE(choose_neighbourhood({on(1, "2001:db8::2", 64)}, {by(1, "fe80::1")}, lab));
}

}  // namespace
}  // namespace homeport::reach
