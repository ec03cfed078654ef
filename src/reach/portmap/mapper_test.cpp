#include "reach/portmap/mapper.hpp"

#include "reach/portmap/limits.hpp"

#include <gmock/gmock.h>

#include <map>

namespace homeport::reach {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Phase = UnitReport::Phase;

/// Notes what it is told.
struct FakeMachine final : PortMapMachine {
    void start(TimePoint) override {}
    void want(const MappingWish& wish, TimePoint) override {
        held[wish.id.value] = wish;
        ++wants;
    }
    void drop(MappingId id, TimePoint) override { dropping.push_back(id); }
    void check_soon(TimePoint) override {}
    void remake(MappingId id, TimePoint) override { remade.push_back(id); }
    void on_datagram(const Endpoint&, Bytes, bool, TimePoint) override {}
    void on_reply(HttpCallId, const Result<HttpReply>&, TimePoint) override {}
    void on_unreachable(const Endpoint&, TimePoint) override {}
    void on_time(TimePoint) override {}
    TimePoint deadline() const override { return kNever; }
    std::string memory(TimePoint) const override { return {}; }

    std::map<std::uint64_t, MappingWish> held;
    std::vector<MappingId> dropping;
    std::vector<MappingId> remade;
    int wants = 0;
};

PortUnit ftp() {
    PortUnit unit{.name = "ftp", .ports = {}};
    for (const auto port : std::initializer_list<std::uint16_t>{21, 42000, 42001}) {
        unit.ports.push_back(
            {.transport = Transport::tcp,
             .external = port,
             .internal = *Endpoint::parse("192.168.1.10:" + std::to_string(port))});
    }
    return unit;
}

struct MapperTest : ::testing::Test {
    MapperTest()
        : mapper(
              {{MapProtocol::pcp, &pcp}, {MapProtocol::upnp, &upnp}},
              [this](const UnitPort&) { return Mapper::Identity{.id = {++last_id}, .nonce = {}}; },
              [this](const UnitReport& report) { last = report; }) {}

    void answers(MapProtocol protocol, bool yes) {
        mapper.on_report(RouterReport{.protocol = protocol, .answers = yes}, now);
    }
    /// Every mapping that the machine holds is granted, up to `count`.
    void grant(FakeMachine& machine, std::size_t count = 100) {
        const auto held = machine.held;
        for (const auto& [id, wish] : held) {
            if (count-- == 0) return;
            mapper.on_report(MappingReport{.id = {id},
                                           .phase = MappingReport::Phase::mapped,
                                           .external = {outside, wish.external_port}},
                             now);
        }
    }
    void refuse(FakeMachine& machine, std::uint16_t port, MapFault fault) {
        const auto held = machine.held;
        for (const auto& [id, wish] : held) {
            if (wish.external_port != port) continue;
            mapper.on_report(MappingReport{.id = {id},
                                           .phase = MappingReport::Phase::failed,
                                           .fault = fault,
                                           .detail = "718 ConflictInMappingEntry",
                                           .retry_at = now + 5min},
                             now);
        }
    }
    void finish_drops(FakeMachine& machine) {
        const auto dropping = std::exchange(machine.dropping, {});
        for (const MappingId id : dropping) {
            machine.held.erase(id.value);
            mapper.on_report(MappingReport{.id = id, .phase = MappingReport::Phase::removed}, now);
        }
    }
    void later(Duration time) {
        now += time;
        if (mapper.deadline() <= now) mapper.on_time(now);
    }

    TimePoint now{};
    IpAddress outside = *IpAddress::parse("203.0.113.5");
    std::uint64_t last_id = 0;
    FakeMachine pcp;
    FakeMachine upnp;
    UnitReport last;
    Mapper mapper;
};

TEST_F(MapperTest, AUnitIsMappedWhenAllItsPortsAre) {
    mapper.set_units({ftp()}, now);
    EXPECT_EQ(last.phase, Phase::waiting);
    answers(MapProtocol::pcp, true);
    EXPECT_EQ(last.phase, Phase::asking);
    grant(pcp, 2);
    EXPECT_EQ(last.phase, Phase::asking);
    grant(pcp);
    EXPECT_EQ(last.phase, Phase::mapped);
    EXPECT_EQ(last.external, outside);
    EXPECT_EQ(last.protocol, MapProtocol::pcp);
    EXPECT_EQ(upnp.wants, 0);
}

// The better protocol has a moment to answer; a slow one is not waited for.
TEST_F(MapperTest, ABetterProtocolIsWaitedForAMoment) {
    mapper.set_units({ftp()}, now);
    answers(MapProtocol::upnp, true);
    EXPECT_EQ(last.phase, Phase::waiting);
    ASSERT_EQ(mapper.deadline(), now + kChooseWindow);
    later(kChooseWindow);
    EXPECT_EQ(upnp.wants, 3);
    EXPECT_EQ(last.protocol, MapProtocol::upnp);
}

// One busy port: everything is given back, and only then the other protocol is tried.
TEST_F(MapperTest, OneRefusedPortRollsTheUnitBack) {
    mapper.set_units({ftp()}, now);
    answers(MapProtocol::upnp, true);
    answers(MapProtocol::pcp, true);
    grant(pcp, 1);
    refuse(pcp, 42001, MapFault::conflict);
    EXPECT_EQ(pcp.dropping.size(), 3u);
    EXPECT_EQ(upnp.wants, 0) << "not while the router still holds what was given";
    finish_drops(pcp);
    EXPECT_EQ(upnp.wants, 3);
    refuse(upnp, 42000, MapFault::conflict);
    finish_drops(upnp);
    EXPECT_EQ(last.phase, Phase::failed);
    EXPECT_TRUE(mapper.idle());
    ASSERT_EQ(last.attempts.size(), 2u);
    EXPECT_EQ(last.attempts[0].fault, MapFault::conflict);
    EXPECT_THAT(last.attempts[0].detail, HasSubstr("TCP 42001: 718"));
    EXPECT_EQ(last.retry_at, now + 5min) << "as the machines say";

    later(5min);
    EXPECT_EQ(pcp.wants, 6);
    grant(pcp);
    EXPECT_EQ(last.phase, Phase::mapped);
    EXPECT_THAT(last.attempts, IsEmpty());
}

// A protocol that answers after the others have refused is the next one, at once.
TEST_F(MapperTest, ALateProtocolIsTriedToo) {
    mapper.set_units({ftp()}, now);
    answers(MapProtocol::pcp, true);
    refuse(pcp, 21, MapFault::full);
    finish_drops(pcp);
    EXPECT_EQ(last.phase, Phase::failed);
    answers(MapProtocol::upnp, true);
    EXPECT_EQ(upnp.wants, 3);
    refuse(upnp, 21, MapFault::full);
    finish_drops(upnp);
    EXPECT_EQ(last.phase, Phase::failed);
    EXPECT_EQ(last.attempts.size(), 2u);
}

// Nobody there: said, and tried at once when a router appears.
TEST_F(MapperTest, SilenceIsAFailureUntilARouterAnswers) {
    mapper.set_units({ftp()}, now);
    answers(MapProtocol::pcp, false);
    EXPECT_EQ(last.phase, Phase::waiting);
    answers(MapProtocol::upnp, false);
    EXPECT_EQ(last.phase, Phase::failed);
    EXPECT_EQ(last.attempts.at(0).fault, MapFault::silent);
    mapper.on_report(
        RouterReport{.protocol = MapProtocol::pcp, .answers = true, .external = outside}, now);
    EXPECT_EQ(last.phase, Phase::asking);
}

// Listed but dead: made anew once, then by another protocol.
TEST_F(MapperTest, WhatDoesNotForwardIsRemadeThenMoved) {
    mapper.set_units({ftp()}, now);
    answers(MapProtocol::pcp, true);
    answers(MapProtocol::upnp, true);
    grant(pcp);
    mapper.on_not_forwarding("ftp", now);
    EXPECT_EQ(pcp.remade.size(), 3u);
    EXPECT_EQ(last.phase, Phase::asking);
    mapper.on_not_forwarding("ftp", now);
    EXPECT_THAT(pcp.dropping, IsEmpty()) << "a complaint about the old one says nothing";
    grant(pcp);
    mapper.on_not_forwarding("ftp", now);
    finish_drops(pcp);
    EXPECT_EQ(upnp.wants, 3);
    grant(upnp);
    EXPECT_EQ(last.phase, Phase::mapped);
    EXPECT_EQ(last.protocol, MapProtocol::upnp);
}

// A lost mapping is not yet a failed one: the machine asks again by itself.
TEST_F(MapperTest, ALossIsSeenWhileTheMachineAsksAgain) {
    mapper.set_units({ftp()}, now);
    answers(MapProtocol::pcp, true);
    grant(pcp);
    mapper.on_report(
        MappingReport{.id = {pcp.held.begin()->first}, .phase = MappingReport::Phase::asking}, now);
    EXPECT_EQ(last.phase, Phase::asking);
    grant(pcp);
    EXPECT_EQ(last.phase, Phase::mapped);
    EXPECT_EQ(pcp.wants, 3);
}

TEST_F(MapperTest, UnitsThatStayAreNotTouchedOthersAreClosed) {
    PortUnit web{.name = "web",
                 .ports = {{Transport::tcp, 443, *Endpoint::parse("192.168.1.10:443")}}};
    mapper.set_units({ftp(), web}, now);
    answers(MapProtocol::pcp, true);
    grant(pcp);
    mapper.set_units({ftp()}, now);
    EXPECT_EQ(pcp.wants, 4);
    EXPECT_EQ(pcp.dropping.size(), 1u);
    finish_drops(pcp);
    ASSERT_EQ(mapper.reports().size(), 1u);
    EXPECT_EQ(mapper.reports()[0].name, "ftp");
    mapper.set_units({}, now);
    EXPECT_FALSE(mapper.idle());
    finish_drops(pcp);
    EXPECT_TRUE(mapper.idle());
    EXPECT_THAT(mapper.reports(), IsEmpty());
}

// A changed unit is given back and asked for anew, under the same name.
TEST_F(MapperTest, AChangedUnitIsAnotherOne) {
    mapper.set_units({ftp()}, now);
    answers(MapProtocol::pcp, true);
    grant(pcp);
    PortUnit smaller = ftp();
    smaller.ports.pop_back();
    mapper.set_units({smaller}, now);
    EXPECT_EQ(pcp.dropping.size(), 3u);
    EXPECT_EQ(pcp.wants, 3) << "not beside what still holds these ports";
    finish_drops(pcp);
    EXPECT_EQ(pcp.wants, 5);
    grant(pcp);
    EXPECT_EQ(last.phase, Phase::mapped);
    EXPECT_EQ(mapper.reports().size(), 1u);
}

// A machine that forgets a wish must not hold up the others.
TEST_F(MapperTest, GivingBackEndsInTime) {
    mapper.set_units({ftp()}, now);
    answers(MapProtocol::upnp, true);
    answers(MapProtocol::pcp, true);
    refuse(pcp, 21, MapFault::refused);
    ASSERT_EQ(mapper.deadline(), now + kGiveBackTime);
    later(kGiveBackTime);
    EXPECT_EQ(upnp.wants, 3);
    EXPECT_EQ(last.protocol, MapProtocol::upnp);
}

TEST_F(MapperTest, TooManyPortsAreRefused) {
    PortUnit large{.name = "large", .ports = {}};
    large.ports.resize(kMaxUnitPorts + 1);
    mapper.set_units({large}, now);
    answers(MapProtocol::pcp, true);
    EXPECT_EQ(last.phase, Phase::failed);
    EXPECT_EQ(last.attempts.at(0).fault, MapFault::full);
    EXPECT_EQ(pcp.wants, 0);
    EXPECT_EQ(mapper.deadline(), kNever);
}

}  // namespace
}  // namespace homeport::reach
