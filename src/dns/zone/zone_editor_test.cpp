#include "dns/zone/zone_editor.hpp"

#include "dns/zone/limits.hpp"
#include "dns/zone/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;

std::vector<std::string> names_of(const Zone& zone) {
    std::vector<std::string> names;
    zone.nodes().for_each([&names](const ZoneNode& node) {
        std::string line = node.name().to_text();
        if (node.empty()) line += " empty";
        if (node.at_cut()) line += " cut";
        if (node.below_cut()) line += " below";
        if (node.has_wildcard()) line += " wild";
        names.push_back(line);
    });
    return names;
}

struct ZoneEditorTest : ::testing::Test {
    std::shared_ptr<const Zone> zone = make_zone("example.", {});
    ZoneEditor editor{zone};

    void put(const Line& line) { put_lines(editor, {line}); }
    std::vector<std::string> names() { return names_of(*editor.commit().value().zone); }
    Errc refused(std::string_view owner, RrType type, std::initializer_list<Octets> rdata,
                 std::uint32_t ttl = kTtl) {
        const auto done = editor.replace(name(owner), type, ttl, list(rdata));
        EXPECT_FALSE(done) << owner << " " << to_text(type);
        return done ? Errc::io : done.error().code;
    }
};

TEST_F(ZoneEditorTest, EmptyNonTerminalsComeAndGo) {
    put(a("x.b.c.example."));
    EXPECT_THAT(names(), ::testing::ElementsAre("example.", "c.example. empty",
                                                "b.c.example. empty", "x.b.c.example."));
    put(a("c.example."));
    EXPECT_TRUE(editor.remove_name(name("x.b.c.example.")));
    EXPECT_THAT(names(), ::testing::ElementsAre("example.", "c.example."));
    put(a("x.b.c.example."));
    EXPECT_TRUE(editor.remove(name("c.example."), RrType::a));
    EXPECT_THAT(names(), ::testing::ElementsAre("example.", "c.example. empty",
                                                "b.c.example. empty", "x.b.c.example."));
    EXPECT_TRUE(editor.remove_name(name("x.b.c.example.")));
    EXPECT_THAT(names(), ::testing::ElementsAre("example."));
}

TEST_F(ZoneEditorTest, WildcardsAreKnownAbove) {
    put(a("x.*.b.example."));
    put(a("*.example."));
    EXPECT_THAT(names(),
                ::testing::ElementsAre("example. wild", "*.example.", "b.example. empty wild",
                                       "*.b.example. empty", "x.*.b.example."));
    EXPECT_TRUE(editor.remove_name(name("x.*.b.example.")));
    EXPECT_TRUE(editor.remove_name(name("*.example.")));
    EXPECT_THAT(names(), ::testing::ElementsAre("example."));
}

// A cut that comes or goes changes what is below it, and cuts may lie below cuts.
TEST_F(ZoneEditorTest, CutsHideWhatIsBelow) {
    put(a("a.b.sub.example."));
    put(a("sub.example."));
    put(ns("b.sub.example.", "a.b.sub.example."));
    EXPECT_THAT(names(), ::testing::ElementsAre("example.", "sub.example.", "b.sub.example. cut",
                                                "a.b.sub.example. below"));
    put(ns("sub.example.", "ns."));
    put(a("x.y.sub.example."));
    EXPECT_THAT(names(),
                ::testing::ElementsAre("example.", "sub.example. cut", "b.sub.example. cut below",
                                       "a.b.sub.example. below", "y.sub.example. empty below",
                                       "x.y.sub.example. below"));
    const auto both = editor.commit().value().zone;
    EXPECT_EQ(both->cut_above(name("a.b.sub.example."))->name(), name("sub.example."));
    EXPECT_EQ(both->cut_above(name("subexample.example.")), nullptr);
    EXPECT_TRUE(editor.remove(name("sub.example."), RrType::ns));
    EXPECT_THAT(names(), ::testing::ElementsAre("example.", "sub.example.", "b.sub.example. cut",
                                                "a.b.sub.example. below", "y.sub.example. empty",
                                                "x.y.sub.example."));
}

TEST_F(ZoneEditorTest, RefusesWhatTheRulesForbid) {
    const Octets ip = address("192.0.2.1");
    EXPECT_EQ(refused("other.", RrType::a, {ip}), Errc::invalid);
    EXPECT_EQ(refused("xexample.", RrType::a, {ip}), Errc::invalid);
    EXPECT_EQ(refused("x.example.", RrType::a, {text("x")}), Errc::invalid);
    EXPECT_EQ(refused("x.example.", RrType::a, {}), Errc::invalid);
    EXPECT_EQ(refused("x.example.", RrType::a, {ip}, kMaxTtl + 1), Errc::invalid);
    EXPECT_EQ(refused("x.example.", RrType::any, {ip}), Errc::invalid);
    EXPECT_EQ(refused("x.example.", RrType::rrsig, {rrsig(RrType::a)}), Errc::invalid);
    EXPECT_EQ(refused("x.example.", RrType::dname, {target("y.")}), Errc::invalid);
    EXPECT_EQ(refused("x.example.", RrType::soa, {soa(1)}), Errc::invalid);
    EXPECT_EQ(refused("example.", RrType::soa, {soa(1), soa(2)}), Errc::invalid);
    EXPECT_EQ(refused("example.", RrType::cname, {target("y.")}), Errc::invalid);
    EXPECT_EQ(refused("example.", RrType::ds, {ds("").rdata}), Errc::invalid);
    EXPECT_EQ(refused("*.example.", RrType::ns, {target("y.")}), Errc::invalid);
    EXPECT_EQ(refused("x.example.", RrType::cname, {target("y."), target("z.")}), Errc::invalid);
    EXPECT_FALSE(editor.remove(name("example."), RrType::soa));
    EXPECT_FALSE(editor.remove(name("example."), RrType::ns));
    EXPECT_FALSE(editor.remove_name(name("example.")));
    EXPECT_TRUE(editor.commit().value().changes.empty());
}

TEST_F(ZoneEditorTest, CnameStandsAlone) {
    put(cname("x.example.", "y."));
    EXPECT_EQ(refused("x.example.", RrType::a, {address("192.0.2.1")}), Errc::invalid);
    EXPECT_TRUE(editor.replace(name("x.example."), RrType::nsec, 1, list({nsec("y.")})));
    EXPECT_TRUE(editor.sign(name("x.example."), RrType::cname, list({rrsig(RrType::cname)})));
    put(cname("x.example.", "z."));
    put(a("a.example."));
    EXPECT_EQ(refused("a.example.", RrType::cname, {target("y.")}), Errc::invalid);
}

TEST_F(ZoneEditorTest, LimitsHold) {
    RdataList many;
    for (unsigned i = 0; i <= kMaxRecordsPerSet; ++i) many.add(Build().u32(i).bytes);
    EXPECT_EQ(editor.replace(name("x.example."), RrType::a, 1, many).error().code, Errc::limit);
    RdataList large;
    for (unsigned i = 0; i < 300; ++i) large.add(text(std::string(250, static_cast<char>(i))));
    EXPECT_EQ(editor.replace(name("x.example."), RrType::txt, 1, large).error().code, Errc::limit);
    for (unsigned i = 0; i < kMaxTypesPerName; ++i) {
        const auto type = static_cast<RrType>(1000 + i);
        ASSERT_TRUE(editor.replace(name("x.example."), type, 1, list({{}})));
    }
    EXPECT_EQ(refused("x.example.", RrType::a, {address("192.0.2.1")}), Errc::limit);
    EXPECT_TRUE(editor.replace(name("x.example."), RrType{1000}, 2, list({{}})));
}

// Records that are the same, in any order or case, are one set; writing it again is no change and
// keeps its signatures.
TEST_F(ZoneEditorTest, SameSetIsNoChange) {
    put_lines(editor, {ns("x.example.", "b."), ns("x.example.", "A."), ns("x.example.", "a.")});
    EXPECT_EQ(editor.find(name("x.example."))->find(RrType::ns).records.count(), 2U);
    put(a("y.example."));
    ASSERT_TRUE(editor.sign(name("y.example."), RrType::a, list({rrsig(RrType::a)})));
    (void)editor.commit();
    put(a("y.example."));
    put_lines(editor, {ns("x.example.", "A."), ns("x.example.", "b.")});
    EXPECT_TRUE(editor.commit().value().changes.empty());
    EXPECT_FALSE(editor.find(name("y.example."))->find(RrType::a).signatures.empty());
    put(a("y.example.", "192.0.2.2"));
    EXPECT_TRUE(editor.find(name("y.example."))->find(RrType::a).signatures.empty());
}

TEST_F(ZoneEditorTest, ReportsNetChanges) {
    put(a("old.example."));
    put(a("gone.example."));
    (void)editor.commit();
    put(a("old.example.", "192.0.2.2"));
    put(a("new.example."));
    put(a("brief.example."));
    EXPECT_TRUE(editor.remove_name(name("brief.example.")));
    EXPECT_TRUE(editor.remove_name(name("gone.example.")));
    ASSERT_TRUE(editor.replace(name("example."), RrType::soa, 60, list({soa(2)})));
    ASSERT_TRUE(editor.sign(name("example."), RrType::ns, list({rrsig(RrType::ns)})));
    const ZoneUpdate update = editor.commit().value();
    std::vector<std::string> lines;
    for (const RrsetChange& change : update.changes) {
        lines.push_back(change.owner().to_text() + " " + to_text(change.type) + " " +
                        std::to_string(change.before().records.count()) + ">" +
                        std::to_string(change.after().records.count()) +
                        (change.records_changed() ? "" : " signatures"));
    }
    EXPECT_THAT(lines, ::testing::ElementsAre("example. NS 1>1 signatures", "example. SOA 1>1",
                                              "gone.example. A 1>0", "new.example. A 0>1",
                                              "old.example. A 1>1"));
    EXPECT_EQ(update.zone->serial(), 2U);
}

// Before the commit as after it; what is as it was does not count.
TEST_F(ZoneEditorTest, ChangesAreKnownBeforeTheCommit) {
    put(a("x.example."));
    put(a("y.example."));
    put(txt("y.example."));
    EXPECT_TRUE(editor.remove_name(name("x.example.")));
    const std::vector<RrsetChange> changes = editor.changes();
    ASSERT_EQ(changes.size(), 2U);
    EXPECT_EQ(changes[0].owner(), name("y.example."));
    EXPECT_EQ(changes[0].type, RrType::a);
    EXPECT_FALSE(changes[0].before());
    EXPECT_EQ(changes[1].type, RrType::txt);
    EXPECT_EQ(editor.commit().value().changes.size(), 2U);
    EXPECT_TRUE(editor.changes().empty());
}

// Readers of the old zone see nothing of it.
TEST_F(ZoneEditorTest, OldSnapshotsStay) {
    put(a("x.sub.example."));
    const auto before = editor.commit().value().zone;
    const auto names_before = names_of(*before);
    put(ns("sub.example.", "y."));
    put(a("*.example."));
    EXPECT_TRUE(editor.remove_name(name("x.sub.example.")));
    (void)editor.commit();
    EXPECT_EQ(names_of(*before), names_before);
    EXPECT_EQ(before->serial(), 1U);
}

TEST_F(ZoneEditorTest, SigningWantsTheSet) {
    EXPECT_FALSE(editor.sign(name("x.example."), RrType::a, {}));
    put(a("x.example."));
    EXPECT_FALSE(editor.sign(name("x.example."), RrType::a, list({rrsig(RrType::txt)})));
    EXPECT_FALSE(editor.sign(name("x.example."), RrType::a, list({text("x")})));
    EXPECT_TRUE(editor.sign(name("x.example."), RrType::a, list({rrsig(RrType::a)})));
    EXPECT_TRUE(editor.sign(name("x.example."), RrType::a, {}));
}

TEST(ZoneEditor, NewZoneNeedsSoaAndNs) {
    ZoneEditor editor{name("example.")};
    EXPECT_FALSE(editor.commit());
    put_lines(editor, {txt("example."), a("*.example.")});
    EXPECT_TRUE(editor.remove(name("example."), RrType::txt));
    put_lines(editor, {{"example.", RrType::soa, soa(9)}});
    EXPECT_FALSE(editor.commit());
    put_lines(editor, {ns("example.", "ns.")});
    const ZoneUpdate update = editor.commit().value();
    EXPECT_EQ(update.zone->serial(), 9U);
    EXPECT_EQ(update.changes.size(), 3U);
    EXPECT_THAT(names_of(*update.zone), ::testing::ElementsAre("example. wild", "*.example."));
}

TEST(ZoneSet, LongestApexWins) {
    const ZoneSet zones =
        set_of({make_zone("example.", {}), make_zone("a.b.example.", {}), make_zone("other.", {})});
    const auto apex = [&zones](std::string_view owner) {
        const Zone* const zone = zones.find(name(owner));
        return zone == nullptr ? "none" : zone->apex().to_text();
    };
    EXPECT_EQ(apex("x.a.b.example."), "a.b.example.");
    EXPECT_EQ(apex("A.b.example."), "a.b.example.");
    EXPECT_EQ(apex("b.example."), "example.");
    EXPECT_EQ(apex("z.example."), "example.");
    EXPECT_EQ(apex("xa.b.example."), "example.");
    EXPECT_EQ(apex("."), "none");
    EXPECT_EQ(apex("zother."), "none");
    const ZoneSet fewer = zones.without(name("a.b.example."));
    EXPECT_EQ(fewer.find(name("x.a.b.example."))->apex(), name("example."));
    EXPECT_EQ(zones.size(), 3U);
    EXPECT_EQ(fewer.size(), 2U);
    EXPECT_EQ(fewer.find_apex(name("a.b.example.")), nullptr);
    EXPECT_EQ(zones.with(make_zone("other.", {})).size(), 3U);
}

}  // namespace
}  // namespace homeport::dns
