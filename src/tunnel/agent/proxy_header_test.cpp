#include "tunnel/agent/proxy_header.hpp"

#include "core/text.hpp"

#include <gtest/gtest.h>

namespace homeport::tunnel {
namespace {

Endpoint endpoint(std::string_view text) {
    return *Endpoint::parse(text);
}

std::string header(ProxyProtocol version, std::string_view visitor, std::string_view local) {
    const auto bytes = make_proxy_header(version, endpoint(visitor), endpoint(local));
    return version == ProxyProtocol::v2 ? to_hex(bytes) : std::string(as_text(bytes));
}

TEST(ProxyHeader, NoneIsEmpty) {
    EXPECT_EQ(header(ProxyProtocol::none, "192.0.2.1:1", "192.0.2.2:2"), "");
}

// Section 2.1: one line, both ends, single spaces, CRLF.
TEST(ProxyHeader, Version1) {
    EXPECT_EQ(header(ProxyProtocol::v1, "192.168.0.1:56324", "192.168.0.11:443"),
              "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n");
    EXPECT_EQ(header(ProxyProtocol::v1, "255.255.255.255:65535", "255.255.255.255:65535"),
              "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n");
    EXPECT_EQ(header(ProxyProtocol::v1, "[2001:db8::1]:4124", "[2001:db8::2]:443"),
              "PROXY TCP6 2001:db8::1 2001:db8::2 4124 443\r\n");
}

// The longest line fits the 107 bytes that section 2.1 tells receivers to expect.
TEST(ProxyHeader, Version1Longest) {
    const std::string longest = "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:65535";
    EXPECT_LE(header(ProxyProtocol::v1, longest, longest).size(), 107U);
}

// Section 2.2: signature, version and command, family, length, addresses, ports, all big-endian.
TEST(ProxyHeader, Version2) {
    EXPECT_EQ(header(ProxyProtocol::v2, "192.168.0.1:56324", "192.168.0.11:443"),
              "0d0a0d0a000d0a515549540a"
              "2111000c"
              "c0a80001c0a8000b"
              "dc0401bb");
    EXPECT_EQ(header(ProxyProtocol::v2, "[2001:db8::1]:4124", "[2001:db8::2]:443"),
              "0d0a0d0a000d0a515549540a"
              "21210024"
              "20010db800000000000000000000000120010db8000000000000000000000002"
              "101c01bb");
}

// One header has one family: an IPv4 address beside an IPv6 one takes its mapped form.
TEST(ProxyHeader, MixedFamilies) {
    EXPECT_EQ(header(ProxyProtocol::v1, "192.0.2.1:1000", "[2001:db8::2]:443"),
              "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 1000 443\r\n");
    EXPECT_EQ(header(ProxyProtocol::v2, "[2001:db8::1]:1000", "192.0.2.2:443"),
              "0d0a0d0a000d0a515549540a"
              "21210024"
              "20010db800000000000000000000000100000000000000000000ffffc0000202"
              "03e801bb");
}

}  // namespace
}  // namespace homeport::tunnel
