/// Groups, hop limits and faults of UDP ports.
#include "net/linux/datagram_port_faults.hpp"
#include "net/linux/network.hpp"
#include "net/linux/private_network_testing.hpp"

#include <gmock/gmock.h>
#include <net/if.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace homeport::net {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = DatagramFault::Kind;

Endpoint at(const char* address, std::uint16_t port) {
    return {*IpAddress::parse(address), port};
}

void ignore(const Endpoint&, Bytes) {}

/// A loop with a network in the namespace of the thread that makes it.
struct Site {
    std::unique_ptr<DatagramPort> open(const Endpoint& local, DatagramPortOptions options,
                                       DatagramSink sink = ignore) {
        auto opened = network.open_datagrams(local, options, std::move(sink));
        EXPECT_TRUE(opened.has_value()) << opened.error().what;
        return opened ? std::move(*opened) : nullptr;
    }
    std::unique_ptr<DatagramPort> open_noting_faults(const Endpoint& local) {
        return open(local, {.on_fault = [this](const Endpoint& to, const DatagramFault& fault) {
                        faults.emplace_back(to, fault);
                    }});
    }
    /// Notes what the port hears.
    std::unique_ptr<DatagramPort> listen(const Endpoint& local, DatagramPortOptions options,
                                         std::vector<std::string>& heard) {
        return open(local, std::move(options), [&heard](const Endpoint&, Bytes datagram) {
            heard.emplace_back(as_text(datagram));
        });
    }
    template <class Condition>
    bool turn_until(Condition done, Duration limit = 5s) {
        const TimePoint end = loop.now() + limit;
        while (!done()) {
            if (loop.now() >= end) return false;
            loop.turn(20ms);
        }
        return true;
    }
    void rest() {
        turn_until([] { return false; }, 100ms);
    }

    EpollLoop loop;
    LinuxNetwork network{loop};
    std::vector<std::pair<Endpoint, DatagramFault>> faults;
};

struct DatagramOptionsTest : ::testing::Test, Site {};

TEST_F(DatagramOptionsTest, NobodyListens) {
    for (const char* here : {"127.0.0.1", "::1"}) {
        faults.clear();
        auto port = open_noting_faults(at(here, 0));
        const Endpoint nobody = at(here, 9);
        EXPECT_TRUE(port->send(nobody, as_bytes("x")));
        ASSERT_TRUE(turn_until([&] { return !faults.empty(); }));
        EXPECT_THAT(faults, ElementsAre(std::pair(nobody, DatagramFault{Kind::port_unreachable,
                                                                        *IpAddress::parse(here)})));
    }
}

// A report that nobody has taken yet does not spoil the next datagram.
TEST_F(DatagramOptionsTest, AFaultIsNotTheNextSend) {
    std::vector<std::string> heard;
    auto port = open_noting_faults(at("127.0.0.1", 0));
    auto other = listen(at("127.0.0.1", 0), {}, heard);
    constexpr std::size_t kCount = 100;
    for (std::size_t i = 0; i < kCount; ++i) {
        EXPECT_TRUE(port->send(at("127.0.0.1", 9), as_bytes("x")));
        EXPECT_TRUE(port->send(other->local(), as_bytes("y")));
    }
    EXPECT_TRUE(turn_until([&] { return heard.size() == kCount && faults.size() == kCount; }));
}

TEST_F(DatagramOptionsTest, AFaultMayEndThePort) {
    std::unique_ptr<DatagramPort> port;
    int calls = 0;
    port = open(at("127.0.0.1", 0), {.on_fault = [&](const Endpoint&, const DatagramFault&) {
                    ++calls;
                    port.reset();
                }});
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(port->send(at("127.0.0.1", 9), as_bytes("x")));
    EXPECT_TRUE(turn_until([&] { return port == nullptr; }));
    rest();
    EXPECT_EQ(calls, 1);
}

TEST_F(DatagramOptionsTest, PortsAreShared) {
    const auto first = open(at("127.0.0.1", 0), {.reuse_address = true});
    const auto second = open(first->local(), {.reuse_address = true});
    EXPECT_EQ(network.open_datagrams(first->local(), ignore).error().code, Errc::exists);
}

TEST_F(DatagramOptionsTest, WhatDoesNotFit) {
    const Endpoint any = at("0.0.0.0", 0);
    const auto code = [&](const Endpoint& local, const DatagramPortOptions& options) {
        auto port = network.open_datagrams(local, options, ignore);
        return port ? std::optional<Errc>() : port.error().code;
    };
    const IpAddress group = *IpAddress::parse("239.255.255.250");
    EXPECT_EQ(code(any, {.groups = {*IpAddress::parse("ff02::c")}}), Errc::invalid);
    EXPECT_EQ(code(any, {.groups = {*IpAddress::parse("192.0.2.1")}}), Errc::invalid);
    EXPECT_EQ(code(any, {.interface = 99'999, .groups = {group}}), Errc::invalid);
    EXPECT_EQ(code(at("::", 0), {.interface = 99'999}), Errc::invalid);
    EXPECT_EQ(code(any, {.multicast_hops = 256}), Errc::invalid);
    EXPECT_EQ(code(any, {.groups = std::vector<IpAddress>(kMaxGroups + 1, group)}), Errc::limit);
    const auto port = open(at("127.0.0.1", 0), {});
    EXPECT_EQ(port->send_with_hops(port->local(), as_bytes("x"), 0).error().code, Errc::invalid);
    EXPECT_EQ(port->send_with_hops(port->local(), as_bytes("x"), 256).error().code, Errc::invalid);
}

TEST_F(DatagramOptionsTest, HopsReachTheirEnd) {
    std::vector<std::string> heard;
    for (const char* here : {"127.0.0.1", "::1"}) {
        heard.clear();
        auto port = listen(at(here, 0), {}, heard);
        EXPECT_TRUE(port->send_with_hops(port->local(), as_bytes("one"), 1));
        EXPECT_TRUE(port->send_with_hops(port->local(), as_bytes("all"), 255));
        ASSERT_TRUE(turn_until([&] { return heard.size() == 2; }));
        EXPECT_THAT(heard, ElementsAre("one", "all"));
    }
}

TEST(DatagramFaultTest, MeaningOfIcmp) {
    struct Row {
        bool v4;
        std::uint8_t type;
        std::uint8_t code;
        Kind kind;
    };
    for (const Row& row : {Row{true, 3, 3, Kind::port_unreachable},
                           {true, 3, 0, Kind::host_unreachable},
                           {true, 3, 1, Kind::host_unreachable},
                           {true, 3, 13, Kind::host_unreachable},
                           {true, 3, 4, Kind::other},
                           {true, 11, 0, Kind::hop_limit},
                           {true, 11, 1, Kind::other},
                           {true, 4, 0, Kind::other},
                           {false, 1, 4, Kind::port_unreachable},
                           {false, 1, 0, Kind::host_unreachable},
                           {false, 1, 1, Kind::host_unreachable},
                           {false, 3, 0, Kind::hop_limit},
                           {false, 3, 1, Kind::other},
                           {false, 2, 0, Kind::other}}) {
        EXPECT_EQ(kind_of_icmp(row.v4, row.type, row.code), row.kind)
            << row.v4 << " " << int{row.type} << " " << int{row.code};
    }
}

struct Links {
    bool ready = ip("link add left type veth peer name right") &&
                 ip("link add other type veth peer name far") && up("left", "192.0.2.7/24") &&
                 up("right", "") && up("other", "198.51.100.7/24") && up("far", "");
    unsigned left = ::if_nametoindex("left");
    unsigned other = ::if_nametoindex("other");

    static bool up(const std::string& name, const std::string& address) {
        return ip("link set " + name + " up") &&
               (address.empty() || ip("addr add " + address + " dev " + name));
    }
};

// Whoever has joined on the interface hears a multicast, and nobody else: neither a port that
// joined elsewhere, nor one that did not join at all.
void groups_of_v4() {
    Site site;
    const Links links;
    ASSERT_TRUE(links.ready);
    const Endpoint group = at("239.255.255.250", 1900);
    std::vector<std::string> here;
    std::vector<std::string> elsewhere;
    std::vector<std::string> unjoined;
    std::vector<std::string> only_group;
    const Endpoint any = at("0.0.0.0", 1900);
    DatagramPortOptions options{.interface = links.left, .reuse_address = true};
    const auto d = site.listen(any, options, unjoined);
    options.groups = {group.address};
    const auto c = site.listen(group, options, only_group);
    options.interface = links.other;
    const auto b = site.listen(any, options, elsewhere);
    options.interface = links.left;
    const auto a = site.listen(any, options, here);
    const auto sender = site.open(at("0.0.0.0", 0), {.interface = links.left, .multicast_hops = 2});
    EXPECT_TRUE(sender->send(group, as_bytes("search")));
    EXPECT_TRUE(site.turn_until([&] { return !here.empty() && !only_group.empty(); }));
    EXPECT_TRUE(sender->send(at("192.0.2.7", 1900), as_bytes("to the host")));
    site.rest();
    EXPECT_THAT(here, ElementsAre("search", "to the host"));
    EXPECT_THAT(only_group, ElementsAre("search"));
    EXPECT_THAT(elsewhere, IsEmpty());
    EXPECT_THAT(unjoined, IsEmpty());
}

TEST(DatagramGroupsTest, V4) {
    if (!in_private_network(groups_of_v4))
        GTEST_SKIP() << "needs the right to make a network namespace, and ip(8)";
}

// The same in IPv6, with link-local addresses, which mean nothing without the interface.
void groups_of_v6() {
    Site site;
    const Links links;
    ASSERT_TRUE(links.ready);
    ASSERT_TRUE(ip("addr add fe80::7/64 dev left nodad"));
    const Endpoint group = at("ff02::c", 1900);
    std::vector<std::string> here;
    std::vector<std::string> elsewhere;
    DatagramPortOptions options{
        .interface = links.left, .groups = {group.address}, .reuse_address = true};
    const auto a = site.listen(at("::", 1900), options, here);
    options.interface = links.other;
    const auto b = site.listen(group, options, elsewhere);
    const auto sender = site.open(at("fe80::7", 0), {.interface = links.left});
    EXPECT_EQ(sender->local().address, *IpAddress::parse("fe80::7"));
    EXPECT_TRUE(sender->send(group, as_bytes("search")));
    ASSERT_TRUE(site.turn_until([&] { return !here.empty(); }));
    std::vector<std::string> replies;
    const auto asked = site.listen(at("fe80::7", 0), {.interface = links.left}, replies);
    EXPECT_TRUE(sender->send(asked->local(), as_bytes("direct")));
    EXPECT_TRUE(site.turn_until([&] { return !replies.empty(); }));
    EXPECT_THAT(here, ElementsAre("search"));
    EXPECT_THAT(elsewhere, IsEmpty());
    EXPECT_FALSE(site.network.open_datagrams(at("fe80::7", 0), ignore));
}

TEST(DatagramGroupsTest, V6) {
    if (!in_private_network(groups_of_v6))
        GTEST_SKIP() << "needs the right to make a network namespace, and ip(8)";
}

void faults_of_a_router() {
    RouterBehind router;
    Site site;
    ASSERT_TRUE(router.start());
    auto v4 = site.open_noting_faults(at("192.0.2.7", 0));
    auto v6 = site.open_noting_faults(at("2001:db8::7", 0));
    const auto fault_of = [&](DatagramPort& port, const Endpoint& to, unsigned hops) {
        site.faults.clear();
        const auto sent = hops == 0 ? port.send(to, as_bytes("probe"))
                                    : port.send_with_hops(to, as_bytes("probe"), hops);
        EXPECT_TRUE(sent) << sent.error().what;
        EXPECT_TRUE(site.turn_until([&] { return !site.faults.empty(); })) << to.to_string();
        if (site.faults.empty()) return DatagramFault{};
        EXPECT_EQ(site.faults[0].first, to);
        return site.faults[0].second;
    };
    const IpAddress r4 = *IpAddress::parse("192.0.2.1");
    const IpAddress r6 = *IpAddress::parse("2001:db8::1");
    // First, because icmp_ratelimit=0 takes the allowance for this kind away.
    EXPECT_EQ(fault_of(*v4, at("100.64.0.1", 5351), 0),
              (DatagramFault{Kind::host_unreachable, r4}));
    EXPECT_EQ(fault_of(*v4, at("203.0.113.5", 33434), 1), (DatagramFault{Kind::hop_limit, r4}));
    EXPECT_EQ(fault_of(*v6, at("2001:db8:1::5", 33434), 1), (DatagramFault{Kind::hop_limit, r6}));
    EXPECT_EQ(fault_of(*v4, at("192.0.2.1", 5351), 0), (DatagramFault{Kind::port_unreachable, r4}));
    EXPECT_EQ(fault_of(*v6, at("2001:db8::1", 5351), 0),
              (DatagramFault{Kind::port_unreachable, r6}));
}

TEST(DatagramFaultTest, OfARouter) {
    if (!in_private_network(faults_of_a_router))
        GTEST_SKIP() << "needs the right to make network namespaces, and ip(8)";
}

}  // namespace
}  // namespace homeport::net
