/// Routers as they are found in homes. None may lead to a mapping that is not there, nor to a
/// flood.

#include "reach/portmap/fake_gateway.hpp"
#include "reach/portmap/nat_pmp_machine.hpp"
#include "reach/portmap/pcp_machine.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

using testing::FakeGateway;
using testing::GatewayWorld;
using testing::ip;
using testing::wish;
using Phase = MappingReport::Phase;

struct GatewayQuirk : ::testing::Test {
    void pcp(std::uint16_t port = 443) {
        begin(std::make_unique<PcpMachine>(options(), world), port);
    }
    void nat_pmp(std::uint16_t port = 443) {
        begin(std::make_unique<NatPmpMachine>(options(), world), port);
    }
    void expect_few_packets(std::size_t per_hour) {
        for (int hour = 0; hour < 12; ++hour) EXPECT_LE(world.packets_in(1h), per_hour) << hour;
    }
    void expect_failed(MapFault fault) {
        EXPECT_EQ(world.last().phase, Phase::failed);
        EXPECT_EQ(world.last().fault, fault) << world.last().detail;
        for (const auto& report : world.reports) EXPECT_NE(report.phase, Phase::mapped);
    }
    GatewayOptions options() const { return {world.gateway.self, ip("192.168.1.10"), ""}; }
    FakeGateway::Quirks& router() { return world.gateway.quirks; }

    GatewayWorld world;

private:
    /// At a router that has no mappings yet.
    void begin(std::unique_ptr<PortMapMachine> machine, std::uint16_t port) {
        world.gateway.table.clear();
        world.use(std::move(machine));
        world.machine->want(wish(1, port, port), world.now);
        world.run(2s);
    }
};

/// A heartbeat a minute, and the renewals.
constexpr std::size_t kCalm = 70;

// Technicolor CGA4131COM: listed and renewed, but nothing is let in until it is deleted.
TEST_F(GatewayQuirk, ListedButDeadIsCuredByDeleteAndAdd) {
    for (const bool by_pcp : {true, false}) {
        router().next_is_dead = true;
        by_pcp ? pcp() : nat_pmp();
        world.run(4h);
        ASSERT_TRUE(world.mapped());
        ASSERT_FALSE(world.slot(443)->forwards);
        world.machine->remake(MappingId{1}, world.now);
        EXPECT_EQ(world.last().phase, Phase::asking);
        world.run(1s);
        EXPECT_TRUE(world.mapped());
        EXPECT_TRUE(world.slot(443)->forwards);
    }
}

// The address of a provider's NAT is passed on as it is said: it is evidence.
TEST_F(GatewayQuirk, ProvidersAddressIsPassedOn) {
    world.gateway.external = ip("100.125.87.73");
    nat_pmp();
    EXPECT_EQ(world.routers.back().external, ip("100.125.87.73"));
    EXPECT_EQ(world.last().external.address, ip("100.125.87.73"));
}

TEST_F(GatewayQuirk, AnswersNatPmpWithPcp) {
    router().pcp_to_nat_pmp = true;
    nat_pmp();
    expect_failed(MapFault::unsupported);
    EXPECT_EQ(world.last().detail, "PCP of version 2 only");
    EXPECT_EQ(world.last().retry_at, kNever);
    EXPECT_FALSE(world.routers.back().answers);
    expect_few_packets(0);
    router().pcp_to_nat_pmp = false;
    world.machine->check_soon(world.now);
    world.run(1s);
    EXPECT_TRUE(world.mapped());
}

TEST_F(GatewayQuirk, SpeaksNatPmpOnly) {
    router().pcp = false;
    pcp();
    expect_failed(MapFault::unsupported);
    EXPECT_EQ(world.last().detail, "NAT-PMP only");
    expect_few_packets(0);
}

// ASUS while the line is down: what lay in memory.
TEST_F(GatewayQuirk, AddressThatCannotBeIsNoAddress) {
    for (const char* garbage : {"0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.9", "240.1.2.3",
                                "255.255.255.255", "169.254.1.1"}) {
        world.gateway.external = ip(garbage);
        nat_pmp();
        EXPECT_TRUE(world.routers.back().external.is_unspecified()) << garbage;
        EXPECT_TRUE(world.last().external.address.is_unspecified()) << garbage;
        pcp();
        EXPECT_TRUE(world.last().external.address.is_unspecified()) << garbage;
    }
}

// A new garbage address each time must not have us look again all the time.
TEST_F(GatewayQuirk, AddressThatChangesAllTheTime) {
    nat_pmp();
    std::size_t packets = 0;
    for (unsigned i = 0; i < 7200; ++i) {
        world.gateway.external = IpAddress::v4(
            {203, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)});
        packets += world.packets_in(500ms);
    }
    EXPECT_LE(packets, 300U);
}

// The epoch goes on over a change of address; the announcement tells the old one.
TEST_F(GatewayQuirk, EpochGoesOnOverAChangeOfAddress) {
    nat_pmp();
    world.run(10min);
    const IpAddress old = world.gateway.external;
    world.gateway.external = ip("203.0.113.77");
    world.gateway.table.clear();
    world.announce(world.gateway.nat_pmp_announcement(world.now, old));
    world.run(1100ms);
    EXPECT_EQ(world.last().external.address, ip("203.0.113.77"));
    EXPECT_NE(world.slot(443), nullptr);
}

// Comcast XB3: takes no notice of lifetimes.
TEST_F(GatewayQuirk, LifetimesOfItsOwn) {
    for (const std::uint32_t lifetime_s : {120U, 3600U, 604800U, 0xffffffffU}) {
        router().lifetime_s = lifetime_s;
        pcp();
        EXPECT_TRUE(world.mapped());
        expect_few_packets(kCalm + 80);
        EXPECT_TRUE(world.mapped());
        world.machine->drop(MappingId{1}, world.now);
        world.run(2s);
        EXPECT_TRUE(world.gateway.table.empty());  // and not left to its end
    }
}

TEST_F(GatewayQuirk, LifetimeOfASecondIsNoBusyLoop) {
    router().lifetime_s = 1;
    pcp();
    expect_failed(MapFault::garbage);
    expect_few_packets(kCalm + 20);
    router().lifetime_s = 0;
    nat_pmp();
    EXPECT_EQ(world.last().fault, MapFault::garbage);
    expect_few_packets(kCalm + 20);
}

// Clients that ask for another port each time fill the table.
TEST_F(GatewayQuirk, NeverAsksForAnotherPortThanTheOneWanted) {
    router().ignores_prefer_failure = true;
    world.gateway.taken.insert(443);
    nat_pmp();
    expect_failed(MapFault::other_port);
    world.run(24h);
    for (const auto& sent : world.sent) {
        if (sent.bytes.size() < 12) continue;
        const auto port = std::to_integer<unsigned>(sent.bytes[6]) * 256 +
                          std::to_integer<unsigned>(sent.bytes[7]);
        EXPECT_TRUE(port == 443 || port == 0) << port;
    }
    EXPECT_TRUE(world.gateway.table.empty());
}

TEST_F(GatewayQuirk, FullTableIsNotHammered) {
    router().table_size = 0;
    for (const bool by_pcp : {true, false}) {
        by_pcp ? pcp() : nat_pmp();
        expect_failed(MapFault::full);
        expect_few_packets(kCalm + 5);
        world.sent.clear();
        for (int i = 0; i < 60; ++i) {
            world.machine->check_soon(world.now);
            world.run(1min);
        }
        const auto asks = std::ranges::count_if(world.sent, [](const GatewayWorld::Sent& sent) {
            return sent.bytes.size() == 12 || sent.bytes.size() >= 60;
        });
        EXPECT_LE(asks, 3);
    }
    router().table_size = 1;
    world.run(31min);
    EXPECT_TRUE(world.mapped());
}

// Port 0 stands for all ports at some routers: never kept.
TEST_F(GatewayQuirk, ExternalPortZeroIsGivenBack) {
    router().gives_port = 0;
    router().ignores_prefer_failure = true;
    for (const bool by_pcp : {true, false}) {
        by_pcp ? pcp() : nat_pmp();
        expect_failed(MapFault::garbage);
        EXPECT_TRUE(world.gateway.table.empty());
        expect_few_packets(kCalm + 30);
    }
}

// With a VPN the default route leads elsewhere: only the router that was named is spoken to.
TEST_F(GatewayQuirk, SpeaksOnlyToItsRouter) {
    pcp();
    world.machine->check_soon(world.now);
    world.run(3h);
    for (const auto& sent : world.sent) EXPECT_EQ(sent.to, world.gateway.self);
}

// Verizon CR1000A.
TEST_F(GatewayQuirk, UnsupportedVersionIsNotAskedAgain) {
    router().pcp = router().nat_pmp = false;
    pcp();
    expect_failed(MapFault::unsupported);
    EXPECT_EQ(world.last().detail, "1 UNSUPP_VERSION");
    expect_few_packets(0);
}

// Huawei HG8145V5.
TEST_F(GatewayQuirk, ClosedPortIsKnownAtOnce) {
    router().closed = true;
    pcp();
    expect_failed(MapFault::unsupported);
    EXPECT_EQ(world.last().detail, "port 5351 is closed");
    expect_few_packets(30);
    router().closed = false;
    world.run(6min);
    EXPECT_TRUE(world.mapped());
    router().closed = true;  // its server is started anew: what is mapped stays
    world.run(90s);
    EXPECT_TRUE(world.mapped());
    EXPECT_FALSE(world.routers.back().answers);
}

TEST_F(GatewayQuirk, EverySecondRenewalIsRefused) {
    router().every_second_renewal_fails = true;
    for (const std::uint32_t lifetime_s : {120U, 7200U}) {
        router().lifetime_s = lifetime_s;
        pcp();
        for (int minute = 0; minute < 12 * 60; ++minute) {
            world.run(1min);
            EXPECT_TRUE(world.mapped()) << minute;
            EXPECT_NE(world.slot(443), nullptr) << minute;
        }
    }
}

TEST_F(GatewayQuirk, DeleteHasTheNonceOfTheMapping) {
    pcp();
    world.machine->drop(MappingId{1}, world.now);
    world.run(1s);
    EXPECT_TRUE(world.gateway.table.empty());
}

// miniupnpd over IPv6: the right nonce is refused too. Once said is enough, its log is not ours.
TEST_F(GatewayQuirk, RefusedDeleteIsNotRepeated) {
    pcp();
    router().refuses_deletes = true;
    const std::size_t before = world.sent.size();
    world.machine->drop(MappingId{1}, world.now);
    world.run(10s);
    EXPECT_EQ(world.sent.size(), before + 1);
    EXPECT_EQ(world.last().phase, Phase::removed);
    EXPECT_EQ(world.last().detail, "2 NOT_AUTHORIZED");
}

// miniupnpd: success with another port although PREFER_FAILURE was sent.
TEST_F(GatewayQuirk, IgnoresPreferFailure) {
    router().ignores_prefer_failure = true;
    world.gateway.taken.insert(443);
    pcp();
    expect_failed(MapFault::other_port);
    EXPECT_TRUE(world.gateway.table.empty());
    expect_few_packets(kCalm + 30);
    expect_failed(MapFault::other_port);
}

// A renewal may bring another port when somebody was faster after a restart.
TEST_F(GatewayQuirk, PortLostToAnotherDevice) {
    router().ignores_prefer_failure = true;
    pcp();
    ASSERT_TRUE(world.mapped());
    world.gateway.restart(world.now);
    world.gateway.taken.insert(443);
    world.run(2min);
    EXPECT_EQ(world.last().fault, MapFault::other_port);
    EXPECT_TRUE(world.gateway.table.empty());
    world.gateway.taken.clear();
    world.run(31min);
    EXPECT_TRUE(world.mapped());
}

TEST_F(GatewayQuirk, EpochThatStandsStill) {
    for (const bool by_pcp : {true, false}) {
        router().epoch_s = 0;
        by_pcp ? pcp() : nat_pmp();
        world.run(10min);
        expect_few_packets(kCalm);
        EXPECT_TRUE(world.mapped());
    }
}

TEST_F(GatewayQuirk, EpochWithoutSense) {
    for (const bool by_pcp : {true, false}) {
        router().epochs_s = {77, 0xffffffff, 0, 123456, 5};
        by_pcp ? pcp() : nat_pmp();
        world.run(10min);
        expect_few_packets(kCalm);
        EXPECT_TRUE(world.mapped());
    }
}

TEST_F(GatewayQuirk, AnswersFromAnotherPortAreNotBelieved) {
    router().other_port_answers = true;
    pcp();
    world.run(5min);
    expect_failed(MapFault::silent);
    expect_few_packets(80);
}

// A device that loses its line for hours is asked seldom, and works again when the line is back.
TEST_F(GatewayQuirk, RouterWithoutALine) {
    router().nat_pmp_result = NatPmpResult::network_failure;
    world.gateway.external = ip("0.0.0.0");
    nat_pmp();
    expect_failed(MapFault::no_network);
    world.run(10min);
    expect_few_packets(kCalm + 15);
    router().nat_pmp_result = NatPmpResult::success;
    world.gateway.external = ip("203.0.113.5");
    world.run(6min);
    EXPECT_TRUE(world.mapped());
    EXPECT_EQ(world.last().external.address, ip("203.0.113.5"));
}

}  // namespace
}  // namespace homeport::reach
