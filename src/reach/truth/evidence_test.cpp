#include "reach/truth/evidence.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

std::string voice(EvidenceSource source, std::string from, std::string run_by = "") {
    return voice_of({.source = source,
                     .from = std::move(from),
                     .address = {},
                     .at = {},
                     .run_by = std::move(run_by)});
}

TEST(Evidence, SourcesHaveWords) {
    EXPECT_EQ(to_text(EvidenceSource::nat_pmp), "router (NAT-PMP)");
    EXPECT_EQ(to_text(EvidenceSource::hop), "router on the way");
}

TEST(Evidence, ProtocolsOfTheRouterAreOneVoice) {
    const auto pcp = voice(EvidenceSource::pcp, "192.168.1.1:5351");
    EXPECT_EQ(voice(EvidenceSource::nat_pmp, "192.168.1.1:5351"), pcp);
    EXPECT_EQ(voice(EvidenceSource::upnp, "192.168.1.254:5000"), pcp);
    EXPECT_NE(voice(EvidenceSource::relay, "192.168.1.1:5351"), pcp);
}

TEST(Evidence, HostsAndOperatorsAreOneVoiceEach) {
    const auto a = voice(EvidenceSource::stun, "stun.example.net:3478");
    EXPECT_EQ(voice(EvidenceSource::stun, "STUN.example.net:3479"), a);
    EXPECT_EQ(voice(EvidenceSource::echo, "stun.example.net"), a);
    EXPECT_NE(voice(EvidenceSource::stun, "stun.example.org:3478"), a);
    EXPECT_NE(voice(EvidenceSource::stun, "2001:db8::1"),
              voice(EvidenceSource::stun, "2001:db8::2"));
    EXPECT_EQ(voice(EvidenceSource::stun, "stun1.example.net:3478", "Example"),
              voice(EvidenceSource::echo, "ip.example.net", "example"));
}

TEST(Evidence, HopsHaveNumbers) {
    Evidence hop{.source = EvidenceSource::hop, .from = "hop 2", .address = {}, .at = {}};
    EXPECT_EQ(hop_number(hop), 2);
    for (const auto* from : {"hop ", "hop 0", "hop 256", "hop x", "2", ""}) {
        hop.from = from;
        EXPECT_FALSE(hop_number(hop)) << from;
    }
    hop = {.source = EvidenceSource::stun, .from = "hop 2", .address = {}, .at = {}};
    EXPECT_FALSE(hop_number(hop));
}

}  // namespace
}  // namespace homeport::reach
