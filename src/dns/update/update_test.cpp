/// Each rule of RFC 2136 with the section that has it.

#include "dns/update/update.hpp"

#include "dns/update/limits.hpp"
#include "dns/update/testing.hpp"
#include "dns/zone/limits.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

struct UpdateTest : ::testing::Test {
    Rcode run(const UpdateMessage& message) { return run(encode(message)); }
    Rcode run(const Octets& packet) {
        result = apply_update(packet, zone, policy, is_protected);
        EXPECT_EQ(result.why.empty(), result.rcode == Rcode::no_error) << result.why;
        EXPECT_TRUE(result.rcode == Rcode::no_error || result.changes.empty());
        return result.rcode;
    }
    Rcode change(std::vector<UpdateRecord> changes) { return run({.changes = std::move(changes)}); }
    Rcode require(std::vector<UpdateRecord> prerequisites) {
        return run({.prerequisites = std::move(prerequisites)});
    }
    /// "owner TYPE ttl count" of each change.
    std::vector<std::string> changes() const {
        std::vector<std::string> found;
        for (const SetChange& change : result.changes)
            found.push_back(change.owner.to_text() + " " + to_text(change.type) + " " +
                            std::to_string(change.ttl) + " " +
                            std::to_string(change.records.count()));
        return found;
    }

    std::shared_ptr<const Zone> zone =
        make_zone("example.", {a("x.example."), a("x.example.", "192.0.2.2"), txt("x.example."),
                               cname("alias.example.", "x.example."), a("deep.ent.example.")});
    UpdatePolicy policy = policy_for_all("example.");
    ProtectedName is_protected;
    UpdateResult result;
};

// 3.1.1
TEST_F(UpdateTest, ZoneSection) {
    EXPECT_EQ(run(UpdateMessage{}), Rcode::no_error);
    EXPECT_EQ(run({.zone = "EXAMPLE."}), Rcode::no_error);
    EXPECT_EQ(run({.zone_type = RrType::a}), Rcode::form_err);
    Octets two = encode({});
    two[5] = std::byte{2};
    EXPECT_EQ(run(two), Rcode::form_err);
    two[5] = std::byte{0};
    EXPECT_EQ(run(two), Rcode::form_err);
}

// 3.1.2
TEST_F(UpdateTest, ZonesOfOthers) {
    EXPECT_EQ(run({.zone = "other."}), Rcode::not_auth);
    EXPECT_EQ(run({.zone = "x.example."}), Rcode::not_auth);
    EXPECT_EQ(run({.zone_class = RrClass::ch}), Rcode::not_auth);
    zone = nullptr;
    EXPECT_EQ(run(UpdateMessage{}), Rcode::not_auth);
}

TEST_F(UpdateTest, BrokenMessages) {
    Octets packet = encode({.changes = {add(a("new.example."))}});
    for (std::size_t size = 0; size < packet.size(); ++size)
        EXPECT_EQ(run(Octets(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size))),
                  Rcode::form_err);
    packet.push_back(std::byte{0});
    EXPECT_EQ(run(packet), Rcode::form_err);
    EXPECT_EQ(change({{"new.example.", RrType::a, RrClass::in, 60, text("x")}}), Rcode::form_err);
    EXPECT_EQ(run(request("example.", RrType::soa)), Rcode::form_err);
}

// 2.4.1
TEST_F(UpdateTest, PrerequisiteSetExists) {
    EXPECT_EQ(require({set_exists("X.example.", RrType::a)}), Rcode::no_error);
    EXPECT_EQ(require({set_exists("x.example.", RrType::aaaa)}), Rcode::nx_rrset);
    EXPECT_EQ(require({set_exists("y.example.", RrType::a)}), Rcode::nx_rrset);
}

// 2.4.2: the TTL does not count, the order neither, the case of names neither.
TEST_F(UpdateTest, PrerequisiteSetHasThisData) {
    EXPECT_EQ(require({set_has(a("x.example.", "192.0.2.2")), set_has(txt("x.example.")),
                       set_has(a("X.example."))}),
              Rcode::no_error);
    EXPECT_EQ(require({set_has(cname("alias.example.", "X.EXAMPLE."))}), Rcode::no_error);
    EXPECT_EQ(require({set_has(a("x.example."))}), Rcode::nx_rrset);
    EXPECT_EQ(require({set_has(a("x.example.")), set_has(a("x.example.", "192.0.2.3"))}),
              Rcode::nx_rrset);
    EXPECT_EQ(require({set_has(a("x.example.")), set_has(a("x.example.", "192.0.2.2")),
                       set_has(a("x.example.", "192.0.2.3"))}),
              Rcode::nx_rrset);
    EXPECT_EQ(require({set_has(a("y.example."))}), Rcode::nx_rrset);
}

// 2.4.3
TEST_F(UpdateTest, PrerequisiteSetDoesNotExist) {
    EXPECT_EQ(require({no_set("x.example.", RrType::aaaa)}), Rcode::no_error);
    EXPECT_EQ(require({no_set("y.example.", RrType::a)}), Rcode::no_error);
    EXPECT_EQ(require({no_set("x.example.", RrType::a)}), Rcode::yx_rrset);
}

// 2.4.4 and 2.4.5: a name that only has names below it is not in use.
TEST_F(UpdateTest, PrerequisiteNames) {
    EXPECT_EQ(require({in_use("x.example.")}), Rcode::no_error);
    EXPECT_EQ(require({in_use("y.example.")}), Rcode::nx_domain);
    EXPECT_EQ(require({in_use("ent.example.")}), Rcode::nx_domain);
    EXPECT_EQ(require({not_in_use("y.example.")}), Rcode::no_error);
    EXPECT_EQ(require({not_in_use("ent.example.")}), Rcode::no_error);
    EXPECT_EQ(require({not_in_use("x.example.")}), Rcode::yx_domain);
}

// 3.2.5
TEST_F(UpdateTest, PrerequisitesOfTheWrongForm) {
    UpdateRecord record = set_exists("x.example.", RrType::a);
    record.ttl = 1;
    EXPECT_EQ(require({record}), Rcode::form_err);
    record = set_exists("x.example.", RrType::a);
    record.rdata = address("192.0.2.1");
    EXPECT_EQ(require({record}), Rcode::form_err);
    record = no_set("y.example.", RrType::a);
    record.rdata = address("192.0.2.1");
    EXPECT_EQ(require({record}), Rcode::form_err);
    record = set_has(a("x.example."));
    record.rr_class = RrClass::ch;
    EXPECT_EQ(require({record}), Rcode::form_err);
    record = set_has(a("x.example."));
    record.type = RrType::any;
    EXPECT_EQ(require({record}), Rcode::form_err);
    EXPECT_EQ(require({set_exists("x.other.", RrType::a)}), Rcode::not_zone);
    EXPECT_EQ(require({set_exists(".", RrType::a)}), Rcode::not_zone);
}

// 3.2 and 3.7: nothing is done when one prerequisite does not hold.
TEST_F(UpdateTest, PrerequisitesGuardChanges) {
    const std::vector<UpdateRecord> wanted{add(a("new.example."))};
    EXPECT_EQ(run({.prerequisites = {not_in_use("new.example.")}, .changes = wanted}),
              Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("new.example. A 3600 1"));
    EXPECT_EQ(
        run({.prerequisites = {in_use("x.example."), in_use("new.example.")}, .changes = wanted}),
        Rcode::nx_domain);
}

// 3.4.1.3
TEST_F(UpdateTest, ChangesOfTheWrongForm) {
    EXPECT_EQ(change({add(a("x.other."))}), Rcode::not_zone);
    EXPECT_EQ(change({remove_name("xexample.")}), Rcode::not_zone);
    UpdateRecord record = add(a("x.example."));
    record.rr_class = RrClass::ch;
    EXPECT_EQ(change({record}), Rcode::form_err);
    for (const RrType type : {RrType::any, RrType::axfr, RrType::maila, RrType::mailb, RrType::ixfr,
                              RrType::opt, RrType::tsig, RrType{0}}) {
        EXPECT_EQ(change({{"x.example.", type, RrClass::in, 60, {}}}), Rcode::form_err);
        EXPECT_EQ(change({{"x.example.", type, RrClass::none, 0, {}}}), Rcode::form_err);
        const Rcode all = type == RrType::any ? Rcode::no_error : Rcode::form_err;
        EXPECT_EQ(change({remove_set("x.example.", type)}), all);
    }
    record = remove_set("x.example.", RrType::a);
    record.ttl = 1;
    EXPECT_EQ(change({record}), Rcode::form_err);
    record = remove_set("x.example.", RrType::a);
    record.rdata = address("192.0.2.1");
    EXPECT_EQ(change({record}), Rcode::form_err);
    record = remove_record(a("x.example."));
    record.ttl = 1;
    EXPECT_EQ(change({record}), Rcode::form_err);
}

// 3.4.2: what comes later in the message may be wrong: then nothing is done.
TEST_F(UpdateTest, AllOrNothing) {
    EXPECT_EQ(change({add(a("new.example.")), add(a("x.other."))}), Rcode::not_zone);
    EXPECT_EQ(
        change({add(a("new.example.")), add({"y.example.", RrType::dname, target("x.example.")})}),
        Rcode::refused);
}

// 3.4.2.2
TEST_F(UpdateTest, AddingRecords) {
    EXPECT_EQ(change({add(a("x.example.", "192.0.2.3")), add(aaaa("new.b.example."))}),
              Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("new.b.example. AAAA 3600 1", "x.example. A 3600 3"));
}

// 3.4.2.2: an equal one is replaced, so adding it again changes nothing.
TEST_F(UpdateTest, AddingWhatIsThere) {
    EXPECT_EQ(change({add(a("X.example.")), add(txt("x.example."))}), Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre());
    EXPECT_EQ(change({remove_name("x.example."), add(txt("x.example.")), add(a("x.example.")),
                      add(a("x.example.", "192.0.2.2"))}),
              Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre());
}

// RFC 2181 section 5.2: a set has one TTL; the last one that was said counts.
TEST_F(UpdateTest, AnotherTtlIsThatOfTheWholeSet) {
    EXPECT_EQ(change({add(a("x.example."), 60)}), Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("x.example. A 60 2"));
    EXPECT_EQ(change({add(a("x.example.", "192.0.2.9"), 60), add(a("x.example."), 61)}),
              Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("x.example. A 61 3"));
}

// 3.4.2.2: passed over in silence.
TEST_F(UpdateTest, CnameStandsAlone) {
    EXPECT_EQ(change({add(cname("x.example.", "y.")), add(a("alias.example."))}), Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre());
    EXPECT_EQ(change({add(cname("alias.example.", "y."))}), Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("alias.example. CNAME 3600 1"));
    EXPECT_EQ(*NameView::read(result.changes[0].records.view().front()), name("y."));
    EXPECT_EQ(change({add(cname("new.example.", "y.")), add(cname("new.example.", "z.")),
                      add(a("new.example."))}),
              Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("new.example. CNAME 3600 1"));
}

// What goes is told first: an editor would not take an address beside the CNAME.
TEST_F(UpdateTest, CnameMakesRoom) {
    EXPECT_EQ(change({remove_name("alias.example."), add(a("alias.example.")),
                      remove_name("x.example."), add(cname("x.example.", "alias.example."))}),
              Rcode::no_error);
    EXPECT_THAT(changes(),
                ElementsAre("alias.example. CNAME 0 0", "x.example. A 0 0", "x.example. TXT 0 0",
                            "alias.example. A 3600 1", "x.example. CNAME 3600 1"));
    with_changes(zone, result.changes);
}

// 3.4.2.2: the SOA is replaced by a newer one only, and stands at the apex only.
TEST_F(UpdateTest, SoaMustBeNewer) {
    const auto soa_of = [](std::string owner, std::uint32_t serial) {
        return add(Line{std::move(owner), RrType::soa, soa(serial)});
    };
    policy.rules.push_back({name("example."), UpdateReach::subtree, {RrType::soa}});
    EXPECT_EQ(change({soa_of("example.", 1), soa_of("example.", 0), soa_of("x.example.", 9)}),
              Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre());
    EXPECT_EQ(change({soa_of("example.", 7), soa_of("example.", 6)}), Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("example. SOA 3600 1"));
    EXPECT_EQ(SoaView(result.changes[0].records.view().front()).serial(), 7U);
}

// 3.4.2.3
TEST_F(UpdateTest, RemovingSets) {
    EXPECT_EQ(change({remove_set("x.example.", RrType::a), remove_set("x.example.", RrType::aaaa),
                      remove_set("y.example.", RrType::a)}),
              Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("x.example. A 0 0"));
    EXPECT_EQ(change({remove_name("x.example."), remove_name("y.example.")}), Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("x.example. A 0 0", "x.example. TXT 0 0"));
}

// 3.4.2.3 and 3.4.2.4: the apex keeps its SOA and an NS.
TEST_F(UpdateTest, ApexStays) {
    zone = make_zone("example.", {txt("example."), ns("example.", "ns2.elsewhere.")});
    EXPECT_EQ(change({remove_set("example.", RrType::soa), remove_set("example.", RrType::ns),
                      remove_record({"example.", RrType::soa, soa(1)})}),
              Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre());
    EXPECT_EQ(change({remove_name("example.")}), Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("example. TXT 0 0"));
    EXPECT_EQ(change({remove_record(ns("example.", "ns2.elsewhere.")),
                      remove_record(ns("example.", "ns1.elsewhere."))}),
              Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("example. NS 3600 1"));
    EXPECT_EQ(*NameView::read(result.changes[0].records.view().front()), name("ns1.elsewhere."));
}

// 3.4.2.4: elsewhere the last NS may go.
TEST_F(UpdateTest, RemovingRecords) {
    zone = make_zone("example.", {ns("sub.example.", "ns.sub.example."), a("x.example."),
                                  a("x.example.", "192.0.2.2")});
    EXPECT_EQ(change({remove_record(ns("sub.example.", "NS.sub.example.")),
                      remove_record(a("x.example.")), remove_record(a("x.example.", "192.0.2.9")),
                      remove_record(a("y.example."))}),
              Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("sub.example. NS 0 0", "x.example. A 3600 1"));
    EXPECT_EQ(change({{"x.example.", RrType::a, RrClass::none, 0, {}}}), Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre());
}

// 3.3
TEST_F(UpdateTest, PolicyDecides) {
    policy = {{{name("_acme-challenge.x.example."), UpdateReach::exact, {RrType::txt}}}};
    EXPECT_EQ(change({add(txt("_acme-challenge.x.example."))}), Rcode::no_error);
    EXPECT_EQ(change({remove_name("_acme-challenge.x.example.")}), Rcode::no_error);
    EXPECT_EQ(change({add(a("_acme-challenge.x.example."))}), Rcode::refused);
    EXPECT_EQ(change({add(txt("_acme-challenge.x.example.")), add(txt("x.example."))}),
              Rcode::refused);
    EXPECT_EQ(change({remove_name("x.example.")}), Rcode::refused);
    // All of a name: each set of it must be within the policy.
    policy = {{{name("x.example."), UpdateReach::exact, {RrType::txt}}}};
    EXPECT_EQ(change({remove_name("x.example.")}), Rcode::refused);
    policy.rules.push_back({name("x.example."), UpdateReach::exact, {RrType::a}});
    EXPECT_EQ(change({remove_name("x.example.")}), Rcode::no_error);
}

TEST_F(UpdateTest, ProtectedNamesStay) {
    is_protected = [](NameView owner) { return owner == name("x.example."); };
    EXPECT_EQ(change({add(a("y.example."))}), Rcode::no_error);
    EXPECT_EQ(change({add(txt("X.example.", "more"))}), Rcode::refused);
    EXPECT_EQ(change({remove_name("x.example.")}), Rcode::refused);
}

// What the signer makes is the signer's.
TEST_F(UpdateTest, SignedZones) {
    zone = sign_zone(zone);
    EXPECT_EQ(change({add({"x.example.", RrType::dnskey, Build().raw({1, 1, 3, 13, 1}).bytes})}),
              Rcode::refused);
    EXPECT_EQ(change({remove_set("x.example.", RrType::nsec)}), Rcode::refused);
    EXPECT_EQ(change({remove_set("x.example.", RrType::rrsig)}), Rcode::refused);
    EXPECT_EQ(change({remove_name("x.example.")}), Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("x.example. A 0 0", "x.example. TXT 0 0"));
    EXPECT_EQ(change({remove_name("x.example."), add(cname("x.example.", "y."))}), Rcode::no_error);
    EXPECT_THAT(changes(),
                ElementsAre("x.example. A 0 0", "x.example. TXT 0 0", "x.example. CNAME 3600 1"));
    EXPECT_EQ(change({add(a("x.example."))}), Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre());
}

TEST_F(UpdateTest, LimitsHold) {
    EXPECT_EQ(change({add(a("x.example."), kMaxUpdateTtl)}), Rcode::no_error);
    EXPECT_EQ(change({add(a("x.example."), kMaxUpdateTtl + 1)}), Rcode::refused);
    EXPECT_EQ(change({add(a("x.example."), 0x80000000U)}), Rcode::refused);
    EXPECT_EQ(change(std::vector(kMaxUpdateRecords, add(a("x.example.")))), Rcode::no_error);
    EXPECT_EQ(change(std::vector(kMaxUpdateRecords + 1, add(a("x.example.")))), Rcode::refused);
    ZoneEditor editor(zone);
    RdataList full;
    for (unsigned i = 0; i < kMaxRecordsPerSet; ++i) full.add(Build().u32(i).bytes);
    std::vector<UpdateRecord> removed;
    for (unsigned i = 0; i < kMaxTouchedRecords / kMaxRecordsPerSet + 1; ++i) {
        const std::string owner = "n" + std::to_string(i) + ".example.";
        ASSERT_TRUE(editor.replace(name(owner), RrType::a, 60, full));
        removed.push_back(remove_record(a(owner, "0.0.0.1")));
    }
    zone = editor.commit().value().zone;
    EXPECT_EQ(change({add(a("n0.example.", "255.0.0.1"))}), Rcode::refused);
    EXPECT_EQ(
        change({remove_record(a("n0.example.", "0.0.0.1")), add(a("n0.example.", "255.0.0.1"))}),
        Rcode::no_error);
    EXPECT_EQ(change(removed), Rcode::refused);
    removed.pop_back();
    EXPECT_EQ(change(removed), Rcode::no_error);
}

// TSIG at the end is not looked at.
TEST_F(UpdateTest, AdditionalRecordsAreIgnored) {
    Octets packet = encode({.changes = {add(a("new.example."))}});
    packet[11] = std::byte{1};
    Build tsig;
    tsig.name("key.").u16(250).u16(255).u32(0).u16(3).raw({1, 2, 3});
    packet.insert(packet.end(), tsig.bytes.begin(), tsig.bytes.end());
    EXPECT_EQ(run(packet), Rcode::no_error);
    EXPECT_THAT(changes(), ElementsAre("new.example. A 3600 1"));
}

}  // namespace
}  // namespace homeport::dns
