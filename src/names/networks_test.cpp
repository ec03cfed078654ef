#include "names/networks.hpp"

#include <gmock/gmock.h>

namespace homeport::names {
namespace {

IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}
Cidr net(std::string_view text) {
    return Cidr::parse(text).value();
}

TEST(NetworksTest, Masks) {
    EXPECT_EQ(masked(ip("192.0.2.77"), 24), ip("192.0.2.0"));
    EXPECT_EQ(masked(ip("192.0.2.77"), 32), ip("192.0.2.77"));
    EXPECT_EQ(masked(ip("192.0.2.77"), 27), ip("192.0.2.64"));
    EXPECT_EQ(masked(ip("192.0.2.77"), 0), ip("0.0.0.0"));
    EXPECT_EQ(masked(ip("2001:db8:ffff::1"), 36), ip("2001:db8:f000::"));
    EXPECT_EQ(neighbourhood(ip("198.51.100.9")), ip("198.51.100.0"));
    EXPECT_EQ(neighbourhood(ip("2001:db8:1:2::3")), ip("2001:db8:1::"));
}

TEST(NetworksTest, KeepsTheHostPart) {
    EXPECT_EQ(with_prefix(ip("2001:db8:1:200::"), 56, ip("2001:db8:9:9ff::77")),
              ip("2001:db8:1:2ff::77"));
}

TEST(NetworksTest, Blocks) {
    BlockList blocks;
    EXPECT_FALSE(blocks.contains(ip("192.0.2.1")));
    blocks.put(net("192.0.2.0/24"), {.network = "192.0.2.0/24", .why = "spam"});
    blocks.put(net("192.0.2.0/24"), {.network = "192.0.2.0/24", .why = "more spam"});
    blocks.put(net("2001:db8::/32"), {.network = "2001:db8::/32"});
    EXPECT_EQ(blocks.size(), 2U);
    EXPECT_TRUE(blocks.contains(ip("192.0.2.255")));
    EXPECT_FALSE(blocks.contains(ip("192.0.3.0")));
    EXPECT_TRUE(blocks.contains(ip("2001:db8:1::1")));
    EXPECT_FALSE(blocks.contains(ip("2001:db9::1")));
    EXPECT_EQ(blocks.find(net("192.0.2.0/24"))->why, "more spam");
    blocks.remove(net("192.0.2.0/24"));
    blocks.remove(net("192.0.2.0/24"));
    EXPECT_FALSE(blocks.contains(ip("192.0.2.255")));
    EXPECT_TRUE(blocks.contains(ip("2001:db8:1::1")));
}

}  // namespace
}  // namespace homeport::names
