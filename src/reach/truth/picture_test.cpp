#include "reach/truth/picture.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

using enum EvidenceSource;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

IpAddress ip(const char* text) {
    return IpAddress::parse(text).value();
}

struct Scene {
    Facts facts;
    PublicSpace space{{Cidr::parse("203.0.113.0/24").value()}};

    Scene& say(EvidenceSource source, const char* from, const char* address) {
        facts.evidence.push_back(
            {.source = source, .from = from, .address = ip(address), .at = TimePoint{1h}});
        return *this;
    }
    Scene& probe(ProbeRole role, std::uint16_t port, ProbeResult result) {
        facts.probes.push_back(
            {.family = Family::v4, .role = role, .port = port, .result = result});
        return *this;
    }
    Picture picture(Family family = Family::v4) const { return {facts, family, space}; }
};

TEST(Picture, OutsideIsWhatTheRelaySees) {
    Scene scene;
    EXPECT_FALSE(scene.picture().outside);
    scene.say(stun, "a.example", "203.0.113.7").say(stun, "b.example", "203.0.113.7");
    EXPECT_EQ(scene.picture().outside, ip("203.0.113.7"));
    scene.say(relay, "relay.example", "203.0.113.5");
    EXPECT_EQ(scene.picture().outside, ip("203.0.113.5"));
    EXPECT_THAT(scene.picture().seen, ElementsAre(ip("203.0.113.7"), ip("203.0.113.5")));
    EXPECT_FALSE(scene.picture(Family::v6).outside);
    EXPECT_TRUE(scene.picture(Family::v6).other_family_out);
    EXPECT_FALSE(scene.picture().other_family_out);
}

TEST(Picture, SortsTheAddressesOfTheRouter) {
    struct {
        const char* wan;
        bool is_public, is_shared, is_private;
    } const rows[] = {
        {"203.0.113.5", true, false, false}, {"8.8.8.8", true, false, false},
        {"100.64.0.5", false, true, false},  {"100.127.255.255", false, true, false},
        {"100.128.0.0", true, false, false}, {"192.0.0.2", false, true, false},
        {"192.0.0.8", false, false, false},  {"10.1.2.3", false, false, true},
        {"172.31.0.1", false, false, true},  {"169.254.1.1", false, false, true},
        {"0.0.0.0", false, false, false},
    };
    for (const auto& row : rows) {
        const auto scene = Scene().say(upnp, "192.168.1.1", row.wan);
        const Picture picture = scene.picture();
        EXPECT_EQ(picture.wan_is_public, row.is_public) << row.wan;
        EXPECT_EQ(picture.wan_is_shared, row.is_shared) << row.wan;
        EXPECT_EQ(picture.wan_is_private, row.is_private) << row.wan;
    }
}

TEST(Picture, HopsCountByTheirNumber) {
    Scene scene;
    scene.say(hop, "hop 2", "192.168.0.1");
    EXPECT_FALSE(scene.picture().hop_is_private);  // the first one is not known
    scene.say(hop, "hop 1", "192.168.1.1").say(hop, "hop 3", "100.64.0.1");
    EXPECT_TRUE(scene.picture().hop_is_private);
    EXPECT_FALSE(scene.picture().hop_is_shared);
    EXPECT_EQ(scene.picture().second_hop, ip("192.168.0.1"));
}

TEST(Picture, PortsAreBlockedOnlyWhereOthersComeThrough) {
    Scene scene;
    scene.probe(ProbeRole::wished, 443, ProbeResult::nothing);
    scene.probe(ProbeRole::well_known, 25, ProbeResult::refused);
    scene.probe(ProbeRole::wished, 443, ProbeResult::nothing);
    scene.probe(ProbeRole::unmapped, 50123, ProbeResult::nothing);
    scene.probe(ProbeRole::wished, 80, ProbeResult::untested);
    EXPECT_THAT(scene.picture().blocked_ports(), IsEmpty());
    EXPECT_TRUE(scene.picture().tested());
    EXPECT_FALSE(scene.picture().any_arrived());
    // A port that nobody mapped and that arrives is no measure for the others.
    scene.probe(ProbeRole::unmapped, 50124, ProbeResult::arrived);
    EXPECT_THAT(scene.picture().blocked_ports(), IsEmpty());
    scene.probe(ProbeRole::second, 42000, ProbeResult::arrived);
    EXPECT_THAT(scene.picture().blocked_ports(), ElementsAre(25, 443));
    EXPECT_FALSE(scene.picture(Family::v6).tested());
}

}  // namespace
}  // namespace homeport::reach
