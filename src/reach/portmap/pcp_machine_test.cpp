#include "reach/portmap/pcp_machine.hpp"

#include "reach/portmap/fake_gateway.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

using testing::GatewayWorld;
using testing::ip;
using testing::wish;
using Phase = MappingReport::Phase;

struct PcpMachineTest : ::testing::Test {
    PcpMachineTest() { boot(); }
    void boot(const std::string& memory = "") {
        world.use(
            std::make_unique<PcpMachine>(GatewayOptions{world.gateway.self, own, memory}, world));
    }
    MapFault fault_with(PcpResult result) {
        world.gateway.quirks.pcp_result = result;
        boot();
        world.machine->want(wish(1, 443, 443), world.now);
        world.run(1s);
        return world.last().fault;
    }

    GatewayWorld world;
    IpAddress own = ip("192.168.1.10");
};

TEST_F(PcpMachineTest, AddressIsUnknownBeforeTheFirstMapping) {
    world.run(1s);
    ASSERT_EQ(world.routers.size(), 1U);
    EXPECT_TRUE(world.routers[0].answers);
    EXPECT_TRUE(world.routers[0].external.is_unspecified());
    world.machine->want(wish(1, 443, 443), world.now);
    world.run(1s);
    EXPECT_EQ(world.routers.back().external, ip("203.0.113.5"));
}

TEST_F(PcpMachineTest, PinholeOverIpv6) {
    world.gateway.self = {ip("2001:db8::1"), kGatewayPort};
    world.gateway.external = own = ip("2001:db8::10");
    boot();
    world.machine->want(wish(1, 443, 443, own), world.now);
    world.run(1s);
    ASSERT_TRUE(world.mapped());
    EXPECT_EQ(world.last().external, (Endpoint{own, 443}));
    world.machine->drop(MappingId{1}, world.now);
    world.run(1s);
    EXPECT_TRUE(world.gateway.table.empty());
}

TEST_F(PcpMachineTest, EachRefusalHasItsFaultAndWords) {
    EXPECT_EQ(fault_with(PcpResult::not_authorized), MapFault::not_authorized);
    EXPECT_EQ(world.last().detail, "2 NOT_AUTHORIZED");
    EXPECT_EQ(world.last().retry_at, kNever);
    EXPECT_EQ(fault_with(PcpResult::unsupp_opcode), MapFault::unsupported);
    EXPECT_EQ(fault_with(PcpResult::unsupp_protocol), MapFault::unsupported);
    EXPECT_EQ(fault_with(PcpResult::network_failure), MapFault::no_network);
    EXPECT_EQ(fault_with(PcpResult::no_resources), MapFault::full);
    EXPECT_EQ(fault_with(PcpResult::user_ex_quota), MapFault::full);
    EXPECT_EQ(fault_with(PcpResult::cannot_provide_external), MapFault::conflict);
    EXPECT_EQ(fault_with(PcpResult::address_mismatch), MapFault::refused);
    EXPECT_EQ(world.last().detail, "12 ADDRESS_MISMATCH");
    EXPECT_EQ(fault_with(PcpResult::malformed_request), MapFault::refused);
    EXPECT_EQ(fault_with(static_cast<PcpResult>(200)), MapFault::refused);
    EXPECT_EQ(world.last().detail, "200");
}

TEST_F(PcpMachineTest, RefusalWithoutTheRequestIsForWhoAsked) {
    world.gateway.quirks.bare_errors = true;
    EXPECT_EQ(fault_with(PcpResult::not_authorized), MapFault::not_authorized);
}

TEST_F(PcpMachineTest, ObeysHowLongAnErrorLasts) {
    world.gateway.quirks.error_lifetime_s = 1200;
    EXPECT_EQ(fault_with(PcpResult::network_failure), MapFault::no_network);
    EXPECT_GT(world.last().retry_at, world.now + 19min);
}

// PREFER_FAILURE must be understood by a server; one that does not know it refuses all.
TEST_F(PcpMachineTest, AsksWithoutTheOptionWhereItIsUnknown) {
    world.gateway.quirks.refuses_options = true;
    for (std::uint16_t i = 1; i <= 5; ++i) world.machine->want(wish(i, i, i), world.now);
    world.run(1s);
    for (std::uint16_t i = 1; i <= 5; ++i) EXPECT_TRUE(world.mapped(i));
    const std::string memory = world.machine->memory(world.now);
    EXPECT_THAT(memory, ::testing::HasSubstr("plain"));
    boot(memory);
    world.sent.clear();
    world.machine->want(wish(1, 1, 1), world.now);
    world.run(100ms);
    EXPECT_TRUE(world.mapped());
    for (const auto& sent : world.sent) EXPECT_LE(sent.bytes.size(), 60U);
}

TEST_F(PcpMachineTest, PortOfAnotherDeviceIsAConflict) {
    world.gateway.taken.insert(443);
    world.machine->want(wish(1, 443, 443), world.now);
    world.run(1s);
    EXPECT_EQ(world.last().fault, MapFault::conflict);
    EXPECT_TRUE(world.gateway.table.empty());
}

// RFC 6887 section 14.2: the server may tell of a change by itself; the nonce is the proof.
TEST_F(PcpMachineTest, GrantWithoutRequestCountsWithItsNonceOnly) {
    world.machine->want(wish(1, 443, 443), world.now);
    world.run(1s);
    PcpMapRequest request{.client = own, .lifetime_s = 7200, .map = {}};
    request.map = {.nonce = wish(1, 443, 443).nonce,
                   .protocol = kIpProtocolTcp,
                   .internal_port = 443,
                   .external_port = 443,
                   .external = {}};
    world.gateway.external = ip("203.0.113.8");
    const auto news = world.gateway.answer(encode_pcp_map(request), world.now);
    testing::Packet forged = *news;
    forged[24] ^= std::byte{1};
    world.machine->on_datagram(world.gateway.self, forged, false, world.now);
    EXPECT_EQ(world.last().external.address, ip("203.0.113.5"));
    world.machine->on_datagram(world.gateway.self, *news, false, world.now);
    EXPECT_EQ(world.last().external.address, ip("203.0.113.8"));
    EXPECT_EQ(world.routers.back().external, ip("203.0.113.8"));
}

TEST_F(PcpMachineTest, MapsWhereAnnounceIsNotKnown) {
    world.gateway.quirks.deaf_to_announce = true;
    boot();
    world.machine->want(wish(1, 443, 443), world.now);
    world.run(24h);
    EXPECT_TRUE(world.mapped());
    EXPECT_NE(world.slot(443), nullptr);
    for (const auto& router : world.routers) EXPECT_TRUE(router.answers);
    EXPECT_LE(world.packets_in(24h), 33U);
}

}  // namespace
}  // namespace homeport::reach
