#include "reach/truth/verdict_words.hpp"

#include <gmock/gmock.h>
#include <set>

namespace homeport::reach {
namespace {

using ::testing::HasSubstr;

// Nobody is left alone: each kind has a headline of its own, and where something is wrong, a step.
TEST(VerdictWords, EveryKindHasThem) {
    const Facts facts;
    const std::set<LineKind> nothing_to_do{LineKind::port_map_works, LineKind::ipv4_only};
    std::set<std::string> headlines;
    for (unsigned i = 0; i <= static_cast<unsigned>(LineKind::router_lies); ++i) {
        Verdict verdict;
        verdict.kind = static_cast<LineKind>(i);
        const PublicSpace space;
        put_into_words(verdict, Picture(facts, Family::v4, space));
        EXPECT_NE(verdict.headline, "") << i;
        EXPECT_EQ(verdict.next_step.empty(), nothing_to_do.contains(verdict.kind)) << i;
        EXPECT_TRUE(headlines.insert(verdict.headline).second) << verdict.headline;
    }
}

TEST(VerdictWords, NameBlockedPorts) {
    const Facts facts;
    const PublicSpace space;
    Verdict verdict{.kind = LineKind::isp_blocks_port, .blocked_ports = {80}};
    put_into_words(verdict, Picture(facts, Family::v4, space));
    EXPECT_THAT(verdict.headline, HasSubstr("Port 80 never arrives"));
    verdict = {.kind = LineKind::port_map_works, .blocked_ports = {25, 80}};
    put_into_words(verdict, Picture(facts, Family::v4, space));
    EXPECT_THAT(verdict.headline, HasSubstr("Ports 25, 80 did not arrive."));
    EXPECT_THAT(verdict.next_step, HasSubstr("mail"));
}

TEST(VerdictWords, LinesBelongToOneFamily) {
    Facts facts;
    facts.router.push_back({.protocol = EvidenceSource::pcp,
                            .family = Family::v6,
                            .outcome = MapOutcome::mapped,
                            .detail = ""});
    facts.probes.push_back({.family = Family::v6,
                            .role = ProbeRole::unmapped,
                            .port = 50123,
                            .result = ProbeResult::somebody_else});
    const PublicSpace space;
    EXPECT_TRUE(evidence_lines(Picture(facts, Family::v4, space)).empty());
    EXPECT_THAT(evidence_lines(Picture(facts, Family::v6, space)),
                ::testing::ElementsAre("port 50123 without a mapping: answered by somebody else",
                                       "router (PCP): says that the port is open"));
}

}  // namespace
}  // namespace homeport::reach
