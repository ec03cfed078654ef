#include "reach/service/hop_probe.hpp"

#include "net/linux/linux_test_peers.hpp"
#include "net/linux/private_network_testing.hpp"
#include "net/pump_testing.hpp"

#include <gmock/gmock.h>
#include <string>
#include <utility>
#include <vector>

namespace homeport::reach {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = net::DatagramFault::Kind;

IpAddress ip(const char* text) {
    return *IpAddress::parse(text);
}

const IpAddress kTarget = ip("203.0.113.5");

/// Notes what is sent, "hops port"; the test tells the faults.
struct FakeNetwork final : net::testing::NoNetwork {
    struct Port final : net::DatagramPort {
        explicit Port(FakeNetwork& in) : network(in) {}
        ~Port() override { network.on_fault = {}; }
        Endpoint local() const override { return {}; }
        Result<> send(const Endpoint&, Bytes) override { return {}; }
        Result<> send_with_hops(const Endpoint& to, Bytes, unsigned hops) override {
            EXPECT_EQ(to.address, kTarget);
            network.sent.push_back(std::to_string(hops) + " " + std::to_string(to.port));
            return network.send_result;
        }
        FakeNetwork& network;
    };
    using Network::open_datagrams;
    Result<std::unique_ptr<net::DatagramPort>> open_datagrams(
        const Endpoint& at, const net::DatagramPortOptions& options, net::DatagramSink) override {
        local = at;
        on_fault = options.on_fault;
        return std::make_unique<Port>(*this);
    }
    void fault(std::uint16_t port, Kind kind, const char* reporter,
               const IpAddress& to = kTarget) const {
        const auto sink = on_fault;
        if (sink) sink({to, port}, {kind, ip(reporter)});
    }

    Endpoint local;
    net::DatagramFaultSink on_fault;
    std::vector<std::string> sent;
    Result<> send_result;
};

std::vector<std::string> shown(const HopProbe::Hops& hops) {
    std::vector<std::string> all;
    for (const auto& one : hops) all.push_back(one ? one->to_string() : "-");
    return all;
}

struct HopProbeTest : ::testing::Test {
    net::testing::FakeLoop loop;
    FakeNetwork network;
    std::vector<std::vector<std::string>> results;
    std::unique_ptr<HopProbe> probe = std::make_unique<HopProbe>(
        loop, network, kTarget, IpAddress(), [this](HopProbe::Hops hops) {
            results.push_back(shown(hops));
            probe.reset();
        });
};

TEST_F(HopProbeTest, AllAnswer) {
    ASSERT_TRUE(probe->start());
    EXPECT_THAT(network.sent, ElementsAre("1 33434", "2 33435", "3 33436"));
    network.fault(33436, Kind::hop_limit, "198.51.100.1");
    network.fault(33434, Kind::hop_limit, "192.168.1.1");
    EXPECT_THAT(results, IsEmpty());
    network.fault(33435, Kind::hop_limit, "100.64.0.1");
    EXPECT_THAT(results, ElementsAre(ElementsAre("192.168.1.1", "100.64.0.1", "198.51.100.1")));
    loop.advance(5s);
    EXPECT_EQ(results.size(), 1u);
}

// Those that did not answer are asked again, and a late answer to the first question counts.
TEST_F(HopProbeTest, Again) {
    ASSERT_TRUE(probe->start());
    network.fault(33434, Kind::hop_limit, "192.168.1.1");
    loop.advance(kProbeTime);
    EXPECT_THAT(network.sent, ElementsAre("1 33434", "2 33435", "3 33436", "2 33438", "3 33439"));
    network.fault(33435, Kind::hop_limit, "100.64.0.1");
    network.fault(33438, Kind::hop_limit, "100.64.0.2");
    loop.advance(kProbeTime);
    EXPECT_THAT(results, ElementsAre(ElementsAre("192.168.1.1", "100.64.0.1", "-")));
    EXPECT_FALSE(network.on_fault);
}

TEST_F(HopProbeTest, WhatCountsNot) {
    ASSERT_TRUE(probe->start());
    network.fault(33434, Kind::host_unreachable, "192.168.1.1");
    network.fault(33434, Kind::port_unreachable, "192.168.1.1");
    network.fault(33434, Kind::hop_limit, "0.0.0.0");
    network.fault(33433, Kind::hop_limit, "192.168.1.1");
    network.fault(33437, Kind::hop_limit, "192.168.1.1");
    network.fault(33434, Kind::hop_limit, "192.168.1.1", ip("203.0.113.6"));
    loop.advance(kProbeTries * kProbeTime);
    EXPECT_THAT(results, ElementsAre(ElementsAre("-", "-", "-")));
}

TEST_F(HopProbeTest, ATargetNearBy) {
    ASSERT_TRUE(probe->start());
    network.fault(33434, Kind::hop_limit, "192.168.1.1");
    network.fault(33435, Kind::port_unreachable, "203.0.113.5");
    network.fault(33436, Kind::port_unreachable, "203.0.113.5");
    EXPECT_THAT(results, ElementsAre(ElementsAre("192.168.1.1", "203.0.113.5", "203.0.113.5")));
}

TEST_F(HopProbeTest, NoWayOut) {
    network.send_result = fail(Errc::unreachable, "no route");
    ASSERT_TRUE(probe->start());
    loop.advance(kProbeTries * kProbeTime);
    EXPECT_THAT(results, ElementsAre(ElementsAre("-", "-", "-")));
}

TEST_F(HopProbeTest, FromAnAddress) {
    ASSERT_TRUE(probe->start());
    EXPECT_EQ(network.local, (Endpoint{ip("0.0.0.0"), 0}));
    HopProbe other(loop, network, kTarget, ip("192.0.2.7"), [](const auto&) {});
    ASSERT_TRUE(other.start());
    EXPECT_EQ(network.local, (Endpoint{ip("192.0.2.7"), 0}));
    net::testing::NoNetwork none;
    HopProbe without(loop, none, kTarget, IpAddress(), [](const auto&) {});
    EXPECT_EQ(without.start().error().code, Errc::invalid);
}

/// With the real network: this host answers for its own addresses.
struct HopProbeSocketTest : net::LinuxTest {};

TEST_F(HopProbeSocketTest, ThisHost) {
    std::vector<std::string> hops;
    HopProbe probe(loop, network, ip("127.0.0.1"), IpAddress(),
                   [&](const HopProbe::Hops& found) { hops = shown(found); });
    ASSERT_TRUE(probe.start());
    ASSERT_TRUE(turn_until([&] { return !hops.empty(); }));
    EXPECT_THAT(hops, ElementsAre("127.0.0.1", "127.0.0.1", "127.0.0.1"));
}

// Behind one router, which forwards to where nobody is.
void one_router() {
    net::RouterBehind router;
    ASSERT_TRUE(router.start());
    for (const auto& [target, hop] :
         {std::pair("203.0.113.5", "192.0.2.1"), std::pair("2001:db8:1::5", "2001:db8::1")}) {
        net::EpollLoop loop;
        net::LinuxNetwork network(loop);
        std::vector<std::string> hops;
        HopProbe probe(loop, network, ip(target), IpAddress(),
                       [&](const HopProbe::Hops& found) { hops = shown(found); });
        ASSERT_TRUE(probe.start());
        const TimePoint end = loop.now() + 5s;
        while (hops.empty() && loop.now() < end) loop.turn(20ms);
        EXPECT_THAT(hops, ElementsAre(hop, "-", "-"));
    }
}

TEST_F(HopProbeSocketTest, OneRouter) {
    if (!net::in_private_network(one_router))
        GTEST_SKIP() << "needs the right to make network namespaces, and ip(8)";
}

}  // namespace
}  // namespace homeport::reach
