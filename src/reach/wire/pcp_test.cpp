#include "reach/wire/pcp.hpp"

#include "core/text.hpp"

#include <gtest/gtest.h>
#include <algorithm>
#include <string>
#include <string_view>

namespace homeport::reach {
namespace {

IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}
GatewayPacket parse(const std::string& hex, PcpResponse& out) {
    return parse_pcp_response(from_hex(hex).value(), out);
}
GatewayPacket status(const std::string& hex) {
    PcpResponse ignored;
    return parse(hex, ignored);
}

const std::string kNonce = "0102030405060708090a0b0c";
const std::string kHeader =
    "02810000"
    "00000e10"
    "00000007"
    "000000000000000000000000";
const std::string kMap = kNonce +
                         "06000000"
                         "01bb01bb"
                         "00000000000000000000ffffcb007105";

PcpNonce nonce() {
    PcpNonce bytes;
    std::ranges::copy(from_hex(kNonce).value(), bytes.begin());
    return bytes;
}

TEST(Pcp, MapRequestAsInTheStandard) {
    const PcpMapRequest request{.client = ip("192.168.1.10"),
                                .lifetime_s = 7200,
                                .map = {.nonce = nonce(),
                                        .protocol = kIpProtocolTcp,
                                        .internal_port = 443,
                                        .external_port = 443,
                                        .external = {}},
                                .prefer_failure = true};
    EXPECT_EQ(to_hex(encode_pcp_map(request)),
              "02010000"
              "00001c20"
              "00000000000000000000ffffc0a8010a" +
                  kNonce +
                  "06000000"
                  "01bb01bb"
                  "00000000000000000000ffff00000000"
                  "02000000");
}

TEST(Pcp, RequestOverIpv6WithoutOption) {
    const PcpMapRequest request{.client = ip("2001:db8::10"),
                                .lifetime_s = 0,
                                .map = {.nonce = nonce(),
                                        .protocol = kIpProtocolUdp,
                                        .internal_port = 53,
                                        .external_port = 53,
                                        .external = ip("::")}};
    EXPECT_EQ(to_hex(encode_pcp_map(request)),
              "02010000"
              "00000000"
              "20010db8000000000000000000000010" +
                  kNonce +
                  "11000000"
                  "00350035"
                  "00000000000000000000000000000000");
}

TEST(Pcp, AnnounceRequest) {
    EXPECT_EQ(to_hex(encode_pcp_announce(ip("10.0.0.2"))),
              "02000000"
              "00000000"
              "00000000000000000000ffff0a000002");
}

TEST(Pcp, ReadsAGrant) {
    PcpResponse response;
    ASSERT_EQ(parse(kHeader + kMap, response), GatewayPacket::ok);
    EXPECT_EQ(response.opcode, PcpOpcode::map);
    EXPECT_EQ(response.result, PcpResult::success);
    EXPECT_EQ(response.lifetime_s, 3600U);
    EXPECT_EQ(response.epoch_s, 7U);
    ASSERT_TRUE(response.map);
    EXPECT_EQ(response.map->nonce, nonce());
    EXPECT_EQ(response.map->internal_port, 443);
    EXPECT_EQ(response.map->external, ip("203.0.113.5"));
}

TEST(Pcp, ReadsAnAddressOfIpv6) {
    std::string text = kHeader + kMap;
    text.replace(text.size() - 32, 32, "20010db8000000000000000000000010");
    PcpResponse response;
    ASSERT_EQ(parse(text, response), GatewayPacket::ok);
    EXPECT_EQ(response.map->external, ip("2001:db8::10"));
}

TEST(Pcp, AnErrorMayComeWithoutTheMapping) {
    PcpResponse response;
    const std::string refused = "02810002" + kHeader.substr(8);
    ASSERT_EQ(parse(refused, response), GatewayPacket::ok);
    EXPECT_EQ(response.result, PcpResult::not_authorized);
    EXPECT_FALSE(response.map);
    ASSERT_EQ(parse(refused + kMap, response), GatewayPacket::ok);
    EXPECT_TRUE(response.map);
    EXPECT_EQ(status(kHeader), GatewayPacket::malformed);  // a success has it
}

TEST(Pcp, VersionsAreToldApart) {
    PcpResponse response;
    EXPECT_EQ(parse("0081000100000007", response), GatewayPacket::other_version);
    EXPECT_EQ(response.version, 0);
    EXPECT_EQ(parse("01", response), GatewayPacket::other_version);
    EXPECT_EQ(response.version, 1);
    EXPECT_EQ(status(""), GatewayPacket::malformed);
}

TEST(Pcp, LengthsAndOpcodes) {
    const std::string grant = kHeader + kMap;
    for (std::size_t size = 1; size < grant.size() / 2; ++size)
        EXPECT_EQ(status(grant.substr(0, size * 2)), GatewayPacket::malformed) << size;
    EXPECT_EQ(status(grant + "00"), GatewayPacket::malformed);
    EXPECT_EQ(status("0201" + grant.substr(4)), GatewayPacket::malformed);  // a request
    EXPECT_EQ(status("0282" + grant.substr(4)), GatewayPacket::malformed);  // PEER
    const std::string padding = "ff000014" + std::string(40, '0');          // 24 octets
    std::string longest = grant;
    for (int i = 0; i < 43; ++i) longest += padding;
    EXPECT_EQ(status(longest + "ff000004"
                               "00000000"),
              GatewayPacket::ok);  // 1100 octets
    EXPECT_EQ(status(longest + "ff000008"
                               "0000000000000000"),
              GatewayPacket::malformed);
}

// What an option changes without being asked makes it another mapping than the one wanted.
TEST(Pcp, Options) {
    const std::string grant = kHeader + kMap;
    EXPECT_EQ(status(grant + "02000000"), GatewayPacket::ok);  // PREFER_FAILURE echoed
    EXPECT_EQ(status(grant + "80000003"
                             "61626300"),
              GatewayPacket::ok);  // unknown and padded
    EXPECT_EQ(status(grant + "80000005"
                             "61626364"),
              GatewayPacket::malformed);
    EXPECT_EQ(status(grant + "8000ffff"), GatewayPacket::malformed);
    EXPECT_EQ(status(grant + "03000000"), GatewayPacket::malformed);  // FILTER
    EXPECT_EQ(status(grant + "7f000000"), GatewayPacket::malformed);
}

}  // namespace
}  // namespace homeport::reach
