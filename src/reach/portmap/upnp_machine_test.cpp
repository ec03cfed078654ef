#include "reach/portmap/upnp_machine.hpp"

#include "reach/portmap/limits.hpp"
#include "reach/portmap/upnp_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using namespace testing;

std::string event(const std::string& name, const std::string& value) {
    return "<e:propertyset xmlns:e=\"x\"><e:property><" + name + ">" + value + "</" + name +
           "></e:property></e:propertyset>";
}

TEST(UpnpMachine, FindsTheRouterAndMaps) {
    Home home;
    const MappingReport& report = home.map(1s);
    EXPECT_EQ(report.phase, Phase::mapped);
    EXPECT_EQ(report.external, Endpoint::parse("203.0.113.7:443").value());
    EXPECT_GT(report.expires, home.world.now + Duration{119min});
    EXPECT_LE(report.expires, home.world.now + Duration{2h});
    EXPECT_EQ(home.router.table.at({"443", "TCP"}).client, "192.168.1.20");
    const RouterReport& router = home.world.router_reports.back();
    EXPECT_TRUE(router.answers);
    EXPECT_EQ(router.router, home.router.at());
    EXPECT_EQ(router.external, ip("203.0.113.7"));
    EXPECT_EQ(router.name, "Fake Router");
}

TEST(UpnpMachine, FindsTheRouterWithoutAnyWish) {
    Home home;
    home.start();
    home.world.run_for(20s);
    ASSERT_EQ(home.world.router_reports.size(), 1U);
    EXPECT_TRUE(home.world.router_reports[0].answers);
}

TEST(UpnpMachine, RenewsBeforeHalfOfTheLife) {
    Home home;
    home.map(1s);
    for (int i = 0; i < 24 * 60; ++i) {
        home.world.run_for(1min);
        const auto left = home.router.table.at({"443", "TCP"}).ends - home.world.now;
        ASSERT_GT(left, Duration{59min}) << "minute " << i;
        ASSERT_EQ(home.world.of(1).phase, Phase::mapped);
    }
    EXPECT_EQ(home.router.count("DeletePortMapping"), 0U);
    EXPECT_LT(home.world.calls.size(), 2000U);
}

TEST(UpnpMachine, TheSameReportIsNotRepeated) {
    Home home;
    home.map();
    home.world.machine->check_soon(home.world.now);
    home.world.run_for(20s);
    for (std::size_t i = 1; i < home.world.reports.size(); ++i) {
        EXPECT_FALSE(home.world.reports[i] == home.world.reports[i - 1]);
    }
    EXPECT_EQ(home.world.router_reports.size(), 1U);
}

TEST(UpnpMachine, AnOwnOldEntryIsReplaced) {
    Home home;
    home.router.odd.again_code = 718;
    home.taken("192.168.1.20");
    EXPECT_EQ(home.map().phase, Phase::mapped);
    EXPECT_EQ(home.router.table.at({"443", "TCP"}).description, "homeport");
}

TEST(UpnpMachine, AnEntryOfAnotherDeviceIsLeftAlone) {
    Home home;
    home.taken("192.168.1.99");
    EXPECT_EQ(home.map().fault, MapFault::conflict);
    EXPECT_EQ(home.world.of(1).detail, "718 ConflictInMappingEntry");
    home.world.machine->drop(MappingId{1}, home.world.now);
    home.world.run_for(10s);
    EXPECT_EQ(home.world.of(1).phase, Phase::removed);
    EXPECT_EQ(home.router.count("DeletePortMapping"), 0U);
    EXPECT_EQ(home.router.table.at({"443", "TCP"}).client, "192.168.1.99");
}

TEST(UpnpMachine, DropRemovesWithFewTries) {
    Home home;
    home.map();
    home.world.machine->drop(MappingId{1}, home.world.now);
    home.world.run_for(1s);
    EXPECT_FALSE(home.listed());
    EXPECT_EQ(home.world.of(1).phase, Phase::removed);

    home.want(wish(2));
    home.world.run_for(5s);
    EXPECT_EQ(home.world.of(2).phase, Phase::mapped);
    home.router.odd.http_status = 500;
    const std::size_t before = home.world.calls.size();
    home.world.machine->drop(MappingId{2}, home.world.now);
    home.world.run_for(30s);
    EXPECT_EQ(home.world.of(2).phase, Phase::removed);
    EXPECT_LE(home.world.calls.size() - before, 3U + 15);
}

// A new wish for the port waits until the old one is gone, so that it is not deleted again.
TEST(UpnpMachine, APortChangesItsWish) {
    Home home;
    home.map();
    home.world.machine->drop(MappingId{1}, home.world.now);
    MappingWish other = wish(2);
    other.internal.port = 8443;
    home.want(other);
    home.world.run_for(5s);
    EXPECT_EQ(home.world.of(1).phase, Phase::removed);
    EXPECT_EQ(home.world.of(2).phase, Phase::mapped);
    EXPECT_EQ(home.router.table.at({"443", "TCP"}).internal_port, "8443");
}

TEST(UpnpMachine, WishesThatCannotBe) {
    Home home;
    home.map();
    home.want(wish(2));
    EXPECT_EQ(home.world.of(2).fault, MapFault::conflict);
    home.want(wish(3, 443, Transport::udp));
    for (std::uint64_t i = 4; i < 4 + kMaxMappings; ++i) {
        home.want(wish(i, static_cast<std::uint16_t>(i)));
    }
    EXPECT_EQ(home.world.of(3 + kMaxMappings).fault, MapFault::full);
    home.world.run_for(Duration{30min});
    EXPECT_EQ(home.router.table.size(), kMaxMappings);
    EXPECT_LE(home.world.most_calls_open, kMaxUpnpCalls);
    EXPECT_EQ(home.world.most_changes_open, 1U);
}

TEST(UpnpMachine, RemakeDeletesAndAdds) {
    Home home;
    home.map();
    home.router.log.clear();
    home.world.machine->remake(MappingId{1}, home.world.now);
    home.world.run_for(1s);
    EXPECT_THAT(home.router.log,
                ::testing::ElementsAre("DeletePortMapping 443 TCP", "AddPortMapping 443 TCP",
                                       "GetSpecificPortMappingEntry 443 TCP"));
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
}

TEST(UpnpMachine, EventsLeadToALookWithinASecond) {
    UpnpOptions options = home_options();
    options.callback = "http://192.168.1.20:49000/3f9c";
    Home home(options);
    home.map();
    EXPECT_EQ(home.router.subscriptions, 1);
    // The first event tells what is known.
    UpnpMachine& machine = *home.world.machine;
    EXPECT_TRUE(machine.on_event(home.router.last_sid, 0, event("ExternalIPAddress", "203.0.113.7"),
                                 home.world.now));
    EXPECT_LT(home.world.calls_in(20s), 3U);
    // After a change the first event has the old address.
    home.router.restart(home.world.now);
    EXPECT_TRUE(machine.on_event(home.router.last_sid, 1, event("ExternalIPAddress", "203.0.113.7"),
                                 home.world.now));
    home.world.run_for(500ms);
    EXPECT_TRUE(home.listed());
    home.router.odd.external = "203.0.113.8";
    home.world.run_for(600ms);
    EXPECT_EQ(home.world.of(1).external.address, ip("203.0.113.8"));
    EXPECT_FALSE(machine.on_event("uuid:else", 1, "", home.world.now));
}

TEST(UpnpMachine, SubscriptionsAreRenewedAndEnded) {
    UpnpOptions options = home_options();
    options.callback = "http://192.168.1.20:49000/3f9c";
    Home home(options);
    home.map();
    home.world.run_for(Duration{24h});
    EXPECT_EQ(home.router.subscriptions, 1);
    EXPECT_NEAR(static_cast<double>(home.router.count("SUBSCRIBE")), 96.0, 3.0);
    home.world.machine->stop(home.world.now);
    home.world.run_for(5s);
    EXPECT_EQ(home.router.subscriptions, 0);
    EXPECT_TRUE(home.world.machine->stopped());
    EXPECT_EQ(home.world.machine->deadline(), kNever);
}

TEST(UpnpMachine, ARestartIsSeenByItsNotice) {
    Home home;
    home.map();
    home.router.restart(home.world.now);
    home.world.notify(home.router, "ssdp:alive");
    home.world.run_for(1s);
    EXPECT_TRUE(home.listed());
    EXPECT_TRUE(home.world.router_reports.back().restarted);
}

TEST(UpnpMachine, ARouterThatStartsLaterIsFoundByItsNotice) {
    Home home;
    home.router.odd.dead = true;
    home.map(40s);
    EXPECT_EQ(home.world.of(1).phase, Phase::failed);
    home.router.odd.dead = false;
    home.world.notify(home.router, "ssdp:alive");
    home.world.run_for(1s);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
}

TEST(UpnpMachine, NoticesWithoutEndAreNoCallsWithoutEnd) {
    Home home;
    home.map();
    const std::size_t before = home.world.calls.size();
    for (int i = 0; i < 6000; ++i) {
        ++home.router.boot_id;
        home.world.notify(home.router, i % 2 == 0 ? "ssdp:alive" : "ssdp:byebye");
        home.world.run_for(100ms);
    }
    // Ten minutes: four looks of three calls in every twenty seconds.
    EXPECT_LT(home.world.calls.size() - before, 30U * 4 * 4);
}

TEST(UpnpMachine, ALookComesFourTimes) {
    Home home;
    home.map();
    home.world.run_for(30s);
    home.router.log.clear();
    home.world.machine->check_soon(home.world.now);
    home.world.run_for(150ms);
    EXPECT_TRUE(home.router.log.empty());
    home.world.run_for(18s);
    EXPECT_EQ(home.router.count("GetExternalIPAddress"), 4U);
    EXPECT_EQ(home.router.count("GetSpecificPortMappingEntry"), 4U);
}

TEST(UpnpMachine, AnotherRouterTakesOver) {
    Home home;
    home.map();
    home.router.odd.dead = true;
    FakeIgd next("192.168.1.1:8080");
    next.uuid = "next";
    home.world.routers.push_back(&next);
    home.world.machine->check_soon(home.world.now);
    home.world.run_for(1min);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
    EXPECT_EQ(next.table.size(), 1U);
}

TEST(UpnpMachine, OneLostReplyChangesNothing) {
    Home home;
    home.map();
    home.router.odd.dead = true;
    home.world.run_for(kUpnpPollInterval);
    home.router.odd.dead = false;
    home.world.run_for(1min);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
    for (const MappingReport& report : home.world.reports) EXPECT_NE(report.phase, Phase::failed);
}

TEST(UpnpMachine, PinholesAreRenewedAndDeletedByTheirNumber) {
    Home home(home_options_v6());
    home.router.odd.firewall = true;
    home.start();
    home.want(wish_v6(1));
    home.world.run_for(20s);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
    EXPECT_EQ(home.world.of(1).external, wish_v6(1).internal);
    home.world.run_for(Duration{24h});
    EXPECT_EQ(home.router.pinholes.size(), 1U);
    EXPECT_EQ(home.router.count("AddPinhole"), 1U);
    home.world.machine->drop(MappingId{1}, home.world.now);
    home.world.run_for(2s);
    EXPECT_TRUE(home.router.pinholes.empty());
    EXPECT_EQ(home.world.of(1).phase, Phase::removed);
}

// A restarted router counts from 1 again: a number alone does not say whose pinhole it is.
TEST(UpnpMachine, PinholesAfterARestartOfTheRouter) {
    Home home(home_options_v6());
    home.router.odd.firewall = true;
    home.start();
    home.want(wish_v6(1, 80));
    home.want(wish_v6(2, 443));
    home.world.run_for(20s);
    EXPECT_EQ(home.router.pinholes.size(), 2U);
    home.router.restart(home.world.now);
    home.world.machine->check_soon(home.world.now);
    home.world.run_for(20s);
    EXPECT_EQ(home.router.pinholes.size(), 2U);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
    EXPECT_EQ(home.world.of(2).phase, Phase::mapped);
}

TEST(UpnpMachine, NumbersOfPinholesOutliveAProcess) {
    Home home(home_options_v6());
    home.router.odd.firewall = true;
    home.start();
    home.want(wish_v6(1));
    home.world.run_for(20s);
    home.world.begin_again();
    home.router.odd.refusal = 701;
    home.want(wish_v6(1));
    home.world.run_for(20s);
    EXPECT_EQ(home.world.of(1).fault, MapFault::full);
    home.router.odd.refusal = 0;
    home.world.machine->stop(home.world.now);
    home.world.run_for(20s);
    EXPECT_TRUE(home.router.pinholes.empty());
}

TEST(UpnpMachine, StopRemovesEverythingInBoundedTime) {
    Home home;
    for (std::uint64_t i = 2; i < 50; ++i) home.want(wish(i, static_cast<std::uint16_t>(i)));
    home.map(30s);
    EXPECT_EQ(home.router.table.size(), 49U);
    home.world.machine->stop(home.world.now);
    home.world.run_for(10s);
    EXPECT_TRUE(home.router.table.empty());
    EXPECT_TRUE(home.world.machine->stopped());
    home.want(wish(99, 99));
    home.world.run_for(Duration{1h});
    EXPECT_TRUE(home.router.table.empty());
}

TEST(UpnpMachine, StopWithADeadRouter) {
    Home home;
    home.map();
    home.router.odd.dead = true;
    home.world.machine->stop(home.world.now);
    home.world.run_for(1min);
    EXPECT_TRUE(home.world.machine->stopped());
    EXPECT_EQ(home.world.of(1).phase, Phase::removed);
}

TEST(UpnpMachine, TheTableOfTheRouterIsListed) {
    Home home;
    home.taken("192.168.1.99", "0");
    home.taken("192.168.1.20", "8080");
    home.map();
    home.world.machine->list_entries(home.world.now);
    EXPECT_TRUE(home.world.machine->listing());
    home.world.run_for(1s);
    EXPECT_FALSE(home.world.machine->listing());
    ASSERT_EQ(home.world.machine->entries().size(), 3U);
    EXPECT_EQ(home.world.machine->entries()[0].external_port, 0);
    EXPECT_EQ(home.world.machine->entries()[0].internal_client, "192.168.1.99");
    for (int i = 0; i < 400; ++i) home.taken("192.168.1.99", std::to_string(10'000 + i));
    home.world.machine->list_entries(home.world.now);
    home.world.run_for(Duration{10min});
    EXPECT_EQ(home.world.machine->entries().size(), kMaxUpnpEntries);
}

TEST(UpnpMachine, OfTwoConnectionsTheOneThatIsUp) {
    Home home;
    FakeIgd ppp("192.168.1.1:5001");
    ppp.uuid = "ppp";
    ppp.device_type = "urn:schemas-upnp-org:device:InternetGatewayDevice:2";
    ppp.service_type = "urn:schemas-upnp-org:service:WANPPPConnection:1";
    home.router.odd.status = "Disconnected";
    home.world.routers.push_back(&ppp);
    EXPECT_EQ(home.map(30s).phase, Phase::mapped);
    EXPECT_EQ(ppp.table.size(), 1U);
    EXPECT_TRUE(home.router.table.empty());
}

}  // namespace
}  // namespace homeport::reach
