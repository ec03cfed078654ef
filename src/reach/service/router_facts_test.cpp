#include "reach/service/router_facts.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

using ::testing::IsEmpty;

TEST(RouterFacts, TheLastWordOfEachProtocolCounts) {
    const std::vector<RouterReport> routers = {{.protocol = MapProtocol::pcp, .answers = false},
                                               {.protocol = MapProtocol::nat_pmp, .answers = true},
                                               {.protocol = MapProtocol::upnp, .answers = true}};
    UnitReport unit{.name = "web", .phase = UnitReport::Phase::mapped};
    unit.protocol = MapProtocol::upnp;
    unit.attempts = {{.protocol = MapProtocol::nat_pmp,
                      .fault = MapFault::conflict,
                      .detail = "TCP 80: 2 not authorized"}};
    const auto facts = router_facts(Family::v4, {unit}, routers);
    ASSERT_EQ(facts.size(), 3u);
    EXPECT_EQ(facts[0].outcome, MapOutcome::silent);
    EXPECT_EQ(facts[1].outcome, MapOutcome::held_by_other);
    EXPECT_EQ(facts[1].detail, "TCP 80: 2 not authorized");
    EXPECT_EQ(facts[2].outcome, MapOutcome::mapped);
    EXPECT_EQ(facts[2].protocol, EvidenceSource::upnp);
}

TEST(RouterFacts, NobodyToAskIsNoFact) {
    UnitReport unit{.name = "web", .phase = UnitReport::Phase::failed};
    unit.attempts = {{.fault = MapFault::silent, .detail = "no router answers by any protocol"}};
    EXPECT_THAT(router_facts(Family::v4, {unit}, {}), IsEmpty());
}

TEST(RouterFacts, FaultsAsOutcomes) {
    EXPECT_EQ(outcome_of(MapFault::no_network), MapOutcome::no_line);
    EXPECT_EQ(outcome_of(MapFault::not_authorized), MapOutcome::switched_off);
    EXPECT_EQ(outcome_of(MapFault::full), MapOutcome::refused);
}

}  // namespace
}  // namespace homeport::reach
