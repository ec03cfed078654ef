#include "reach/wire/nat_pmp.hpp"

#include "core/text.hpp"

#include <gtest/gtest.h>
#include <string>

namespace homeport::reach {
namespace {

GatewayPacket parse(const std::string& hex, NatPmpResponse& out) {
    return parse_nat_pmp_response(from_hex(hex).value(), out);
}
GatewayPacket status(const std::string& hex) {
    NatPmpResponse ignored;
    return parse(hex, ignored);
}

const std::string kAddress =
    "00800000"
    "00000007"
    "cb007105";
const std::string kGrant =
    "00820000"
    "00000007"
    "01bb01bc"
    "00000e10";

TEST(NatPmp, Requests) {
    EXPECT_EQ(to_hex(encode_nat_pmp_address_request()), "0000");
    EXPECT_EQ(to_hex(encode_nat_pmp_map({.opcode = NatPmpOpcode::map_udp,
                                         .internal_port = 53,
                                         .external_port = 5353,
                                         .lifetime_s = 7200})),
              "00010000"
              "003514e9"
              "00001c20");
}

TEST(NatPmp, ReadsAddressAndGrant) {
    NatPmpResponse response;
    ASSERT_EQ(parse(kAddress, response), GatewayPacket::ok);
    EXPECT_EQ(response.opcode, NatPmpOpcode::public_address);
    EXPECT_EQ(response.external, IpAddress::parse("203.0.113.5").value());
    EXPECT_EQ(response.epoch_s, 7U);
    ASSERT_EQ(parse(kGrant, response), GatewayPacket::ok);
    EXPECT_EQ(response.opcode, NatPmpOpcode::map_tcp);
    EXPECT_EQ(response.internal_port, 443);
    EXPECT_EQ(response.external_port, 444);
    EXPECT_EQ(response.lifetime_s, 3600U);
}

// Section 3.5: what an error says after the first 8 octets is not to be used; it may be missing.
TEST(NatPmp, Errors) {
    NatPmpResponse response;
    ASSERT_EQ(parse("00800003"
                    "00000007"
                    "cb007105",
                    response),
              GatewayPacket::ok);
    EXPECT_EQ(response.result, NatPmpResult::network_failure);
    EXPECT_TRUE(response.external.is_unspecified());
    ASSERT_EQ(parse("00820002"
                    "00000007",
                    response),
              GatewayPacket::ok);
    EXPECT_EQ(response.internal_port, 0);
    ASSERT_EQ(parse("00820004"
                    "00000007"
                    "01bb0000"
                    "00000000",
                    response),
              GatewayPacket::ok);
    EXPECT_EQ(response.internal_port, 443);
}

TEST(NatPmp, OtherLengthsAreMalformed) {
    for (std::size_t size = 0; size < kGrant.size() / 2; ++size)
        EXPECT_EQ(status(kGrant.substr(0, size * 2)), GatewayPacket::malformed) << size;
    for (std::size_t size = 0; size < kAddress.size() / 2; ++size)
        EXPECT_EQ(status(kAddress.substr(0, size * 2)), GatewayPacket::malformed) << size;
    EXPECT_EQ(status(kGrant + "00"), GatewayPacket::malformed);
    EXPECT_EQ(status(kAddress + "00000000"), GatewayPacket::malformed);
    EXPECT_EQ(status("0002" + kGrant.substr(4)), GatewayPacket::malformed);  // a request
    EXPECT_EQ(status("0083" + kGrant.substr(4)), GatewayPacket::malformed);
}

TEST(NatPmp, PcpIsToldApart) {
    NatPmpResponse response;
    EXPECT_EQ(parse("02800001" + std::string(40, '0'), response), GatewayPacket::other_version);
    EXPECT_EQ(response.version, kPcpVersion);
}

}  // namespace
}  // namespace homeport::reach
