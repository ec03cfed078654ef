#include "reach/portmap/nat_pmp_machine.hpp"

#include "reach/portmap/fake_gateway.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

using testing::GatewayWorld;
using testing::ip;
using testing::wish;

struct NatPmpMachineTest : ::testing::Test {
    NatPmpMachineTest() { boot(); }
    void boot() {
        world.use(std::make_unique<NatPmpMachine>(
            GatewayOptions{world.gateway.self, ip("192.168.1.10"), ""}, world));
    }
    MapFault fault_with(NatPmpResult result) {
        world.gateway.quirks.nat_pmp_result = result;
        boot();
        world.machine->want(wish(1, 443, 443), world.now);
        world.run(1s);
        return world.last().fault;
    }

    GatewayWorld world;
};

TEST_F(NatPmpMachineTest, TellsTheAddressWithoutAnyWish) {
    world.run(1s);
    ASSERT_EQ(world.routers.size(), 1U);
    EXPECT_EQ(world.routers[0].external, ip("203.0.113.5"));
    EXPECT_LE(world.packets_in(1h), 6U);
}

TEST_F(NatPmpMachineTest, EachRefusalHasItsFaultAndWords) {
    EXPECT_EQ(fault_with(NatPmpResult::not_authorized), MapFault::not_authorized);
    EXPECT_EQ(world.last().detail, "2 not authorized");
    EXPECT_EQ(fault_with(NatPmpResult::network_failure), MapFault::no_network);
    EXPECT_EQ(fault_with(NatPmpResult::out_of_resources), MapFault::full);
    EXPECT_EQ(fault_with(NatPmpResult::unsupported_opcode), MapFault::unsupported);
    EXPECT_EQ(fault_with(static_cast<NatPmpResult>(77)), MapFault::refused);
    world.gateway.quirks.bare_errors = true;
    EXPECT_EQ(fault_with(NatPmpResult::not_authorized), MapFault::not_authorized);
}

// miniupnpd first announces the old address with the old epoch, the new one follows 0.2 s later.
TEST_F(NatPmpMachineTest, FirstNewsOfAChangeAreTheOldOnes) {
    world.machine->want(wish(1, 443, 443), world.now);
    world.run(10min);
    world.announce(world.gateway.nat_pmp_announcement(world.now, world.gateway.external));
    world.run(150ms);
    world.gateway.external = ip("203.0.113.77");
    world.gateway.restart(world.now);
    world.run(100ms);
    EXPECT_EQ(world.last().external.address, ip("203.0.113.77"));
    EXPECT_TRUE(world.mapped());
    EXPECT_NE(world.slot(443), nullptr);
}

// An announcement makes us ask; its own word is not taken.
TEST_F(NatPmpMachineTest, AnnouncedAddressIsAskedFor) {
    world.machine->want(wish(1, 443, 443), world.now);
    world.run(10min);
    world.announce(world.gateway.nat_pmp_announcement(world.now, ip("198.51.100.1")));
    world.run(30s);
    for (const auto& report : world.reports) EXPECT_NE(report.external.address, ip("198.51.100.1"));
}

TEST_F(NatPmpMachineTest, NewAddressIsToldForAllMappings) {
    world.machine->want(wish(1, 443, 443), world.now);
    world.machine->want(wish(2, 80, 80), world.now);
    world.run(1s);
    world.gateway.external = ip("203.0.113.77");
    world.run(61s);
    EXPECT_EQ(world.last(1).external, (Endpoint{ip("203.0.113.77"), 443}));
    EXPECT_EQ(world.last(2).external, (Endpoint{ip("203.0.113.77"), 80}));
}

}  // namespace
}  // namespace homeport::reach
