#include "reach/service/reach.hpp"

#include "dns/check/testing.hpp"
#include "reach/service/fake_home_testing.hpp"
#include "reach/service/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace homeport::reach {
namespace {

using testing::at;
using testing::FakeHome;
using testing::ip;
using ::testing::SizeIs;
using Phase = UnitReport::Phase;

constexpr const char* kWan = "203.0.113.5";
constexpr const char* kOtherWan = "203.0.113.77";

PortUnit unit(const std::string& name, std::vector<std::uint16_t> ports) {
    PortUnit made{.name = name, .ports = {}};
    for (const std::uint16_t port : ports)
        made.ports.push_back({.external = port, .internal = {IpAddress(), port}});
    return made;
}

struct ReachTest : ::testing::Test {
    ReachTest() { make(); }

    void make() {
        reach.reset();
        Reach::Options options{
            .stun = stun,
            .echo = echo,
            .space = PublicSpace({*Cidr::parse("203.0.113.0/24"), *Cidr::parse("198.51.100.0/24")}),
            .nonce =
                [](const UnitPort& port) {
                    MappingNonce nonce{};
                    nonce.front() = static_cast<std::byte>(port.external & 0xffU);
                    nonce.back() = std::byte{7};
                    return nonce;
                },
            .memory = {}};
        reach = std::make_unique<Reach>(ReachWorld{loop, home, entropy, log}, std::move(options),
                                        [this] { ++told; });
    }
    /// In steps as small as the loop's own work needs.
    void pass(Duration time) {
        for (Duration done{}; done < time; done += 1ms) loop.advance(1ms);
    }
    Phase phase(const std::string& name = "web") const {
        for (const UnitReport& report : reach->view().units_v4) {
            if (report.name == name) return report.phase;
        }
        return Phase::waiting;
    }
    /// A name server that says so to whoever asks.
    void add_echo(const std::string& host, const std::string& says) {
        const std::string at = "198.51.100." + std::to_string(echo.size() + 1);
        home.hosts[host] = {at};
        echo.push_back(EchoQuestion::parse("myip.net@" + host).value());
        echo_says[ip(at)] = says;
        home.others = [this](const Endpoint& to, Bytes datagram) {
            const auto server = echo_says.find(to.address);
            if (server == echo_says.end()) return std::vector<FakeHome::Reply>{};
            const dns::check::Ask ask{dns::testing::name("myip.net"), dns::RrType::a};
            const auto made = dns::check::testing::reply(
                {dns::check::testing::answer("myip.net", ask.type,
                                             dns::testing::address(server->second))},
                true);
            return std::vector{FakeHome::Reply{
                to, dns::check::testing::message(Reader(datagram).u16(), ask, made)}};
        };
    }

    net::memory::ManualLoop loop;
    FakeHome home{loop};
    testing::CountingEntropy entropy;
    NullLog log;
    std::vector<HostPort> stun;
    std::vector<EchoQuestion> echo;
    std::map<IpAddress, std::string> echo_says;
    int told = 0;
    std::unique_ptr<Reach> reach;
};

TEST_F(ReachTest, RouterAndRelayAgree) {
    reach->start();
    reach->on_relay_view("relay", ip(kWan));
    pass(500ms);
    const ReachView view = reach->view();
    EXPECT_EQ(view.v4.state, AddressView::State::agreed) << view.v4.reason;
    EXPECT_EQ(view.v4.address, ip(kWan));
    ASSERT_TRUE(view.place);
    EXPECT_EQ(view.place->v4->own, ip("192.168.1.10"));
    EXPECT_FALSE(view.complete);
    pass(kFirstLookTime);
    EXPECT_TRUE(reach->view().complete);
    EXPECT_GT(told, 0);
}

TEST_F(ReachTest, TwoOfFiveVoicesLie) {
    for (const int last : {1, 2, 3}) {
        const std::string host = "198.51.100." + std::to_string(last);
        stun.push_back({.host = host, .port = 3478});
        home.stun[{ip(host), 3478}] = std::string(kWan) + ":40000";
    }
    home.stun[{ip("198.51.100.1"), 3478}] = "198.51.100.66:1";
    home.gateway.external = ip("198.51.100.66");
    make();
    reach->start();
    reach->on_relay_view("relay", ip(kWan));
    pass(3s);
    EXPECT_EQ(reach->view().v4.address, ip(kWan)) << reach->view().v4.reason;
}

TEST_F(ReachTest, RouterAndEchoAgreeWithoutARelay) {
    add_echo("ns1.example.net", kWan);
    make();
    reach->start();
    pass(500ms);
    EXPECT_EQ(reach->view().v4.state, AddressView::State::agreed) << reach->view().v4.reason;
    EXPECT_EQ(reach->view().v4.address, ip(kWan));
    EXPECT_EQ(reach->view().v4.voices, 2U);
    EXPECT_TRUE(reach->view().facts.asked_outside);
}

TEST_F(ReachTest, EchoServersOfOneOperatorAreOneVoice) {
    add_echo("ns1.example.net", kOtherWan);
    add_echo("ns2.example.net", kOtherWan);
    add_echo("ns1.example.com", kWan);
    make();
    reach->start();
    pass(500ms);
    EXPECT_EQ(reach->view().v4.address, ip(kWan)) << "the router and one of two operators";
    EXPECT_EQ(reach->view().v4.voices, 3U);
}

TEST_F(ReachTest, APrivateEchoIsNoVote) {
    add_echo("ns1.example.net", "10.0.0.7");
    make();
    reach->start();
    pass(500ms);
    EXPECT_EQ(reach->view().v4.address, ip(kWan)) << "the router, just after the start";
    EXPECT_EQ(reach->view().v4.voices, 1U);
}

TEST_F(ReachTest, ASilentEchoServerEndsTheFirstLook) {
    home.hosts["ns1.example.net"] = {"198.51.100.1"};
    echo.push_back(EchoQuestion::parse("myip.net@ns1.example.net").value());
    make();
    reach->start();
    pass(kFirstLookTime + 100ms);
    EXPECT_TRUE(reach->view().complete);
}

TEST_F(ReachTest, AllDisagree) {
    for (const int last : {1, 2, 3}) {
        const std::string host = "198.51.100." + std::to_string(last);
        stun.push_back({.host = host, .port = 3478});
        home.stun[{ip(host), 3478}] = "203.0.113." + std::to_string(last) + ":40000";
    }
    make();
    reach->start();
    pass(3s);
    const ReachView view = reach->view();
    EXPECT_FALSE(view.v4.address) << "better none than a wrong one";
    EXPECT_EQ(view.v4.state, AddressView::State::disagreement);
    EXPECT_FALSE(view.v4.reason.empty());
}

TEST_F(ReachTest, PortsAreOpenedAndGivenBack) {
    reach->set_units({unit("web", {443}), unit("ftp", {21, 42000, 42001})});
    reach->start();
    pass(2s);
    EXPECT_EQ(phase("web"), Phase::mapped);
    EXPECT_EQ(phase("ftp"), Phase::mapped);
    EXPECT_THAT(home.gateway.table, SizeIs(4));
    bool gone = false;
    reach->stop([&gone] { gone = true; });
    pass(kRouterStopTime + 100ms);
    EXPECT_TRUE(gone);
    EXPECT_THAT(home.gateway.table, SizeIs(0));
}

TEST_F(ReachTest, ARestartedAgentRenewsWhatItHad) {
    reach->set_units({unit("web", {443})});
    reach->start();
    pass(2s);
    ASSERT_EQ(phase(), Phase::mapped);
    const auto before = home.gateway.table.begin()->second.nonce;
    make();  // killed: nothing was given back
    reach->set_units({unit("web", {443})});
    reach->start();
    pass(2s);
    EXPECT_EQ(phase(), Phase::mapped);
    ASSERT_THAT(home.gateway.table, SizeIs(1));
    EXPECT_EQ(home.gateway.table.begin()->second.nonce, before);
}

TEST_F(ReachTest, ARouterThatRestartedIsAskedAnewAtOnce) {
    reach->set_units({unit("web", {443})});
    reach->start();
    pass(2s);
    home.gateway.restart(loop.now());
    ASSERT_THAT(home.gateway.table, SizeIs(0));
    home.announce();
    pass(1500ms);
    EXPECT_THAT(home.gateway.table, SizeIs(1));
    EXPECT_EQ(phase(), Phase::mapped);
}

TEST_F(ReachTest, AnotherAddressAtHomeMovesTheMappings) {
    reach->set_units({unit("web", {443})});
    reach->start();
    pass(2s);
    home.own = "192.168.1.99";
    home.gateway.table.clear();
    home.change();
    pass(2s);
    EXPECT_EQ(reach->view().place->v4->own, ip("192.168.1.99"));
    EXPECT_EQ(phase(), Phase::mapped);
}

TEST_F(ReachTest, WithoutALineItWaitsForOne) {
    home.line = false;
    reach->set_units({unit("web", {443})});
    reach->start();
    pass(2s);
    EXPECT_FALSE(reach->view().place);
    home.line = true;
    home.change();
    pass(2s);
    EXPECT_EQ(phase(), Phase::mapped);
}

TEST_F(ReachTest, TheRelaysNewViewMovesTheAddressAtOnce) {
    reach->start();
    reach->on_relay_view("relay", ip(kWan));
    pass(1s);
    home.gateway.external = ip(kOtherWan);
    reach->on_relay_view("relay", ip(kOtherWan));
    pass(1500ms);
    EXPECT_EQ(reach->view().v4.address, ip(kOtherWan)) << reach->view().v4.reason;
}

TEST_F(ReachTest, ProbesDecideTheVerdict) {
    reach->set_units({unit("web", {443})});
    reach->start();
    reach->on_relay_view("relay", ip(kWan));
    pass(2s);
    EXPECT_EQ(reach->view().verdicts.front().kind, LineKind::port_map_possible);
    reach->set_probes({{.family = Family::v4,
                        .role = ProbeRole::wished,
                        .port = 443,
                        .result = ProbeResult::arrived}});
    EXPECT_EQ(reach->view().verdicts.front().kind, LineKind::port_map_works);
}

TEST_F(ReachTest, AMappingThatForwardsNothingIsMadeAnew) {
    home.gateway.quirks.next_is_dead = true;
    reach->set_units({unit("web", {443})});
    reach->start();
    pass(2s);
    ASSERT_FALSE(home.gateway.table.begin()->second.forwards);
    reach->on_not_forwarding(Family::v4, "web");
    pass(3s);
    ASSERT_THAT(home.gateway.table, SizeIs(1));
    EXPECT_TRUE(home.gateway.table.begin()->second.forwards);
    EXPECT_EQ(phase(), Phase::mapped);
}

struct TwoRouters : ReachTest {
    TwoRouters() {
        home.gateway.external = ip("192.168.0.5");
        home.hops = {"192.168.1.1", "192.168.0.1", "203.0.113.1"};
        home.second.emplace();
        home.second->self = {ip("192.168.0.1"), kGatewayPort};
        reach->set_units({unit("web", {443})});
    }
    void meet_relay() { reach->on_relay_view("relay", ip(kWan), ip("198.51.100.20")); }
};

TEST_F(TwoRouters, BothOpenThePort) {
    reach->start();
    meet_relay();
    pass(3s);
    EXPECT_EQ(phase(), Phase::mapped);
    EXPECT_THAT(home.gateway.table, SizeIs(1));
    ASSERT_THAT(home.second->table, SizeIs(1));
    EXPECT_EQ(home.second->table.begin()->second.external_port, 443);
    EXPECT_EQ(reach->view().units_v4.front().external, ip(kWan)) << "that of the outer one";
    bool gone = false;
    reach->stop([&gone] { gone = true; });
    pass(3s);
    EXPECT_TRUE(gone);
    EXPECT_THAT(home.gateway.table, SizeIs(0));
    EXPECT_THAT(home.second->table, SizeIs(0));
}

TEST_F(TwoRouters, TheSecondOneRefuses) {
    home.second->quirks.nat_pmp_result = NatPmpResult::not_authorized;
    reach->start();
    meet_relay();
    pass(3s);
    EXPECT_EQ(phase(), Phase::failed);
    const auto attempts = reach->view().units_v4.front().attempts;
    ASSERT_FALSE(attempts.empty());
    EXPECT_THAT(attempts.back().detail, ::testing::StartsWith("second router: "));
}

TEST_F(TwoRouters, TheSecondOneKnowsNoMappings) {
    home.second->quirks.nat_pmp = false;
    home.second->quirks.pcp = false;
    reach->start();
    meet_relay();
    pass(10s);
    EXPECT_EQ(phase(), Phase::mapped) << "at the first one";
    EXPECT_EQ(reach->view().verdicts.front().kind, LineKind::double_nat);
}

TEST_F(ReachTest, ADayIsQuiet) {
    reach->set_units({unit("web", {443})});
    reach->start();
    reach->on_relay_view("relay", ip(kWan));
    pass(5s);
    const std::size_t before = home.asked_router;
    for (int minute = 0; minute < 24 * 60; ++minute) {
        for (int step = 0; step < 60; ++step) loop.advance(1s);
    }
    EXPECT_LT(home.asked_router - before, 24U * 60 * 4) << "a few datagrams a minute";
    EXPECT_EQ(phase(), Phase::mapped);
}

}  // namespace
}  // namespace homeport::reach
