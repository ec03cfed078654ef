#include "reach/truth/verdict.hpp"

#include <gmock/gmock.h>
#include <set>

namespace homeport::reach {
namespace {

using enum EvidenceSource;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Port = std::uint16_t;

constexpr auto kOutside = "203.0.113.5";
constexpr auto kOutside6 = "2001:db8:5::10";

PublicSpace lab() {
    return PublicSpace(
        {Cidr::parse("203.0.113.0/24").value(), Cidr::parse("2001:db8::/32").value()});
}

/// The facts of a line, one by one.
struct Line {
    Facts facts;

    Line& say(EvidenceSource source, const char* from, const char* address) {
        facts.evidence.push_back({.source = source,
                                  .from = from,
                                  .address = IpAddress::parse(address).value(),
                                  .at = TimePoint{1h}});
        return *this;
    }
    Line& seen(const char* address) {
        return say(relay, "relay.example:4433", address).say(stun, "stun.example:3478", address);
    }
    Line& router(const char* address) {
        return say(pcp, "192.168.1.1", address)
            .say(nat_pmp, "192.168.1.1", address)
            .say(upnp, "192.168.1.1", address);
    }
    Line& hops(const char* first, const char* second) {
        return say(hop, "hop 1", first).say(hop, "hop 2", second);
    }
    Line& map(MapOutcome outcome, Family family = Family::v4) {
        for (const auto protocol : {pcp, nat_pmp, upnp})
            facts.router.push_back({.protocol = protocol, .family = family, .outcome = outcome});
        return *this;
    }
    Line& probe(ProbeRole role, Port port, ProbeResult result, Family family = Family::v4) {
        facts.probes.push_back({.family = family, .role = role, .port = port, .result = result});
        return *this;
    }
    Verdict verdict(Family family = Family::v4) const { return judge(facts, family, lab()); }
    std::string_view kind(Family family = Family::v4) const {
        return to_text(verdict(family).kind);
    }
};

/// A machine behind a router that has the public address.
Line home() {
    return Line()
        .say(interface, "eth0", "192.168.1.10")
        .seen(kOutside)
        .router(kOutside)
        .hops("192.168.1.1", "203.0.113.1");
}

/// A router with `wan`, behind another one.
Line behind(const char* wan, const char* second_hop) {
    return Line()
        .say(interface, "eth0", "192.168.1.10")
        .seen(kOutside)
        .router(wan)
        .hops("192.168.1.1", second_hop);
}

using enum ProbeRole;
using enum ProbeResult;

TEST(Verdict, Plain) {
    auto line = home().map(MapOutcome::mapped);
    EXPECT_EQ(line.kind(), "port_map_possible");
    EXPECT_THAT(line.verdict().next_step, HasSubstr("only a dial from outside"));
    line.probe(wished, 443, arrived).probe(unmapped, 50123, nothing);
    const Verdict verdict = line.verdict();
    EXPECT_EQ(to_text(verdict.kind), "port_map_works");
    EXPECT_TRUE(verdict.proven);
    EXPECT_FALSE(verdict.router_lies);
    EXPECT_THAT(verdict.headline, HasSubstr(kOutside));
    EXPECT_EQ(verdict.next_step, "");
}

TEST(Verdict, UpnpOff) {
    for (const auto outcome : {MapOutcome::switched_off, MapOutcome::silent}) {
        auto line = Line().say(interface, "eth0", "192.168.1.10").seen(kOutside).map(outcome);
        EXPECT_EQ(line.kind(), "port_map_possible");
        EXPECT_FALSE(line.verdict().proven);
        EXPECT_THAT(line.verdict().next_step, HasSubstr("UPnP"));
        EXPECT_EQ(line.probe(wished, 443, nothing).kind(), "port_map_possible");
    }
}

TEST(Verdict, Cgnat) {
    EXPECT_EQ(behind("100.64.0.5", "100.64.0.1").kind(), "cgnat");
    // By the hop alone, when the router says nothing.
    auto line = Line().say(interface, "eth0", "192.168.1.10").seen(kOutside);
    line.hops("192.168.1.1", "100.64.0.1").map(MapOutcome::switched_off);
    EXPECT_EQ(line.kind(), "cgnat");
    EXPECT_THAT(line.verdict().next_step, HasSubstr("relay"));
    // The end of DS-Lite at home.
    EXPECT_EQ(behind("192.0.0.2", "192.0.0.1").kind(), "cgnat");
}

TEST(Verdict, CgnatWithIpv6SaysSo) {
    auto line = behind("100.64.0.5", "100.64.0.1");
    line.say(interface, "eth0", kOutside6).seen(kOutside6);
    EXPECT_EQ(line.kind(), "cgnat");
    EXPECT_THAT(line.verdict().next_step, HasSubstr("IPv6"));
    EXPECT_EQ(line.kind(Family::v6), "direct");
}

// A NAT that takes another port for each destination still forwards what is mapped.
TEST(Verdict, Symmetric) {
    auto line = home().map(MapOutcome::mapped).probe(wished, 443, arrived);
    line.facts.nat = {.mapped = Endpoint::parse("203.0.113.5:1024").value(),
                      .mapping = NatMapping::address_and_port_dependent,
                      .filtering = NatFiltering::address_and_port_dependent};
    EXPECT_EQ(line.kind(), "port_map_works");
    EXPECT_THAT(line.verdict().evidence, ::testing::Contains(HasSubstr("another port for each")));
}

TEST(Verdict, DoubleNat) {
    auto line = behind("192.168.0.5", "192.168.0.1").map(MapOutcome::mapped);
    EXPECT_EQ(line.kind(), "double_nat");
    EXPECT_TRUE(line.verdict().proven);
    EXPECT_THAT(line.verdict().next_step, HasSubstr("bridge"));
    line.facts.second_router_maps = true;
    EXPECT_THAT(line.verdict().next_step, HasSubstr("map the ports there"));
    line.probe(wished, 443, nothing).probe(second, 42000, nothing);
    EXPECT_EQ(line.kind(), "double_nat");
}

TEST(Verdict, DoubleNatByHopsIsAGuess) {
    auto line = Line().say(interface, "eth0", "192.168.1.10").seen(kOutside);
    line.hops("192.168.1.1", "10.0.0.1");
    EXPECT_EQ(line.kind(), "double_nat");
    EXPECT_FALSE(line.verdict().proven);
    EXPECT_THAT(line.verdict().headline, HasSubstr("Probably"));
    // With a public address at the router, private hops are the provider's own.
    EXPECT_EQ(home().hops("192.168.1.1", "10.0.0.1").kind(), "port_map_possible");
}

// The outer router sends everything to the inner one.
TEST(Verdict, Dmz) {
    auto line = behind("192.168.0.5", "192.168.0.1").map(MapOutcome::mapped);
    line.probe(wished, 443, arrived).probe(unmapped, 50123, refused);
    EXPECT_EQ(line.kind(), "double_nat_forwarded");
    EXPECT_TRUE(line.verdict().proven);
}

TEST(Verdict, DefaultHost) {
    auto line = home().probe(wished, 443, arrived).probe(unmapped, 50123, arrived);
    EXPECT_EQ(line.kind(), "default_host");
    EXPECT_THAT(line.verdict().headline, HasSubstr("every port arrives"));
    // Whoever has the address itself gets everything anyway.
    EXPECT_EQ(line.say(interface, "eth0", kOutside).kind(), "direct");
}

TEST(Verdict, DefaultHostIsAnother) {
    EXPECT_EQ(home().map(MapOutcome::mapped).probe(wished, 443, somebody_else).kind(),
              "default_host_other");
    // Also when the rest comes through.
    auto mixed = home().map(MapOutcome::mapped).probe(wished, 443, somebody_else);
    EXPECT_EQ(mixed.probe(wished, 8080, arrived).kind(), "default_host_other");
    auto reset = home().map(MapOutcome::mapped).probe(wished, 443, refused);
    EXPECT_EQ(reset.probe(unmapped, 50123, nothing).kind(), "default_host_other");
    const auto held = home().map(MapOutcome::held_by_other);
    EXPECT_EQ(held.kind(), "default_host_other");
    EXPECT_THAT(held.verdict().next_step, HasSubstr("old forward"));
}

TEST(Verdict, IspBlocksAPort) {
    auto line = home().map(MapOutcome::mapped).probe(wished, 443, nothing);
    line.probe(wished, 80, refused).probe(second, 42000, arrived).probe(unmapped, 50123, nothing);
    const Verdict verdict = line.verdict();
    EXPECT_EQ(to_text(verdict.kind), "isp_blocks_port");
    EXPECT_THAT(verdict.blocked_ports, ElementsAre(80, 443));
    EXPECT_THAT(verdict.headline, HasSubstr("Ports 80, 443 never"));
}

TEST(Verdict, ABlockedPort25DoesNotSpoilTheRest) {
    auto line = home().probe(wished, 443, arrived).probe(well_known, 25, nothing);
    const Verdict verdict = line.verdict();
    EXPECT_EQ(to_text(verdict.kind), "port_map_works");
    EXPECT_THAT(verdict.blocked_ports, ElementsAre(25));
    EXPECT_THAT(verdict.headline, HasSubstr("Port 25 did not arrive"));
    EXPECT_THAT(verdict.next_step, HasSubstr("mail"));
}

// Form 1: it answers success with a public address although the provider translates.
TEST(Verdict, RouterLiesThatItForwards) {
    auto line = home().map(MapOutcome::mapped).probe(wished, 443, nothing);
    line.probe(second, 42000, nothing).probe(unmapped, 50123, nothing);
    EXPECT_EQ(line.kind(), "router_lies");
    EXPECT_TRUE(line.verdict().router_lies);
    EXPECT_THAT(line.verdict().next_step, HasSubstr("make them again"));

    auto seen_through = behind("203.0.113.200", "100.64.0.1").map(MapOutcome::mapped);
    seen_through.probe(wished, 443, nothing);
    EXPECT_EQ(seen_through.kind(), "cgnat");
    EXPECT_TRUE(seen_through.verdict().router_lies);
    EXPECT_THAT(seen_through.verdict().headline, HasSubstr("203.0.113.200"));
    EXPECT_EQ(behind("203.0.113.200", "203.0.113.1").kind(), "several_lines");
}

// Form 2: it says connected, with the address that STUN says, and refuses every mapping.
TEST(Verdict, RouterLiesThatItIsConnected) {
    auto line = home().map(MapOutcome::no_line);
    EXPECT_EQ(line.kind(), "router_lies");
    EXPECT_THAT(line.verdict().headline, HasSubstr("refuses"));
    const auto seen_through = behind(kOutside, "100.64.0.1").map(MapOutcome::no_line);
    EXPECT_EQ(seen_through.kind(), "cgnat");
    EXPECT_TRUE(seen_through.verdict().router_lies);
}

// Nonsense of a router whose line is down is no evidence.
TEST(Verdict, AnEmptyAddressIsIgnored) {
    EXPECT_EQ(home().say(upnp, "192.168.1.1", "0.0.0.0").map(MapOutcome::mapped).kind(),
              "port_map_possible");
}

TEST(Verdict, SeveralLines) {
    EXPECT_EQ(behind("203.0.113.200", "203.0.113.1").kind(), "several_lines");
    auto vpn = home().say(echo, "ip.example.org", "203.0.113.222");
    EXPECT_EQ(vpn.kind(), "several_lines");
    EXPECT_THAT(vpn.verdict().next_step, HasSubstr("VPN"));
    // What arrives settles it.
    EXPECT_EQ(vpn.probe(wished, 443, arrived).kind(), "port_map_works");
}

TEST(Verdict, Direct) {
    auto line = Line().say(interface, "ppp0", kOutside).seen(kOutside);
    EXPECT_EQ(line.kind(), "direct");
    EXPECT_FALSE(line.verdict().proven);
    auto closed = line;
    EXPECT_EQ(closed.probe(wished, 443, nothing).kind(), "firewalled");
    line.probe(wished, 443, arrived);
    EXPECT_EQ(line.kind(), "direct");
    EXPECT_TRUE(line.verdict().proven);
    EXPECT_EQ(line.probe(wished, 80, nothing).kind(), "isp_blocks_port");
}

TEST(Verdict, Ipv6Only) {
    auto line = Line().say(interface, "eth0", "192.168.1.10").say(interface, "eth0", kOutside6);
    line.seen(kOutside6);
    EXPECT_EQ(line.kind(Family::v4), "ipv6_only");
    EXPECT_EQ(line.kind(Family::v6), "direct");
    auto closed = line;
    closed.map(MapOutcome::switched_off, Family::v6).probe(wished, 443, refused, Family::v6);
    EXPECT_EQ(closed.kind(Family::v6), "firewalled");
    EXPECT_THAT(closed.verdict(Family::v6).next_step, HasSubstr("UPnP or PCP"));
    line.map(MapOutcome::mapped, Family::v6);
    EXPECT_THAT(line.verdict(Family::v6).headline, HasSubstr("lets visitors in"));
    line.probe(wished, 443, nothing, Family::v6);
    EXPECT_EQ(line.kind(Family::v6), "firewalled");
    line.probe(wished, 443, arrived, Family::v6);
    EXPECT_EQ(line.kind(Family::v6), "isp_blocks_port");
    EXPECT_EQ(line.kind(Family::v4), "ipv6_only");
}

TEST(Verdict, Ipv4Only) {
    EXPECT_EQ(home().kind(Family::v6), "ipv4_only");
    // An address of IPv6 that nobody outside has seen: no verdict yet.
    EXPECT_EQ(home().say(interface, "eth0", kOutside6).kind(Family::v6), "unknown");
}

TEST(Verdict, Offline) {
    const auto line = Line().say(interface, "eth0", "192.168.1.10").router("0.0.0.0");
    EXPECT_EQ(line.kind(Family::v4), "offline");
    EXPECT_EQ(line.kind(Family::v6), "offline");
    EXPECT_THAT(line.verdict().next_step, HasSubstr("modem"));
    EXPECT_EQ(Line().kind(), "offline");
}

TEST(Verdict, OfBothFamiliesAtOnce) {
    const auto both = judge(home().facts, lab());
    EXPECT_EQ(both[0].family, Family::v4);
    EXPECT_EQ(both[1].kind, LineKind::ipv4_only);
}

// Five servers of one operator that lies do not outvote two others.
TEST(Verdict, TheWorldsViewIsCountedByVoices) {
    Line line;
    line.say(interface, "eth0", "192.168.1.10").router(kOutside);
    for (const auto* from : {"bad.example:1", "bad.example:2", "bad.example:3"})
        line.say(stun, from, "203.0.113.66");
    line.say(stun, "a.example:3478", kOutside).say(stun, "b.example:3478", kOutside);
    EXPECT_THAT(line.verdict().headline, HasSubstr(kOutside));
}

TEST(Verdict, ShowsItsEvidence) {
    auto line = home().probe(wished, 443, arrived);
    line.facts.router.push_back(
        {.protocol = upnp, .outcome = MapOutcome::refused, .detail = "501 ActionFailed"});
    const auto lines = line.verdict().evidence;
    EXPECT_EQ(lines.at(0), "port 443 dialled from outside: arrived here");
    EXPECT_EQ(lines.at(1), "router (UPnP): refuses (501 ActionFailed)");
    EXPECT_EQ(lines.at(2), "interface eth0: 192.168.1.10, a private address");
    EXPECT_THAT(line.verdict(Family::v6).evidence, IsEmpty());
    for (Port port = 1; port < 100; ++port) line.probe(wished, port, arrived);
    EXPECT_EQ(line.verdict().evidence.size(), kMaxVerdictLines);
}

TEST(Verdict, KindsHaveNames) {
    std::set<std::string_view> names;
    for (unsigned kind = 0; kind <= static_cast<unsigned>(LineKind::router_lies); ++kind)
        names.insert(to_text(static_cast<LineKind>(kind)));
    EXPECT_EQ(names.size(), 16U);
    EXPECT_EQ(to_text(LineKind::router_lies), "router_lies");
    EXPECT_EQ(to_text(LineKind::unknown), "unknown");
}

}  // namespace
}  // namespace homeport::reach
