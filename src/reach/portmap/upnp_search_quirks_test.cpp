/// Oddities of real routers in being found and in describing themselves, each played by the fake.

#include "reach/portmap/limits.hpp"
#include "reach/portmap/upnp_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using namespace testing;

constexpr std::size_t kCallsPerDay = 4000;

void expect_quiet_day(Home& home) {
    EXPECT_LT(home.world.calls_in(Duration{24h}), kCallsPerDay);
    EXPECT_FALSE(home.world.stuck);
}

TEST(UpnpSearchQuirks, AnswersComeFromAnotherPort) {
    Home home;
    home.router.odd.answer_port = 47'123;
    EXPECT_EQ(home.map().phase, Phase::mapped);
}

// VRRP: the gateway is a virtual address, and the description is at the real one.
TEST(UpnpSearchQuirks, AnswersComeFromTheTwinOfTheGateway) {
    Home home;
    FakeIgd twin("192.168.1.2:5000");
    home.world.routers = {&twin};
    EXPECT_EQ(home.map(30s).phase, Phase::mapped);
    EXPECT_EQ(twin.table.size(), 1U);
}

TEST(UpnpSearchQuirks, TheGatewayIsPreferredToOthers) {
    Home home;
    FakeIgd other("192.168.1.3:5000");
    other.odd.answer_after = 1ms;
    other.uuid = "other";
    home.router.odd.answer_after = Duration{3s};
    home.world.routers.push_back(&other);
    EXPECT_EQ(home.map(30s).phase, Phase::mapped);
    EXPECT_TRUE(home.listed());
    EXPECT_TRUE(other.table.empty());
}

TEST(UpnpSearchQuirks, GatewayIsNotGuessed) {
    UpnpOptions options = home_options();
    options.gateways = {ip("192.168.1.254")};
    Home home(options);
    FakeIgd real("192.168.1.254:5000");
    home.world.routers = {&real};
    EXPECT_EQ(home.map().phase, Phase::mapped);
    for (const auto& [to, text] : home.world.datagrams) {
        EXPECT_TRUE(to == ssdp_group_v4() || to.address == ip("192.168.1.254"));
    }
}

TEST(UpnpSearchQuirks, AnswersOnlyNowAndThenWithANewLocation) {
    Home home;
    home.router.odd.new_location_each_time = true;
    EXPECT_EQ(home.map().phase, Phase::mapped);
    home.router.odd.silent_ssdp = true;
    home.world.machine->check_soon(home.world.now);
    home.world.run_for(30s);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
    home.router.odd.silent_ssdp = false;
    expect_quiet_day(home);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
}

TEST(UpnpSearchQuirks, LateAnswersUpToFourSeconds) {
    Home home;
    home.router.odd.answer_after = Duration{4s};
    EXPECT_EQ(home.map().phase, Phase::mapped);
}

TEST(UpnpSearchQuirks, OnlyExactTypesAreAnswered) {
    Home home;
    home.router.odd.only_exact_types = true;
    EXPECT_EQ(home.map().phase, Phase::mapped);
}

TEST(UpnpSearchQuirks, OnlyTheQuestionToAllIsAnswered) {
    Home home;
    home.router.odd.only_everybody = true;
    EXPECT_EQ(home.map(30s).phase, Phase::mapped);
}

TEST(UpnpSearchQuirks, RootDeviceWithoutAUsableService) {
    Home home;
    home.router.odd.description = "<root><device><modelName>H151</modelName></device></root>";
    EXPECT_EQ(home.map(30s).phase, Phase::failed);
    EXPECT_EQ(home.world.of(1).fault, MapFault::unsupported);
    EXPECT_FALSE(home.world.router_reports.back().answers);
    expect_quiet_day(home);
}

TEST(UpnpSearchQuirks, AnotherDeviceOfTheRouterAnswersFirst) {
    Home home;
    FakeIgd wps("192.168.1.1:49153");
    wps.uuid = "wfa";
    wps.odd.answer_after = 1ms;
    wps.odd.description =
        "<root><device><serviceList><service><serviceType>urn:schemas-wifialliance-org:service:"
        "WFAWLANConfig:1</serviceType><controlURL>/c</controlURL></service></serviceList></device>"
        "</root>";
    home.world.routers.push_back(&wps);
    EXPECT_EQ(home.map().phase, Phase::mapped);
    EXPECT_TRUE(home.listed());
}

TEST(UpnpSearchQuirks, Version2IsFoundToo) {
    Home home;
    home.router.device_type = "urn:schemas-upnp-org:device:InternetGatewayDevice:2";
    home.router.service_type = "urn:schemas-upnp-org:service:WANIPConnection:2";
    EXPECT_EQ(home.map().phase, Phase::mapped);
    const std::string action = home.world.calls.back().fields.back().second;
    EXPECT_NE(action.find("WANIPConnection:2#"), std::string::npos);
}

TEST(UpnpSearchQuirks, Versions1And2UnderTheSameName) {
    Home home;
    FakeIgd second("192.168.1.1:5001");
    second.device_type = "urn:schemas-upnp-org:device:InternetGatewayDevice:2";
    home.world.routers.push_back(&second);
    EXPECT_EQ(home.map().phase, Phase::mapped);
    EXPECT_EQ(home.router.table.size() + second.table.size(), 1U);
    expect_quiet_day(home);
    EXPECT_EQ(home.router.table.size() + second.table.size(), 1U);
}

TEST(UpnpSearchQuirks, MismatchedTags) {
    Home home;
    home.router.odd.broken_tags = true;
    EXPECT_EQ(home.map().phase, Phase::mapped);
}

TEST(UpnpSearchQuirks, AbsoluteUrlsWithBlanksBehind) {
    Home home;
    home.router.odd.absolute_urls = true;
    home.router.odd.blanks_behind_urls = true;
    EXPECT_EQ(home.map().phase, Phase::mapped);
}

TEST(UpnpSearchQuirks, SearchStopsAnsweringButTheLocationLives) {
    Home home;
    EXPECT_EQ(home.map().phase, Phase::mapped);
    home.router.odd.silent_ssdp = true;
    home.world.begin_again();
    home.want(wish(2, 80));
    home.world.run_for(1s);
    EXPECT_EQ(home.world.of(2).phase, Phase::mapped);
}

TEST(UpnpSearchQuirks, ARememberedLocationElsewhereIsNotFollowed) {
    Home home;
    home.world.options.memory =
        "location http://198.51.100.9:80/x\nlocation http://192.168.1.20/x\n";
    home.world.begin();
    home.router.odd.silent_ssdp = true;
    home.map(30s);
    EXPECT_TRUE(home.world.calls.empty());
}

// Whoever is in the network could make this machine ask servers of his choice.
TEST(UpnpSearchQuirks, LocationsElsewhereAreNotFollowed) {
    for (const auto* const place :
         {"http://198.51.100.9:80/desc.xml", "http://192.168.1.20:5000/desc.xml",
          "http://127.0.0.1:5000/desc.xml", "http://router.example/desc.xml",
          "https://192.168.1.1/desc.xml"}) {
        Home home;
        home.router.odd.location = place;
        home.map(30s);
        EXPECT_TRUE(home.world.calls.empty()) << place;
        EXPECT_EQ(home.world.of(1).fault, MapFault::silent);
    }
}

TEST(UpnpSearchQuirks, AStrangerCannotPointToANeighbour) {
    Home home;
    FakeIgd stranger("192.168.1.66:5000");
    stranger.odd.location = "http://192.168.1.77:80/desc.xml";
    home.world.routers = {&stranger};
    home.map(30s);
    EXPECT_TRUE(home.world.calls.empty());
}

TEST(UpnpSearchQuirks, ControlUrlsElsewhereAreNotFollowed) {
    Home home;
    home.router.odd.description =
        "<root><URLBase>http://198.51.100.9/</URLBase><device><serviceList><service><serviceType>"
        "urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>"
        "http://192.168.1.77/ctl</controlURL></service></serviceList></device></root>";
    home.map(30s);
    for (const HttpCall& call : home.world.calls) {
        EXPECT_EQ(call.to, home.router.at());
        EXPECT_EQ(call.method, "GET");
    }
}

TEST(UpnpSearchQuirks, EndlessDescriptionsAreGarbage) {
    Home home;
    home.router.odd.description = std::string(kMaxHttpReplyBytes + 1, 'x');
    EXPECT_EQ(home.map(30s).phase, Phase::failed);
    expect_quiet_day(home);
}

TEST(UpnpSearchQuirks, NobodyAnswersForADay) {
    Home home;
    home.router.odd.dead = true;
    home.map(30s);
    EXPECT_EQ(home.world.of(1).fault, MapFault::silent);
    EXPECT_NE(home.world.of(1).retry_at, kNever);
    const std::size_t before = home.world.datagrams.size();
    expect_quiet_day(home);
    // Ten datagrams of types twice and one for all, every quarter of an hour.
    EXPECT_LT(home.world.datagrams.size() - before, 24U * 5 * 25);
    home.router.odd.dead = false;
    home.world.run_for(kUpnpSearchRetryMax + 15s);
    EXPECT_EQ(home.world.of(1).phase, Phase::mapped);
}

}  // namespace
}  // namespace homeport::reach
