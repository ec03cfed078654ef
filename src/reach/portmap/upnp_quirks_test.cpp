/// Oddities of real routers in what they do with mappings, each played by the fake one. None may
/// lead to a mapping that is believed and not there, or to calls without end.

#include "reach/portmap/limits.hpp"
#include "reach/portmap/upnp_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// What a day without any news may cost; a busy loop costs far more.
constexpr std::size_t kCallsPerDay = 4000;

void expect_quiet_day(Home& home) {
    EXPECT_LT(home.world.calls_in(Duration{24h}), kCallsPerDay);
    EXPECT_FALSE(home.world.stuck);
}

TEST(UpnpQuirks, ProtocolInCapitalsOnly) {
    Home home;
    home.router.odd.capitals_only = true;
    EXPECT_EQ(home.map().phase, Phase::mapped);
    EXPECT_TRUE(home.listed());
}

TEST(UpnpQuirks, InternalPortIsNotReplacedByTheExternalOne) {
    Home home;
    MappingWish wished = wish(1);
    wished.internal.port = 8443;
    home.start();
    home.want(wished);
    home.world.run_for(Duration{3h});
    EXPECT_EQ(home.router.table.at({"443", "TCP"}).internal_port, "8443");
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
}

TEST(UpnpQuirks, PermanentLeasesOnlyBy725) {
    Home home;
    home.router.odd.refuses_leases = 725;
    EXPECT_EQ(home.map().phase, Phase::mapped);
    EXPECT_EQ(home.world.of(1).expires, kNever);
    // They are looked after all the same, and removed by hand at the end.
    home.router.table.clear();
    home.world.run_for(kUpnpReread + 10s);
    EXPECT_TRUE(home.listed());
    expect_quiet_day(home);
    home.world.machine->stop(home.world.now);
    home.world.run_for(10s);
    EXPECT_FALSE(home.listed());
    EXPECT_TRUE(home.world.machine->stopped());
}

TEST(UpnpQuirks, PermanentLeasesOnlyBy402) {
    Home home;
    home.router.odd.refuses_leases = 402;
    EXPECT_EQ(home.map().phase, Phase::mapped);
    EXPECT_EQ(home.world.of(1).expires, kNever);
    // It is known from then on, also after a restart.
    home.world.begin_again();
    home.router.log.clear();
    home.want(wish(2));
    home.world.run_for(12s);
    EXPECT_EQ(home.world.of(2).phase, Phase::mapped);
    EXPECT_EQ(home.router.count("AddPortMapping"), 1U);
}

TEST(UpnpQuirks, LeaseOfAWeekOnly) {
    Home home;
    home.router.odd.refuses_long_leases = 402;
    const MappingReport& report = home.map();
    EXPECT_EQ(report.phase, Phase::mapped);
    EXPECT_GT(report.expires, home.world.now + Duration{167h});
    expect_quiet_day(home);
}

TEST(UpnpQuirks, EveryLeaseRefusedBy402) {
    Home home;
    home.router.odd.refusal = 402;
    const MappingReport& report = home.map();
    EXPECT_EQ(report.phase, Phase::failed);
    EXPECT_EQ(report.fault, MapFault::refused);
    EXPECT_EQ(report.detail, "402 Invalid Args");
    expect_quiet_day(home);
}

TEST(UpnpQuirks, FullTableIsAcceptedAndForgotten) {
    Home home;
    home.router.odd.silent_limit = 0;
    const MappingReport& report = home.map();
    EXPECT_EQ(report.phase, Phase::failed);
    EXPECT_EQ(report.fault, MapFault::garbage);
    EXPECT_THAT(report.detail, HasSubstr("not listed"));
    expect_quiet_day(home);
    EXPECT_EQ(home.world.of(1).phase, Phase::failed);
    home.router.odd.silent_limit = 32;
    home.world.run_for(kUpnpWishRetryMax + 10s);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
}

TEST(UpnpQuirks, ExternalAddressIsGarbageOrMissing) {
    for (const auto* const told : {"", "0.0.0.0", "127.0.0.1", "255.255.255.255", "\x12\x7f", "1.2",
                                   "224.0.0.1", "203.0.113.7; rm"}) {
        Home home;
        home.router.odd.external = told;
        EXPECT_EQ(home.map().phase, Phase::mapped) << told;
        EXPECT_TRUE(home.world.of(1).external.address.is_unspecified()) << told;
        EXPECT_EQ(home.world.of(1).external.port, 443);
        EXPECT_TRUE(home.world.router_reports.back().external.is_unspecified()) << told;
    }
}

// What the router says of itself is evidence; that visitors reach it there is not.
TEST(UpnpQuirks, PrivateAndSharedExternalAddresses) {
    for (const auto* const told : {"10.1.2.3", "192.168.0.5", "100.64.3.2"}) {
        Home home;
        home.router.odd.external = told;
        EXPECT_EQ(home.map().phase, Phase::mapped) << told;
        EXPECT_TRUE(home.world.of(1).external.address.is_unspecified()) << told;
        EXPECT_EQ(home.world.router_reports.back().external, ip(told));
    }
}

TEST(UpnpQuirks, AnotherGarbageAddressEachTimeIsNoBusyLoop) {
    Home home;
    home.map();
    std::size_t calls = 0;
    for (int i = 0; i < 60; ++i) {
        home.router.odd.external = "203.0.113." + std::to_string(i + 1);
        calls += home.world.calls_in(1min);
    }
    EXPECT_LT(calls, 700U);
}

TEST(UpnpQuirks, DisconnectedWithoutAddressAlthoughItWorks) {
    Home home;
    home.router.odd.status = "Disconnected";
    home.router.odd.external = "0.0.0.0";
    EXPECT_EQ(home.map(30s).phase, Phase::mapped);
    EXPECT_TRUE(home.listed());
    expect_quiet_day(home);
}

TEST(UpnpQuirks, StatusAndListsAreNotToBeHad) {
    Home home;
    home.router.odd.status_error = 401;
    home.router.odd.no_look = true;
    EXPECT_EQ(home.map(30s).phase, Phase::mapped);
    expect_quiet_day(home);
    EXPECT_TRUE(home.listed());
}

TEST(UpnpQuirks, ThirdPartyRefusedBy718And606) {
    for (const auto& [code, fault] :
         {std::pair{718, MapFault::conflict}, {606, MapFault::not_authorized}}) {
        Home home;
        home.router.odd.refusal = code;
        EXPECT_EQ(home.map().phase, Phase::failed);
        EXPECT_EQ(home.world.of(1).fault, fault);
        EXPECT_THAT(home.world.of(1).detail, StartsWith(std::to_string(code)));
        expect_quiet_day(home);
    }
}

TEST(UpnpQuirks, SharingOfPortsMustBeAllowedFirst) {
    Home home;
    home.router.odd.refusal = 606;
    EXPECT_EQ(home.map().fault, MapFault::not_authorized);
    EXPECT_EQ(home.world.of(1).detail, "606 Action not authorized");
    home.router.odd.refusal = 0;
    home.world.run_for(kUpnpWishRetry + 10s);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
}

TEST(UpnpQuirks, RemoteHostIsEmptyNotAnyAddress) {
    Home home;
    home.router.odd.any_host_matches_nobody = true;
    EXPECT_EQ(home.map().phase, Phase::mapped);
    EXPECT_TRUE(home.listed());
}

// The second AddPortMapping is accepted and changes nothing.
TEST(UpnpQuirks, AskingAgainDoesNotExtendTheLease) {
    Home home;
    home.router.odd.keeps_lease = true;
    EXPECT_EQ(home.map().phase, Phase::mapped);
    for (int i = 0; i < 24 * 60; ++i) {
        home.world.run_for(1min);
        const TimePoint ends =
            home.listed() ? home.router.table.at({"443", "TCP"}).ends : TimePoint{};
        ASSERT_GT(ends, home.world.now) << "minute " << i;
        ASSERT_EQ(home.world.of(1).phase, Phase::mapped);
        ASSERT_LE(home.world.of(1).expires, ends + 10s);
    }
    EXPECT_LT(home.world.calls.size(), kCallsPerDay);
}

TEST(UpnpQuirks, RenewalBeforeTheEndIsRefusedBy718) {
    Home home;
    home.router.odd.again_code = 718;
    EXPECT_EQ(home.map().phase, Phase::mapped);
    for (int i = 0; i < 24 * 60; ++i) {
        home.world.run_for(1min);
        ASSERT_TRUE(home.listed());
        ASSERT_GT(home.router.table.at({"443", "TCP"}).ends, home.world.now) << "minute " << i;
        ASSERT_EQ(home.world.of(1).phase, Phase::mapped);
    }
    EXPECT_LT(home.world.calls.size(), kCallsPerDay);
}

TEST(UpnpQuirks, LeaseTimesAreIgnored) {
    Home home;
    home.router.odd.ignores_leases = true;
    EXPECT_EQ(home.map().phase, Phase::mapped);
    EXPECT_EQ(home.world.of(1).expires, kNever);
    expect_quiet_day(home);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
    home.world.machine->drop(MappingId{1}, home.world.now);
    home.world.run_for(5s);
    EXPECT_FALSE(home.listed());
}

TEST(UpnpQuirks, A501MayMeanThatThePortIsTaken) {
    Home home;
    home.router.odd.foreign_code = 501;
    home.taken("192.168.1.99");
    EXPECT_EQ(home.map().phase, Phase::failed);
    EXPECT_EQ(home.world.of(1).fault, MapFault::conflict);
    EXPECT_EQ(home.world.of(1).detail, "501 Action Failed");
    EXPECT_EQ(home.router.table.at({"443", "TCP"}).client, "192.168.1.99");
    expect_quiet_day(home);
}

TEST(UpnpQuirks, A501WithoutAnyReason) {
    Home home;
    home.router.odd.refusal = 501;
    EXPECT_EQ(home.map().fault, MapFault::refused);
    EXPECT_EQ(home.world.of(1).detail, "501 Action Failed");
    expect_quiet_day(home);
}

TEST(UpnpQuirks, NewPortsAreNeverTriedSoTheTableDoesNotFill) {
    Home home;
    home.taken("192.168.1.99");
    EXPECT_EQ(home.map().fault, MapFault::conflict);
    home.world.run_for(Duration{24h});
    EXPECT_EQ(home.router.table.size(), 1U);
}

TEST(UpnpQuirks, ControlPortRefusesAfterTheDescriptionWasRead) {
    Home home;
    home.router.odd.control_refuses = true;
    EXPECT_EQ(home.map(30s).phase, Phase::failed);
    EXPECT_FALSE(home.world.router_reports.back().answers);
    expect_quiet_day(home);
    home.router.odd.control_refuses = false;
    home.world.run_for(kUpnpDeviceRetryMax + 10s);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
}

TEST(UpnpQuirks, EverythingIs404OrAnAdminPage) {
    Home lost;
    lost.router.odd.http_status = 404;
    EXPECT_EQ(lost.map(30s).phase, Phase::failed);
    expect_quiet_day(lost);
    Home page;
    page.router.odd.page = "<html><body>Welcome</body></html>";
    EXPECT_EQ(page.map(30s).phase, Phase::failed);
    expect_quiet_day(page);
    EXPECT_EQ(page.world.of(1).phase, Phase::failed);
}

TEST(UpnpQuirks, AdminPagesAreNotDisturbedByPolling) {
    Home home;
    EXPECT_EQ(home.map().phase, Phase::mapped);
    home.world.run_for(1min);
    // Two questions every two minutes, and each mapping is read back now and then.
    EXPECT_LE(home.world.calls_in(Duration{1h}), 2U * 30 + 12);
}

TEST(UpnpQuirks, MappingsVanishWithoutANotice) {
    Home home;
    EXPECT_EQ(home.map().phase, Phase::mapped);
    home.router.table.clear();
    home.world.run_for(kUpnpReread + 10s);
    EXPECT_TRUE(home.listed());
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
}

TEST(UpnpQuirks, RestartIsSeenByTheUptimeAndAllIsAskedForAgain) {
    Home home;
    EXPECT_EQ(home.map().phase, Phase::mapped);
    home.world.run_for(kUpnpPollInterval);
    home.router.restart(home.world.now);
    home.world.run_for(kUpnpPollInterval + 10s);
    EXPECT_TRUE(home.listed());
    EXPECT_TRUE(std::ranges::any_of(home.world.router_reports, &RouterReport::restarted));
}

TEST(UpnpQuirks, PortZeroIsNeverAskedFor) {
    Home home;
    home.start();
    home.want(wish(1, 0));
    MappingWish half = wish(2);
    half.external_port = 0;
    home.want(half);
    home.world.run_for(20s);
    EXPECT_EQ(home.world.of(1).phase, Phase::failed);
    EXPECT_EQ(home.world.of(2).phase, Phase::failed);
    EXPECT_TRUE(home.router.table.empty());
    EXPECT_EQ(home.router.count("AddPortMapping"), 0U);
}

TEST(UpnpQuirks, OtherMechanismsOfTheRouterConflict) {
    Home home;
    home.router.odd.refusal = 729;
    EXPECT_EQ(home.map().fault, MapFault::conflict);
    EXPECT_EQ(home.world.of(1).detail, "729 ConflictWithOtherMechanisms");
    expect_quiet_day(home);
}

TEST(UpnpQuirks, DoubleNatIsRefusedByTheRouterItself) {
    Home home;
    home.router.odd.external = "192.168.0.5";
    home.router.odd.refusal = 501;
    EXPECT_EQ(home.map().phase, Phase::failed);
    EXPECT_TRUE(home.world.router_reports.back().answers);
    expect_quiet_day(home);
}

TEST(UpnpQuirks, EveryCodeHasItsFault) {
    for (const auto& [code, fault] :
         std::initializer_list<std::pair<int, MapFault>>{{401, MapFault::unsupported},
                                                         {715, MapFault::refused},
                                                         {716, MapFault::refused},
                                                         {724, MapFault::unsupported},
                                                         {726, MapFault::unsupported},
                                                         {727, MapFault::unsupported},
                                                         {728, MapFault::full},
                                                         {732, MapFault::refused},
                                                         {899, MapFault::refused}}) {
        Home home;
        home.router.odd.refusal = code;
        EXPECT_EQ(home.map().fault, fault) << code;
        EXPECT_THAT(home.world.of(1).detail, StartsWith(std::to_string(code)));
    }
}

TEST(UpnpQuirks, PinholesAreNotAllowed) {
    Home home;
    home.router.odd.firewall = true;
    home.router.odd.pinholes_allowed = false;
    home.start();
    home.want(wish_v6(1));
    home.world.run_for(20s);
    EXPECT_EQ(home.world.of(1).phase, Phase::failed);
    EXPECT_EQ(home.world.of(1).fault, MapFault::not_authorized);
    EXPECT_THAT(home.world.of(1).detail, StartsWith("InboundPinholeAllowed=0"));
    expect_quiet_day(home);
    home.router.odd.pinholes_allowed = true;
    home.world.run_for(kUpnpPollInterval + 5s);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
}

// Asked by IPv4 or from another address of IPv6 it says 606.
TEST(UpnpQuirks, PinholesOnlyForTheAddressThatAsks) {
    Home home(home_options_v6());
    FakeIgd by_v6("[2001:db8:1::1]:5000");
    by_v6.device_type = "urn:schemas-upnp-org:device:InternetGatewayDevice:2";
    for (FakeIgd* router : {&home.router, &by_v6}) {
        router->odd.firewall = true;
        router->odd.pinholes_by_v6_only = true;
    }
    home.world.routers.push_back(&by_v6);
    home.start();
    home.want(wish_v6(1));
    home.want(wish(2));
    home.world.run_for(30s);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
    EXPECT_EQ(by_v6.pinholes.size(), 1U);
    EXPECT_EQ(home.world.of(2).phase, Phase::mapped);
    EXPECT_EQ(home.router.table.size(), 1U);
    EXPECT_EQ(home.router.count("AddPinhole"), 0U);
}

TEST(UpnpQuirks, PinholeRefusedBecauseNoIpv6ServiceWasFound) {
    Home home(home_options_v6());
    home.router.odd.firewall = true;
    home.router.odd.pinholes_by_v6_only = true;
    home.start();
    home.want(wish_v6(1));
    home.world.run_for(30s);
    EXPECT_EQ(home.world.of(1).fault, MapFault::not_authorized);
    expect_quiet_day(home);
}

}  // namespace
}  // namespace homeport::reach
