#include "dns/sign/zone_signer.hpp"

#include "dns/sign/limits.hpp"
#include "dns/sign/testing.hpp"
#include "dns/zone/limits.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

constexpr UnixSeconds kNow = 1'800'000'000;
constexpr UnixSeconds kDay = 86400;

struct ZoneSignerTest : ::testing::Test {
    ZoneSigner signer{ZoneKey(known_key())};
    std::shared_ptr<const Zone> zone;
    std::uint32_t serial = 1;

    void start(std::vector<Line> lines) {
        ZoneEditor editor(make_zone("example.", std::move(lines)));
        (void)commit(editor, kNow);
    }
    /// With a new serial. Lines such as "+www.example. A": what has other signatures than before.
    std::vector<std::string> commit(ZoneEditor& editor, UnixSeconds now) {
        put_lines(editor, {{"example.", RrType::soa, soa(++serial)}});
        const auto done = signer.sign(editor, now);
        if (!done) throw std::runtime_error(done.error().what);
        const ZoneUpdate update = editor.commit().value();
        zone = update.zone;
        const ZoneAudit audit(*zone, signer.key(), now);
        EXPECT_THAT(audit.faults(), IsEmpty());
        std::vector<std::string> lines;
        for (const RrsetChange& change : update.changes)
            lines.push_back((change.after().signatures.empty() ? "-" : "+") +
                            change.owner().to_text() + " " + to_text(change.type));
        return lines;
    }
    std::vector<std::string> edit(const std::vector<Line>& lines) {
        ZoneEditor editor(zone);
        put_lines(editor, lines);
        return commit(editor, kNow);
    }
    std::string next_of(std::string_view owner) const {
        const RrsetView set = zone->nodes().find(name(owner))->find(RrType::nsec);
        return set ? NameView::read(set.records.front())->to_text() : "none";
    }
    bool is_signed(std::string_view owner, RrType type) const {
        return !zone->nodes().find(name(owner))->find(type).signatures.empty();
    }
    std::uint32_t expiration(std::string_view owner, RrType type) const {
        const RrsetView set = zone->nodes().find(name(owner))->find(type);
        return RrsigView(set.signatures.front()).expiration();
    }
    std::string refused(const std::vector<Line>& lines) {
        ZoneEditor editor(zone ? zone : make_zone("example.", {}));
        put_lines(editor, lines);
        const auto done = signer.sign(editor, kNow);
        return done ? "signed" : done.error().what;
    }
};

TEST_F(ZoneSignerTest, ASignedZoneHasKeysChainAndSignatures) {
    start({a("www.example."), a("*.example."), a("x.y.example.")});
    EXPECT_TRUE(zone->is_signed());
    const ZoneNode& apex = zone->apex_node();
    EXPECT_TRUE(
        std::ranges::equal(apex.find(RrType::dnskey).records.front(), signer.key().dnskey()));
    EXPECT_TRUE(
        std::ranges::equal(apex.find(RrType::cdnskey).records.front(), signer.key().dnskey()));
    EXPECT_TRUE(std::ranges::equal(apex.find(RrType::cds).records.front(),
                                   ds_rdata(name("example."), signer.key().dnskey())));
    EXPECT_EQ(next_of("example."), "*.example.");
    EXPECT_EQ(next_of("*.example."), "www.example.");
    EXPECT_EQ(next_of("www.example."), "x.y.example.");
    EXPECT_EQ(next_of("y.example."), "none");
    EXPECT_EQ(next_of("x.y.example."), "example.");
    // SOA, NS, DNSKEY, CDS, CDNSKEY and NSEC of the apex; A and NSEC of three others.
    EXPECT_EQ(ZoneAudit(*zone, signer.key(), kNow).signatures(), 12U);
}

// RFC 9077: the lesser of the TTL of SOA and its last field.
TEST_F(ZoneSignerTest, NsecLivesAsLongAsNegativeAnswers) {
    start({});
    EXPECT_EQ(zone->apex_node().find(RrType::nsec).ttl, 300U);
    EXPECT_EQ(zone->negative_ttl(), 300U);
}

TEST_F(ZoneSignerTest, AnEditCostsWhatItTouches) {
    start({a("a.example."), a("m.example."), a("z.example.")});
    EXPECT_THAT(edit({a("m.example.", "192.0.2.9")}),
                ElementsAre("+example. SOA", "+m.example. A"));
    EXPECT_THAT(edit({a("m.example.", "192.0.2.9")}), ElementsAre("+example. SOA"));
    EXPECT_THAT(edit({txt("m.example.")}),
                ElementsAre("+example. SOA", "+m.example. TXT", "+m.example. NSEC"));
    EXPECT_THAT(edit({a("n.example.")}), ElementsAre("+example. SOA", "+m.example. NSEC",
                                                     "+n.example. A", "+n.example. NSEC"));
}

TEST_F(ZoneSignerTest, NamesThatGoLeaveTheChain) {
    start({a("a.example."), a("m.example."), a("x.y.z.example.")});
    ZoneEditor editor(zone);
    ASSERT_TRUE(editor.remove(name("m.example."), RrType::a));
    ASSERT_TRUE(editor.remove_name(name("x.y.z.example.")));
    EXPECT_THAT(commit(editor, kNow),
                ElementsAre("+example. SOA", "+a.example. NSEC", "-m.example. A",
                            "-m.example. NSEC", "-x.y.z.example. A", "-x.y.z.example. NSEC"));
    EXPECT_EQ(next_of("a.example."), "example.");
    EXPECT_EQ(zone->names(), 2U);
}

// What has lost its data but has names below it becomes an empty non-terminal.
TEST_F(ZoneSignerTest, EmptyNonTerminalsHaveNoNsec) {
    start({a("b.example."), a("a.b.example.")});
    ZoneEditor editor(zone);
    ASSERT_TRUE(editor.remove(name("b.example."), RrType::a));
    (void)commit(editor, kNow);
    EXPECT_TRUE(zone->nodes().find(name("b.example."))->empty());
    EXPECT_EQ(next_of("example."), "a.b.example.");
    (void)edit({a("b.example.")});
    EXPECT_EQ(next_of("example."), "b.example.");
}

TEST_F(ZoneSignerTest, DelegationsHideWhatIsBelow) {
    start({a("a.example."), a("sub.example."), a("ns.sub.example."), txt("t.ns.sub.example."),
           a("z.example.")});
    (void)edit({ns("sub.example.", "ns.sub.example.")});
    EXPECT_FALSE(is_signed("sub.example.", RrType::ns));
    EXPECT_FALSE(is_signed("sub.example.", RrType::a));
    EXPECT_TRUE(is_signed("sub.example.", RrType::nsec));
    EXPECT_FALSE(is_signed("ns.sub.example.", RrType::a));
    EXPECT_EQ(next_of("ns.sub.example."), "none");
    EXPECT_EQ(next_of("sub.example."), "z.example.");

    (void)edit({ds("sub.example."), a("more.sub.example.")});
    EXPECT_TRUE(is_signed("sub.example.", RrType::ds));
    EXPECT_FALSE(is_signed("sub.example.", RrType::ns));
    EXPECT_FALSE(is_signed("more.sub.example.", RrType::a));

    ZoneEditor editor(zone);
    ASSERT_TRUE(editor.remove(name("sub.example."), RrType::ns));
    (void)commit(editor, kNow);
    EXPECT_TRUE(is_signed("more.sub.example.", RrType::a));
    EXPECT_EQ(next_of("sub.example."), "more.sub.example.");
    EXPECT_EQ(next_of("more.sub.example."), "ns.sub.example.");
}

// Signing twice before a commit is like signing once.
TEST_F(ZoneSignerTest, EditsMayGoOnAfterSigning) {
    start({a("a.example.")});
    ZoneEditor editor(zone);
    put_lines(editor, {a("b.example."), a("c.example."), ns("d.example.", "x.d.example."),
                       a("x.d.example.")});
    ASSERT_TRUE(signer.sign(editor, kNow));
    ASSERT_TRUE(editor.remove_name(name("b.example.")));
    ASSERT_TRUE(editor.remove_name(name("c.example.")));
    ASSERT_TRUE(editor.remove_name(name("d.example.")));
    EXPECT_THAT(commit(editor, kNow),
                IsSupersetOf({"+example. SOA", "+a.example. NSEC", "+x.d.example. A"}));
    EXPECT_EQ(next_of("a.example."), "x.d.example.");
}

TEST_F(ZoneSignerTest, RecordsOfOtherSignersAreRefused) {
    const Line other_key{"example.", RrType::dnskey, Build().u16(257).raw({3, 13, 1, 2}).bytes};
    const Line proof{"www.example.", RrType::nsec, nsec("example.")};
    const Line lost_key{"www.example.", RrType::cds, Build().u16(1).raw({13, 2, 1}).bytes};
    const Line parameters{"www.example.", RrType::nsec3param, text("x")};
    for (int i = 0; i < 2; ++i) {
        EXPECT_THAT(refused({other_key}), HasSubstr("example. DNSKEY: homeport signs"));
        EXPECT_THAT(refused({a("www.example."), proof}), HasSubstr("www.example. NSEC"));
        EXPECT_THAT(refused({a("www.example."), lost_key}), HasSubstr("www.example. CDS"));
        EXPECT_THAT(refused({a("www.example."), parameters}), HasSubstr("NSEC3PARAM"));
        EXPECT_EQ(refused({ds("www.example."), ns("www.example.", "x.")}), "signed");
        start({});
    }
    ZoneEditor empty{name("example.")};
    EXPECT_FALSE(signer.sign(empty, kNow));
}

// A name that is full before it is signed is told, not left unsigned.
TEST_F(ZoneSignerTest, FullNamesAreTold) {
    std::vector<Line> lines;
    for (std::size_t i = 0; i < kMaxTypesPerName; ++i)
        lines.push_back({"x.example.", static_cast<RrType>(1000 + i), text("x")});
    EXPECT_THAT(refused(lines), HasSubstr("too many types"));
}

TEST_F(ZoneSignerTest, SignaturesBeginInThePastAndEndSpread) {
    std::vector<Line> lines;
    for (int i = 0; i < 50; ++i) lines.push_back(a("n" + std::to_string(i) + ".example."));
    start(lines);
    std::set<std::uint32_t> ends;
    for (const Line& line : lines) {
        const auto end = expiration(line.owner, RrType::a);
        EXPECT_LE(end, kNow + 14 * kDay);
        EXPECT_GT(end, kNow + 11 * kDay);
        EXPECT_EQ(end, expiration(line.owner, RrType::nsec));
        ends.insert(end);
    }
    EXPECT_GT(ends.size(), 45U);
    EXPECT_GT(*ends.rbegin() - *ends.begin(), 2 * kDay);
    const RrsetView soa = zone->soa();
    EXPECT_EQ(RrsigView(soa.signatures.front()).inception(), kNow - 3600);
}

struct RefreshTest : ZoneSignerTest {
    std::optional<Name> cursor;

    /// One walk over the whole zone; the signatures made by each call.
    std::vector<std::size_t> walk(ZoneEditor& editor, UnixSeconds now, std::size_t budget) {
        std::vector<std::size_t> made;
        do made.push_back(signer.refresh(editor, now, budget, cursor).value());
        while (cursor);
        return made;
    }
    static std::size_t sum(const std::vector<std::size_t>& made) {
        std::size_t all = 0;
        for (const std::size_t count : made) all += count;
        return all;
    }
};

TEST_F(RefreshTest, WhatExpiresIsSignedAnewInSlices) {
    std::vector<Line> lines;
    for (int i = 0; i < 30; ++i) lines.push_back(a("n" + std::to_string(i) + ".example."));
    start(lines);
    ZoneEditor editor(zone);
    EXPECT_EQ(sum(walk(editor, kNow + 3 * kDay, 100)), 0U);
    const UnixSeconds later = kNow + kSignatureValidity - kRefreshBefore;
    const auto made = walk(editor, later, 5);
    EXPECT_EQ(sum(made), 66U);
    // A name has two sets here, the apex six.
    EXPECT_THAT(made, ::testing::Each(::testing::Le(6U)));
    (void)commit(editor, later);
    EXPECT_GT(expiration("n7.example.", RrType::a), later + 11 * kDay);
    EXPECT_EQ(sum(walk(editor, later, 5)), 0U);
    // Long after the end, when nobody had asked.
    EXPECT_EQ(sum(walk(editor, later + 100 * kDay, 1000)), 66U);
}

TEST_F(RefreshTest, ACallLooksAtALimitedNumberOfNames) {
    std::vector<Line> lines;
    for (std::size_t i = 0; i < 3 * kNamesPerSignature; ++i)
        lines.push_back(a("n" + std::to_string(i) + ".example."));
    start(lines);
    ZoneEditor editor(zone);
    EXPECT_THAT(walk(editor, kNow, 1), ElementsAre(0U, 0U, 0U, 0U));
}

// A large zone gets its first signatures without holding up others, and lives on meanwhile.
TEST_F(RefreshTest, AZoneIsSignedInSlicesWhileItIsEdited) {
    std::vector<Line> lines;
    for (int i = 0; i < 40; ++i) lines.push_back(a("n" + std::to_string(i) + ".example."));
    auto now = make_zone("example.", lines);
    std::size_t step = 0;
    do {
        ZoneEditor editor(now);
        EXPECT_TRUE(signer.refresh(editor, kNow, 10, cursor));
        put_lines(editor, {a("x" + std::to_string(7 * step % 50) + ".example."),
                           {"example.", RrType::soa, soa(++serial)}});
        if (step == 2) {
            EXPECT_TRUE(editor.remove_name(name("n0.example.")));
            EXPECT_TRUE(editor.remove_name(name("n39.example.")));
        }
        ASSERT_TRUE(signer.sign(editor, kNow));
        now = editor.commit().value().zone;
        ++step;
    } while (cursor);
    EXPECT_GT(step, 8U);
    EXPECT_THAT(ZoneAudit(*now, signer.key(), kNow).faults(), IsEmpty());
}

// A new negative TTL reaches the NSEC records that nobody touches by the time they are refreshed.
TEST_F(RefreshTest, NsecFollowsSoa) {
    start({a("a.example."), a("b.example.")});
    ZoneEditor editor(zone);
    put_lines(editor, {{"example.", RrType::soa, soa(5, 60)}});
    ASSERT_TRUE(signer.sign(editor, kNow));
    zone = editor.commit().value().zone;
    EXPECT_EQ(zone->apex_node().find(RrType::nsec).ttl, 60U);
    EXPECT_EQ(zone->nodes().find(name("b.example."))->find(RrType::nsec).ttl, 300U);
    walk(editor, kNow + 8 * kDay, 100);
    zone = editor.commit().value().zone;
    EXPECT_EQ(zone->nodes().find(name("b.example."))->find(RrType::nsec).ttl, 60U);
}

}  // namespace
}  // namespace homeport::dns
