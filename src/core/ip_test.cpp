#include "core/ip.hpp"

#include <gmock/gmock.h>

namespace homeport {
namespace {

IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}

TEST(IpAddress, reads_and_writes_the_canonical_forms) {
    EXPECT_EQ(ip("192.0.2.1").to_string(), "192.0.2.1");
    EXPECT_EQ(ip("2001:DB8:0:0:0:0:0:1").to_string(), "2001:db8::1");
    EXPECT_EQ(ip("::").to_string(), "::");
    EXPECT_TRUE(ip("192.0.2.1").is_v4());
    EXPECT_FALSE(ip("::1").is_v4());
    EXPECT_EQ(ip("::1").size(), 16U);
}

TEST(IpAddress, refuses_loose_forms) {
    using namespace std::string_view_literals;
    for (const auto text : {""sv, "127.1"sv, "0177.0.0.1"sv, "0x7f.0.0.1"sv, "1.2.3.4.5"sv,
                            "256.1.1.1"sv, "1.2.3.4 "sv, "fe80::1%eth0"sv, "[::1]"sv,
                            "1.2.3.4\0x"sv, "::g"sv, "01.2.3.4"sv, "2130706433"sv}) {
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    }
}

// A visitor of a dual-stack socket is the same visitor: rules for IPv4 must see IPv4.
TEST(IpAddress, stores_a_mapped_address_as_ipv4) {
    EXPECT_EQ(ip("::ffff:192.0.2.1"), ip("192.0.2.1"));
    EXPECT_TRUE(ip("::ffff:7f00:1").is_loopback());
    EXPECT_EQ(std::hash<IpAddress>{}(ip("::ffff:192.0.2.1")),
              std::hash<IpAddress>{}(ip("192.0.2.1")));
    EXPECT_NE(ip("::"), ip("0.0.0.0"));
}

TEST(IpAddress, knows_loopback_and_unspecified) {
    EXPECT_TRUE(ip("127.255.0.1").is_loopback());
    EXPECT_TRUE(ip("::1").is_loopback());
    EXPECT_FALSE(ip("128.0.0.1").is_loopback());
    EXPECT_FALSE(ip("::2").is_loopback());
    EXPECT_TRUE(ip("0.0.0.0").is_unspecified());
    EXPECT_TRUE(ip("::").is_unspecified());
    EXPECT_FALSE(ip("0.0.0.1").is_unspecified());
}

TEST(Endpoint, needs_a_number_and_a_port) {
    EXPECT_EQ(Endpoint::parse("192.0.2.1:80")->to_string(), "192.0.2.1:80");
    EXPECT_EQ(Endpoint::parse("[2001:db8::1]:65535")->to_string(), "[2001:db8::1]:65535");
    for (const auto* text : {"", ":", "80", ":80", "192.0.2.1", "192.0.2.1:", "192.0.2.1:0",
                             "192.0.2.1:65536", "192.0.2.1:+80", "2001:db8::1:80", "[::1]",
                             "[::1]80", "localhost:80", "[]:80", "192.0.2.1:80 "}) {
        EXPECT_FALSE(Endpoint::parse(text)) << text;
    }
}

TEST(HostPort, takes_names_and_numbers) {
    EXPECT_EQ(HostPort::parse("relay.example.net:7843"), (HostPort{"relay.example.net", 7843}));
    EXPECT_EQ(HostPort::parse("[::1]:80"), (HostPort{"::1", 80}));
    EXPECT_EQ((HostPort{"::1", 80}).to_string(), "[::1]:80");
    EXPECT_EQ((HostPort{"a.b", 80}).to_string(), "a.b:80");
    EXPECT_FALSE(HostPort::parse("relay.example.net"));
    EXPECT_FALSE(HostPort::parse("::1:80"));
}

TEST(Cidr, contains_its_addresses_and_no_other) {
    const auto odd = Cidr::parse("10.128.0.0/9").value();
    EXPECT_TRUE(odd.contains(ip("10.128.0.0")));
    EXPECT_TRUE(odd.contains(ip("10.255.255.255")));
    EXPECT_TRUE(odd.contains(ip("::ffff:10.200.0.1")));
    EXPECT_FALSE(odd.contains(ip("10.127.255.255")));
    EXPECT_FALSE(odd.contains(ip("11.128.0.0")));
    const auto six = Cidr::parse("2001:db8::/33").value();
    EXPECT_TRUE(six.contains(ip("2001:db8:7fff::1")));
    EXPECT_FALSE(six.contains(ip("2001:db8:8000::1")));
    EXPECT_TRUE(Cidr::parse("192.0.2.7")->contains(ip("192.0.2.7")));
    EXPECT_FALSE(Cidr::parse("192.0.2.7")->contains(ip("192.0.2.6")));
}

// A rule for everybody of one family says nothing about the other.
TEST(Cidr, keeps_the_families_apart) {
    EXPECT_TRUE(Cidr::parse("0.0.0.0/0")->contains(ip("203.0.113.9")));
    EXPECT_FALSE(Cidr::parse("0.0.0.0/0")->contains(ip("2001:db8::1")));
    EXPECT_TRUE(Cidr::parse("::/0")->contains(ip("2001:db8::1")));
    EXPECT_FALSE(Cidr::parse("::/0")->contains(ip("203.0.113.9")));
}

TEST(Cidr, refuses_what_is_not_exact) {
    for (const auto* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "2001:db8::1/64",
                             "::/129", "10.0.0.0/8/8", "10.0.0.0/-1", "10/8", "example.net/8"}) {
        EXPECT_FALSE(Cidr::parse(text)) << text;
    }
    EXPECT_EQ(Cidr::parse("10.0.0.0/8")->to_string(), "10.0.0.0/8");
    EXPECT_EQ(Cidr::parse("2001:db8::/32")->to_string(), "2001:db8::/32");
}

// The prefix of a mapped network counts IPv6 bits: read as IPv4 bits it would mean another network.
TEST(Cidr, refuses_a_prefix_on_a_mapped_address) {
    EXPECT_FALSE(Cidr::parse("::ffff:10.0.0.0/8"));
    EXPECT_FALSE(Cidr::parse("::ffff:0.0.0.0/0"));
    EXPECT_FALSE(Cidr::parse("::ffff:10.0.0.0/104"));
    EXPECT_EQ(Cidr::parse("::ffff:10.0.0.1")->to_string(), "10.0.0.1/32");
}

}  // namespace
}  // namespace homeport
