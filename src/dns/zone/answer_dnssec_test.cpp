/// Answers from signed zones: the cases of RFC 4035 appendix B in a zone like its own (appendix A),
/// with signatures that only look like some.

#include "dns/zone/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Ask kDo{.dnssec_ok = true};

struct SignedZone : ::testing::Test {
    const std::shared_ptr<const Zone> plain =
        make_zone("example.", {
                                  ns("a.example.", "ns1.a.example."),
                                  ds("a.example."),
                                  a("ns1.a.example."),
                                  a("ai.example."),
                                  ns("b.example.", "ns1.b.example."),
                                  a("ns1.b.example."),
                                  a("ns1.example."),
                                  {"*.w.example.", RrType::mx, mx(1, "ai.example.")},
                                  a("x.w.example."),
                                  a("x.y.w.example."),
                                  a("xx.example."),
                                  cname("*.alias.example.", "ai.example."),
                                  txt("t.empty.example."),
                              });
    const ZoneSet zones = set_of({sign_zone(plain)});

    Reply ask_do(std::string_view owner, RrType type) { return ask(zones, owner, type, kDo); }
};

TEST_F(SignedZone, Answer) {
    const Reply reply = ask_do("ai.example.", RrType::a);
    EXPECT_THAT(reply.answer, ElementsAre("ai.example. A 192.0.2.1", "ai.example. RRSIG A"));
    EXPECT_THAT(reply.authority, IsEmpty());
    EXPECT_TRUE(reply.opt);
    EXPECT_EQ(reply.header.flags & kFlagAuthenticData, 0);
    EXPECT_EQ(reply.records[1].ttl, reply.records[0].ttl);
}

TEST_F(SignedZone, WithoutDoNothingShows) {
    const Reply reply = ask(zones, "ml.example.", RrType::a, {.edns = true});
    EXPECT_THAT(reply.authority, ElementsAre("example. SOA"));
    EXPECT_THAT(ask(zones, "ai.example.", RrType::a).answer.size(), 1U);
}

// B.2: the NSEC that covers the name and the one that covers the wildcard.
TEST_F(SignedZone, NameError) {
    const Reply reply = ask_do("ml.example.", RrType::a);
    EXPECT_EQ(reply.rcode, Rcode::nx_domain);
    EXPECT_THAT(reply.authority,
                ElementsAre("example. SOA", "example. RRSIG SOA",
                            "t.empty.example. NSEC ns1.example.", "t.empty.example. RRSIG NSEC",
                            "example. NSEC a.example.", "example. RRSIG NSEC"));
    EXPECT_EQ(reply.records[1].ttl, 300U);
}

// One NSEC may cover both.
TEST_F(SignedZone, NameErrorWithOneProof) {
    EXPECT_THAT(ask_do("x.xx.example.", RrType::a).authority,
                ElementsAre("example. SOA", "example. RRSIG SOA", "xx.example. NSEC example.",
                            "xx.example. RRSIG NSEC"));
}

// B.3
TEST_F(SignedZone, NoData) {
    EXPECT_THAT(ask_do("ns1.example.", RrType::mx).authority,
                ElementsAre("example. SOA", "example. RRSIG SOA", "ns1.example. NSEC *.w.example.",
                            "ns1.example. RRSIG NSEC"));
}

// An empty non-terminal has no NSEC; the one before it says that there is something below.
TEST_F(SignedZone, NoDataAtEmptyNonTerminal) {
    const Reply reply = ask_do("empty.example.", RrType::a);
    EXPECT_EQ(reply.rcode, Rcode::no_error);
    EXPECT_THAT(reply.authority,
                ElementsAre("example. SOA", "example. RRSIG SOA",
                            "b.example. NSEC t.empty.example.", "b.example. RRSIG NSEC"));
}

// B.4: the DS stands in for a proof; NS and glue have no signatures.
TEST_F(SignedZone, ReferralToSignedZone) {
    const Reply reply = ask_do("mc.a.example.", RrType::mx);
    EXPECT_THAT(reply.authority, ElementsAre("a.example. NS ns1.a.example.", "a.example. DS",
                                             "a.example. RRSIG DS"));
    EXPECT_THAT(reply.additional, ElementsAre("ns1.a.example. A 192.0.2.1"));
}

// B.5
TEST_F(SignedZone, ReferralToUnsignedZone) {
    EXPECT_THAT(ask_do("mc.b.example.", RrType::mx).authority,
                ElementsAre("b.example. NS ns1.b.example.", "b.example. NSEC t.empty.example.",
                            "b.example. RRSIG NSEC"));
}

// B.6: the signature goes with the synthesized set; NSEC shows that nothing is closer.
TEST_F(SignedZone, WildcardExpansion) {
    const Reply reply = ask_do("a.z.w.example.", RrType::mx);
    EXPECT_THAT(reply.answer, ElementsAre("a.z.w.example. MX", "a.z.w.example. RRSIG MX"));
    EXPECT_THAT(reply.authority,
                ElementsAre("x.y.w.example. NSEC xx.example.", "x.y.w.example. RRSIG NSEC"));
}

// B.7
TEST_F(SignedZone, WildcardNoData) {
    const Reply reply = ask_do("a.z.w.example.", RrType::aaaa);
    EXPECT_EQ(reply.rcode, Rcode::no_error);
    EXPECT_THAT(reply.authority,
                ElementsAre("example. SOA", "example. RRSIG SOA", "*.w.example. NSEC x.w.example.",
                            "*.w.example. RRSIG NSEC", "x.y.w.example. NSEC xx.example.",
                            "x.y.w.example. RRSIG NSEC"));
}

// B.8
TEST_F(SignedZone, DsChildZoneNoData) {
    const Reply reply = ask_do("example.", RrType::ds);
    EXPECT_THAT(reply.authority, ElementsAre("example. SOA", "example. RRSIG SOA",
                                             "example. NSEC a.example.", "example. RRSIG NSEC"));
    EXPECT_THAT(ask_do("b.example.", RrType::ds).authority,
                ElementsAre("example. SOA", "example. RRSIG SOA",
                            "b.example. NSEC t.empty.example.", "b.example. RRSIG NSEC"));
}

// The proof of an expansion on the way comes after all answers.
TEST_F(SignedZone, WildcardCname) {
    const Reply reply = ask_do("q.alias.example.", RrType::a);
    EXPECT_THAT(reply.answer,
                ElementsAre("q.alias.example. CNAME ai.example.", "q.alias.example. RRSIG CNAME",
                            "ai.example. A 192.0.2.1", "ai.example. RRSIG A"));
    EXPECT_THAT(reply.authority,
                ElementsAre("*.alias.example. NSEC b.example.", "*.alias.example. RRSIG NSEC"));
}

// A proof that does not fit is one that is missing: TC.
TEST_F(SignedZone, ProofsThatDoNotFit) {
    ZoneEditor editor(sign_zone(plain));
    RdataList large;
    for (int i = 0; i < 8; ++i) {
        Octets signature = rrsig(RrType::nsec);
        signature.resize(100 + i);
        large.add(signature);
    }
    ASSERT_TRUE(editor.sign(name("ns1.example."), RrType::nsec, large));
    const ZoneSet changed = set_of({editor.commit().value().zone});
    const Ask small{.dnssec_ok = true, .payload_bytes = 512};
    EXPECT_TRUE(ask(changed, "ns1.example.", RrType::mx, small).header.is_truncated());
    EXPECT_FALSE(ask(changed, "ns1.example.", RrType::mx, kDo).header.is_truncated());
}

// Names below a cut are skipped at once, however many there are, and a zone that is signed in part
// gives what it has.
TEST(HalfSignedZone, EndsSoon) {
    std::vector<Line> lines{ns("cut.example.", "far.")};
    for (int i = 0; i < 1000; ++i) lines.push_back(a("g" + std::to_string(i) + ".cut.example."));
    const auto zone = sign_zone(make_zone("example.", lines));
    EXPECT_EQ(zone->nsec_for(name("d.example."))->name(), name("cut.example."));
    ZoneEditor editor(make_zone("example.", lines));
    for (int i = 0; i < 1000; ++i) put_lines(editor, {a("p" + std::to_string(i) + ".example.")});
    put_lines(editor, {{"example.", RrType::nsec, nsec("example.")}});
    const ZoneSet zones = set_of({editor.commit().value().zone});
    EXPECT_THAT(ask(zones, "z.example.", RrType::a, kDo).authority,
                ElementsAre("example. SOA", "example. NSEC example."));
}

}  // namespace
}  // namespace homeport::dns
