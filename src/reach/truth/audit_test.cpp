#include "reach/truth/audit.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using enum AuditSeverity;

AuditFacts dialled(ProbeResult result) {
    AuditFacts facts;
    facts.dials.assign(kAuditDials.begin(), kAuditDials.end());
    for (AuditDial& dial : facts.dials) dial.result = result;
    facts.mappings.emplace();
    facts.own = *IpAddress::parse("192.168.1.10");
    return facts;
}

AuditFinding of_mapping(const AuditMapping& mapping) {
    AuditFacts facts = dialled(ProbeResult::nothing);
    facts.dials.clear();
    facts.mappings->push_back(mapping);
    const auto found = audit(facts);
    EXPECT_THAT(found, SizeIs(1));
    return found.at(0);
}

TEST(Audit, DialsThatAnOlderRelayDoesNotKnowComeLast) {
    bool known = true;
    for (const AuditDial& dial : kAuditDials) {
        known = known && dial.check == ProbeCheck::open;
        EXPECT_EQ(dial.check == ProbeCheck::open, known);
        EXPECT_EQ(only_port(dial.check).value_or(dial.port), dial.port);
    }
}

TEST(Audit, AClosedLineIsFine) {
    for (const ProbeResult result : {ProbeResult::nothing, ProbeResult::refused}) {
        const auto found = audit(dialled(result));
        EXPECT_THAT(found, SizeIs(kAuditDials.size() + 1));
        EXPECT_THAT(found, Each(AllOf(Field(&AuditFinding::severity, fine),
                                      Field(&AuditFinding::remedy, IsEmpty()))));
    }
}

TEST(Audit, WhatArrivesIsBad) {
    const auto found = audit(dialled(ProbeResult::arrived));
    for (std::size_t i = 0; i < kAuditDials.size(); ++i) {
        const bool web = kAuditDials.at(i).port == 8080;
        EXPECT_EQ(found[i].severity, web ? warning : bad) << found[i].what;
        EXPECT_NE(found[i].remedy, "") << found[i].what;
    }
    EXPECT_EQ(found[0].what, "Telnet (TCP 23)");
    EXPECT_THAT(found[0].finding, HasSubstr("something answers on port 23 from outside"));
    EXPECT_EQ(found[6].what, "SSDP (UDP 1900)");
    EXPECT_EQ(found[7].what, "NAT-PMP and PCP (UDP 5351)");
}

TEST(Audit, WhatWasNotTriedIsUnknown) {
    auto found = audit(dialled(ProbeResult::untested));
    found.pop_back();
    EXPECT_THAT(found, Each(Field(&AuditFinding::severity, unknown)));
}

TEST(Audit, ASharedAddressSaysNothingBadOfTheRouter) {
    for (const ProbeResult result : {ProbeResult::arrived, ProbeResult::somebody_else}) {
        AuditFacts facts = dialled(result);
        EXPECT_NE(audit(facts)[0].severity, unknown);
        facts.shared_address = true;
        EXPECT_EQ(audit(facts)[0].severity, unknown);
    }
}

TEST(Audit, MappingsOfOthersAreShown) {
    const AuditFinding found = of_mapping({"TCP", 3389, "192.168.1.50", 3389, "desk"});
    EXPECT_EQ(found.what, "port mapping TCP 3389");
    EXPECT_EQ(found.severity, warning);
    EXPECT_EQ(found.finding, "leads to 192.168.1.50 port 3389 (desk)");
}

TEST(Audit, OurOwnMappingsAreNot) {
    EXPECT_EQ(of_mapping({"TCP", 443, "192.168.1.10", 443, "homeport"}).severity, fine);
}

TEST(Audit, OddMappingsAreBad) {
    for (const AuditMapping& odd : {AuditMapping{"TCP", 0, "192.168.1.10", 80, ""},
                                    AuditMapping{"TCP", 80, "192.168.1.50", 0, ""},
                                    AuditMapping{"", 80, "192.168.1.50", 80, ""},
                                    AuditMapping{"TCP", 80, "8.8.8.8", 80, "galleta silenciosa"}}) {
        const AuditFinding found = of_mapping(odd);
        EXPECT_EQ(found.severity, bad) << found.finding;
        EXPECT_NE(found.remedy, "");
    }
    EXPECT_EQ(of_mapping({"udp", 80, "desk.lan", 80, ""}).severity, warning);
}

TEST(Audit, ARouterThatTellsNothing) {
    AuditFacts facts;
    ASSERT_THAT(audit(facts), SizeIs(1));
    EXPECT_EQ(audit(facts)[0].severity, unknown);
    facts.mappings.emplace();
    facts.mappings_cut = true;
    ASSERT_THAT(audit(facts), SizeIs(1));
    EXPECT_EQ(audit(facts)[0].severity, unknown) << "what was not read may be anything";
}

TEST(Audit, MailThatIsNotLetOut) {
    AuditFacts facts = dialled(ProbeResult::nothing);
    const std::size_t others = audit(facts).size();
    facts.mail = OutgoingMail::blocked;
    ASSERT_THAT(audit(facts), SizeIs(others + 1));
    EXPECT_EQ(audit(facts).back().severity, warning);
    EXPECT_THAT(audit(facts).back().remedy, HasSubstr("587"));
    facts.mail = OutgoingMail::open;
    EXPECT_EQ(audit(facts).back().severity, fine);
    facts.mail = OutgoingMail::unknown;
    EXPECT_EQ(audit(facts).back().severity, AuditSeverity::unknown);
}

}  // namespace
}  // namespace homeport::reach
