/// What both protocols do alike. Each test runs with PCP and with NAT-PMP.

#include "reach/portmap/gateway_machine.hpp"

#include "reach/portmap/fake_gateway.hpp"
#include "reach/portmap/nat_pmp_machine.hpp"
#include "reach/portmap/pcp_machine.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

using testing::GatewayWorld;
using testing::ip;
using testing::wish;
using Phase = MappingReport::Phase;

struct GatewayMachineTest : ::testing::TestWithParam<MapProtocol> {
    GatewayMachineTest() { boot(); }

    void boot(const std::string& memory = "") {
        const GatewayOptions options{world.gateway.self, ip("192.168.1.10"), memory};
        if (GetParam() == MapProtocol::pcp)
            world.use(std::make_unique<PcpMachine>(options, world));
        else
            world.use(std::make_unique<NatPmpMachine>(options, world));
    }
    void want(std::uint64_t id, std::uint16_t port) {
        world.machine->want(wish(id, port, port), world.now);
    }
    void announce() {
        if (GetParam() == MapProtocol::pcp)
            world.announce(world.gateway.pcp_announcement(world.now));
        else
            world.announce(world.gateway.nat_pmp_announcement(world.now, world.gateway.external));
    }

    GatewayWorld world;
};
INSTANTIATE_TEST_SUITE_P(Protocols, GatewayMachineTest,
                         ::testing::Values(MapProtocol::pcp, MapProtocol::nat_pmp),
                         [](const auto& tried) {
                             return tried.param == MapProtocol::pcp ? "Pcp" : "NatPmp";
                         });

TEST_P(GatewayMachineTest, MapsWhatIsWanted) {
    want(1, 443);
    world.run(50ms);
    ASSERT_TRUE(world.mapped());
    EXPECT_EQ(world.last().protocol, GetParam());
    EXPECT_EQ(world.last().external, (Endpoint{ip("203.0.113.5"), 443}));
    EXPECT_EQ(world.reports.front().phase, Phase::asking);
    ASSERT_NE(world.slot(443), nullptr);
    EXPECT_EQ(world.last().expires - world.now, world.slot(443)->expires - world.now + 1ms);
    ASSERT_FALSE(world.routers.empty());
    EXPECT_TRUE(world.routers.back().answers);
    EXPECT_EQ(world.routers.back().router, world.gateway.self);
    EXPECT_EQ(world.routers.back().external, ip("203.0.113.5"));
    EXPECT_FALSE(world.routers.back().restarted);
}

TEST_P(GatewayMachineTest, TransportsAreDifferentMappings) {
    want(1, 53);
    MappingWish datagrams = wish(2, 53, 53);
    datagrams.transport = Transport::udp;
    world.machine->want(datagrams, world.now);
    world.run(100ms);
    EXPECT_TRUE(world.mapped(1) && world.mapped(2));
    world.machine->drop(MappingId{2}, world.now);
    world.run(100ms);
    EXPECT_NE(world.slot(53), nullptr);
    EXPECT_EQ(world.slot(53, kIpProtocolUdp), nullptr);
    EXPECT_EQ(world.last(2).phase, Phase::removed);
}

TEST_P(GatewayMachineTest, StaysMappedForDaysWithFewPackets) {
    want(1, 443);
    world.run(1s);
    for (int hour = 0; hour < 72; ++hour) {
        EXPECT_LE(world.packets_in(1h), 64U);  // one heartbeat a minute
        ASSERT_TRUE(world.mapped());
        ASSERT_NE(world.slot(443), nullptr);
    }
}

TEST_P(GatewayMachineTest, LostDatagramsCostLittle) {
    world.lose = 2;
    want(1, 443);
    world.run(900ms);
    EXPECT_TRUE(world.mapped());
}

// Most routers speak one protocol of three: the others must not be a flood.
TEST_P(GatewayMachineTest, SilentRouterIsAskedByOneForAll) {
    world.gateway.quirks.silent = true;
    boot();
    for (std::uint16_t i = 1; i <= 20; ++i) want(i, static_cast<std::uint16_t>(1000 + i));
    EXPECT_LE(world.packets_in(3min), 18U);
    EXPECT_EQ(world.last(1).fault, MapFault::silent);
    EXPECT_EQ(world.last(20).fault, MapFault::silent);
    EXPECT_FALSE(world.routers.back().answers);
    EXPECT_LE(world.packets_in(10h), 10U * 6 * 12);
    want(30, 3000);
    EXPECT_EQ(world.last(30).fault, MapFault::silent);
    world.gateway.quirks.silent = false;
    world.run(6min);
    EXPECT_TRUE(world.mapped(1));
    EXPECT_TRUE(world.mapped(20));
    EXPECT_TRUE(world.mapped(30));
}

// No announcement, no epoch seen by us but at the heartbeat.
TEST_P(GatewayMachineTest, RestartOfTheRouterIsFoundWithinAMinute) {
    for (std::uint16_t i = 1; i <= 10; ++i) want(i, static_cast<std::uint16_t>(1000 + i));
    world.run(10min);
    world.gateway.restart(world.now);
    world.routers.clear();
    world.run(61s);
    for (std::uint16_t i = 1; i <= 10; ++i) {
        EXPECT_TRUE(world.mapped(i));
        EXPECT_NE(world.slot(static_cast<std::uint16_t>(1000 + i)), nullptr);
    }
    ASSERT_FALSE(world.routers.empty());
    EXPECT_TRUE(world.routers.front().restarted);
    EXPECT_EQ(world.routers.size(), 1U);
}

// The router comes back with an announcement: all is mapped within a second, at a bounded pace.
TEST_P(GatewayMachineTest, AnnouncedRestartIsRepairedAtOnce) {
    for (std::uint16_t i = 1; i <= 40; ++i) want(i, static_cast<std::uint16_t>(1000 + i));
    world.run(10min);
    world.gateway.restart(world.now);
    announce();
    EXPECT_LE(world.packets_in(1s - 1ms), 50U);
    for (std::uint16_t i = 1; i <= 40; ++i) EXPECT_TRUE(world.mapped(i)) << i;
    EXPECT_EQ(world.gateway.table.size(), 40U);
    world.run(10s);
    world.gateway.restart(world.now);  // and once more
    world.routers.clear();
    announce();
    EXPECT_TRUE(world.routers.at(0).restarted);
}

TEST_P(GatewayMachineTest, AnnouncementsOfStrangersAreIgnored) {
    want(1, 443);
    world.run(90s);
    world.gateway.restart(world.now);
    const auto packet = GetParam() == MapProtocol::pcp
                            ? world.gateway.pcp_announcement(world.now)
                            : world.gateway.nat_pmp_announcement(world.now, ip("203.0.113.9"));
    world.machine->on_datagram({ip("192.168.1.66"), kGatewayPort}, packet, true, world.now);
    world.machine->on_datagram({ip("192.168.1.66"), kGatewayPort}, packet, false, world.now);
    world.machine->on_datagram({world.gateway.self.address, 7}, packet, false, world.now);
    EXPECT_EQ(world.packets_in(900ms), 0U);
    EXPECT_TRUE(world.mapped());
}

TEST_P(GatewayMachineTest, EndlessAnnouncementsAreNoFlood) {
    want(1, 443);
    world.run(10min);
    std::size_t packets = 0;
    for (int i = 0; i < 36'000; ++i) {
        world.gateway.set_boot(world.now - std::chrono::seconds(i % 2 == 0 ? 5 : 500'000));
        announce();
        packets += world.packets_in(100ms);
    }
    EXPECT_LE(packets, 400U);
}

TEST_P(GatewayMachineTest, DropLeavesNothing) {
    want(1, 443);
    want(2, 80);
    world.run(1s);
    world.machine->drop(MappingId{1}, world.now);
    world.machine->drop(MappingId{1}, world.now);
    world.machine->drop(MappingId{77}, world.now);
    world.run(100ms);
    EXPECT_EQ(world.last(1).phase, Phase::removed);
    EXPECT_EQ(world.slot(443), nullptr);
    EXPECT_NE(world.slot(80), nullptr);
    world.run(24h);
    EXPECT_EQ(world.last(1).phase, Phase::removed);
    EXPECT_TRUE(world.mapped(2));
}

TEST_P(GatewayMachineTest, DropAtASilentRouterEndsInASecond) {
    want(1, 443);
    want(2, 80);
    world.run(1s);
    world.gateway.quirks.silent = true;
    world.machine->drop(MappingId{1}, world.now);
    world.machine->drop(MappingId{2}, world.now);
    EXPECT_LE(world.packets_in(1100ms), 6U);
    EXPECT_EQ(world.last(1).phase, Phase::removed);
    EXPECT_EQ(world.last(2).phase, Phase::removed);
}

// New settings: the port is wanted anew while the old mapping is on its way out. The delete of the
// old one must not hit the new one.
TEST_P(GatewayMachineTest, SamePortAgainWaitsForTheDelete) {
    want(1, 443);
    world.run(1s);
    world.lose = 1;
    world.machine->drop(MappingId{1}, world.now);
    want(2, 443);
    world.run(200ms);
    EXPECT_EQ(world.last(2).phase, Phase::asking);
    world.run(400ms);
    EXPECT_EQ(world.last(1).phase, Phase::removed);
    EXPECT_TRUE(world.mapped(2));
    ASSERT_NE(world.slot(443), nullptr);
}

TEST_P(GatewayMachineTest, WishesThatCannotBe) {
    want(1, 443);
    want(1, 443);
    world.machine->want(wish(2, 443, 444), world.now);  // would replace the first
    EXPECT_EQ(world.last(2).fault, MapFault::unsupported);
    world.machine->want(wish(3, 80, 80, ip("192.168.1.11")), world.now);
    EXPECT_EQ(world.last(3).fault, MapFault::unsupported);
    world.machine->want(wish(4, 0, 80), world.now);
    world.machine->want(wish(5, 80, 0), world.now);
    EXPECT_EQ(world.last(5).fault, MapFault::unsupported);
    for (std::uint16_t i = 0; i < 255; ++i) want(1000U + i, static_cast<std::uint16_t>(1000 + i));
    want(2000, 2000);
    EXPECT_EQ(world.last(2000).fault, MapFault::full);
    world.run(10s);
    EXPECT_EQ(world.gateway.table.size(), 256U);
}

TEST_P(GatewayMachineTest, RememberedEpochShowsALoss) {
    world.run(1s);
    const std::string memory = world.machine->memory(world.now);
    EXPECT_LE(memory.size(), 64U);
    world.routers.clear();
    boot(memory);
    world.run(1s);
    EXPECT_FALSE(world.routers.at(0).restarted);
    world.gateway.restart(world.now);
    world.routers.clear();
    boot(memory);
    world.run(1s);
    EXPECT_TRUE(world.routers.at(0).restarted);
}

TEST_P(GatewayMachineTest, GarbageInMemoryIsIgnored) {
    for (const char* memory : {"epoch", "epoch=", "epoch=-1", "epoch=99999999999", "=", " ",
                               "epochs=9", "\xff\x01=\x02 epoch=x", "epoch=4294967295x"}) {
        world.routers.clear();
        boot(memory);
        world.run(1s);
        ASSERT_FALSE(world.routers.empty()) << memory;
        EXPECT_FALSE(world.routers.front().restarted) << memory;
    }
}

// The first answer after a change is the old one, the second is not.
TEST_P(GatewayMachineTest, LooksAgainSoonAndLater) {
    want(1, 443);
    world.run(10min);
    world.machine->check_soon(world.now);
    world.run(300ms);
    world.gateway.external = ip("203.0.113.77");
    world.run(900ms);
    EXPECT_EQ(world.last().external.address, ip("203.0.113.77"));
    EXPECT_EQ(world.routers.back().external, ip("203.0.113.77"));
    EXPECT_TRUE(world.mapped());
}

TEST_P(GatewayMachineTest, NothingHappensBeforeStart) {
    GatewayWorld other;
    const GatewayOptions options{other.gateway.self, ip("192.168.1.10"), ""};
    other.machine = std::make_unique<PcpMachine>(options, other);
    other.machine->want(wish(1, 443, 443), other.now);
    other.machine->check_soon(other.now);
    EXPECT_EQ(other.packets_in(1h), 0U);
    other.machine->start(other.now);
    other.run(1s);
    EXPECT_TRUE(other.mapped());
}

TEST_P(GatewayMachineTest, AnyBytesAreNoHarm) {
    want(1, 443);
    world.run(1s);
    testing::Packet packet;
    for (unsigned i = 0; i < 1200; ++i) {
        world.machine->on_datagram(world.gateway.self, packet, i % 2 == 0, world.now);
        packet.push_back(static_cast<std::byte>(i * 7919U >> 3));
    }
    world.run(1h);
    EXPECT_TRUE(world.mapped());
}

}  // namespace
}  // namespace homeport::reach
