#include "dns/server/zone_keeper.hpp"

#include "dns/server/limits.hpp"
#include "dns/zone/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;  // of dns
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr UnixSeconds kNow = 1'800'000'000;

struct ZoneKeeperTest : ::testing::Test {
    struct NotingLog final : Log {
        std::vector<std::string> events;
        bool enabled(Level) const override { return true; }
        void write(Level, std::string_view event, std::initializer_list<Field>) override {
            events.emplace_back(event);
        }
    };

    ZoneBoard board;
    NotingLog log;
    std::vector<std::string> steps;
    ZoneKeeper keeper{
        board,
        log,
        {.home_ttl = 30, .relay = {ip("198.51.100.20")}, .on_step = [this](const Zone& zone) {
             EXPECT_EQ(board.zones().find_apex(zone.apex()).get(), &zone)
                 << "who is told of it finds it";
             steps.push_back(zone.apex().to_text() + std::to_string(zone.serial() - kNow));
         }}};
    TimePoint now{};

    ZoneKeeperTest() {
        keeper.load({zone("example.net.", {a("www.example.net."), a("x.deep.example.net.")}),
                     zone("sub.example.net.", {})});
        publish(kNow);
    }
    static ZoneInput zone(std::string_view apex, std::vector<Line> lines) {
        return {make_zone(apex, std::move(lines))};
    }
    /// Some time after the last step.
    void publish(UnixSeconds wall) { keeper.publish(now += 1s, wall); }
    static SetChange change(std::string_view owner, const std::string& address) {
        SetChange made{name(owner), RrType::a, 60, {}};
        if (!address.empty()) made.records.add(testing::address(address));
        return made;
    }
    void apply(const SetChange& one) { keeper.apply(name("example.net."), {&one, 1}); }
    static IpAddress ip(const std::string& text) { return IpAddress::parse(text).value(); }
    static HomeName home(std::string_view owner, HomeView view = {}) {
        return {name(owner), std::move(view)};
    }
    static HomeView parked_at(const std::vector<std::string>& addresses) {
        HomeView view{.state = HomeState::parked};
        view.parked.kind =
            addresses.empty() ? ParkedAnswer::Kind::nothing : ParkedAnswer::Kind::addresses;
        for (const std::string& address : addresses) view.parked.addresses.push_back(ip(address));
        return view;
    }
    const ZoneNode* node(std::string_view owner) {
        const Zone* const zone = board.zones().find(name(owner));
        return zone == nullptr ? nullptr : zone->nodes().find(name(owner));
    }
    /// The TXT records that a name has now.
    std::vector<std::string> texts(std::string_view owner) {
        std::vector<std::string> texts;
        const ZoneNode* const found = node(owner);
        if (found == nullptr) return texts;
        for (const Bytes rdata : found->find(RrType::txt).records)
            texts.emplace_back(as_text(rdata.subspan(1)));
        return texts;
    }
    /// The addresses that a name has now, as texts.
    std::vector<std::string> shown(std::string_view owner) {
        const ZoneNode* const node = this->node(owner);
        std::vector<std::string> texts;
        if (node == nullptr) return texts;
        for (const Bytes rdata : node->find(RrType::a).records) {
            std::array<std::uint8_t, 4> octets{};
            std::memcpy(octets.data(), rdata.data(), octets.size());
            texts.push_back(IpAddress::v4(octets).to_string());
        }
        if (node->find(RrType::aaaa)) texts.emplace_back("and AAAA");
        return texts;
    }
    std::uint32_t serial(std::string_view apex) {
        return board.zones().find_apex(name(apex))->serial();
    }
};

TEST_F(ZoneKeeperTest, HomesNamesComeAndGo) {
    keeper.set_home("attic", {home("a.example.net.", parked_at({"9.9.9.9", "2620:fe::fe"})),
                              home("*.a.example.net."), home("b.example.org.")});
    EXPECT_THAT(shown("a.example.net."), IsEmpty()) << "not before it is published";
    publish(kNow);
    EXPECT_THAT(shown("a.example.net."), ElementsAre("9.9.9.9", "and AAAA"));
    EXPECT_THAT(shown("*.a.example.net."), ElementsAre("198.51.100.20"));
    keeper.set_home("attic", {home("a.example.net.")});
    publish(kNow);
    EXPECT_THAT(shown("a.example.net."), ElementsAre("198.51.100.20"));
    EXPECT_THAT(shown("*.a.example.net."), IsEmpty());
    keeper.set_home("attic", {});
    publish(kNow);
    EXPECT_THAT(shown("a.example.net."), IsEmpty());
    EXPECT_THAT(shown("www.example.net."), ElementsAre("192.0.2.1"));
    EXPECT_THAT(log.events, IsEmpty());
}

TEST_F(ZoneKeeperTest, TheDeepestZoneGetsTheName) {
    const std::uint32_t before = serial("example.net.");
    keeper.set_home("attic", {home("a.sub.example.net.")});
    publish(kNow + 10);
    EXPECT_THAT(shown("a.sub.example.net."), ElementsAre("198.51.100.20"));
    EXPECT_EQ(serial("example.net."), before);
    EXPECT_EQ(serial("sub.example.net."), kNow + 10);
}

// What the owner of the relay wrote, and what another home has, is not taken.
TEST_F(ZoneKeeperTest, NamesThatAreTaken) {
    keeper.set_home("attic",
                    {home("www.example.net."), home("a.example.net."), home("deep.example.net.")});
    keeper.set_home("shed", {home("A.example.net.", parked_at({"9.9.9.9"}))});
    publish(kNow);
    EXPECT_THAT(shown("www.example.net."), ElementsAre("192.0.2.1"));
    EXPECT_THAT(shown("a.example.net."), ElementsAre("198.51.100.20"));
    EXPECT_THAT(shown("deep.example.net."), ElementsAre("198.51.100.20")) << "was empty";
    EXPECT_THAT(log.events, ElementsAre("dns.name_taken", "dns.name_taken"));
    keeper.set_home("shed", {});
    keeper.set_home("attic", {});
    publish(kNow);
    EXPECT_THAT(shown("www.example.net."), ElementsAre("192.0.2.1"));
    EXPECT_THAT(shown("x.deep.example.net."), ElementsAre("192.0.2.1"));
    EXPECT_THAT(shown("a.example.net."), IsEmpty());
}

// The serial follows the clock, never goes back, and steps once for many changes.
TEST_F(ZoneKeeperTest, Serials) {
    EXPECT_EQ(serial("example.net."), kNow);
    publish(kNow + 5);
    EXPECT_EQ(serial("example.net."), kNow) << "nothing has changed";
    for (int i = 0; i < 100; ++i)
        keeper.set_home("h" + std::to_string(i), {home("h" + std::to_string(i) + ".example.net.")});
    publish(kNow + 5);
    EXPECT_EQ(serial("example.net."), kNow + 5);
    keeper.set_home("h1", {});
    publish(kNow - 1000);
    EXPECT_EQ(serial("example.net."), kNow + 6);
    keeper.set_home("h2", {home("h2.example.net.")});
    EXPECT_FALSE(keeper.changed()) << "as it was";
}

// A reload replaces what stands in files and keeps the homes.
TEST_F(ZoneKeeperTest, Reload) {
    keeper.set_home("attic", {home("a.example.net.")});
    publish(kNow);
    keeper.load({zone("example.net.", {a("new.example.net.")})});
    publish(kNow);
    EXPECT_THAT(shown("new.example.net."), ElementsAre("192.0.2.1"));
    EXPECT_THAT(shown("www.example.net."), IsEmpty());
    EXPECT_THAT(shown("a.example.net."), ElementsAre("198.51.100.20"));
    EXPECT_EQ(board.zones().size(), 1U);
    EXPECT_EQ(serial("example.net."), kNow + 2) << "of another zone with the same apex";
    keeper.load({});
    publish(kNow);
    EXPECT_EQ(board.zones().size(), 0U);
    EXPECT_EQ(keeper.zone(name("example.net.")), nullptr);
    keeper.load({zone("example.net.", {a("new.example.net.")})});
    publish(kNow);
    EXPECT_THAT(shown("a.example.net."), ElementsAre("198.51.100.20")) << "the home is still there";
}

// A reload that changes nothing is no news for secondaries.
TEST_F(ZoneKeeperTest, ReloadOfTheSame) {
    keeper.set_home("attic", {home("a.example.net.")});
    publish(kNow);
    const std::uint32_t before = serial("example.net.");
    steps.clear();
    keeper.load({zone("example.net.", {a("www.example.net."), a("x.deep.example.net.")}),
                 zone("sub.example.net.", {})});
    publish(kNow + 50);
    EXPECT_EQ(serial("example.net."), before);
    EXPECT_THAT(steps, IsEmpty());
    EXPECT_THAT(shown("a.example.net."), ElementsAre("198.51.100.20"));
    EXPECT_EQ(keeper.next_step(), kNever);
}

// What was changed over the network outlives a reload; what only the file changed is carried over.
TEST_F(ZoneKeeperTest, ReloadKeepsUpdates) {
    apply(change("www.example.net.", "203.0.113.1"));
    apply(change("dyn.example.net.", "203.0.113.2"));
    apply(change("x.deep.example.net.", ""));
    publish(kNow);
    EXPECT_THAT(shown("x.deep.example.net."), IsEmpty());
    keeper.load({zone("example.net.", {a("www.example.net.", "192.0.2.9"), a("new.example.net."),
                                       a("x.deep.example.net.")})});
    publish(kNow);
    EXPECT_THAT(shown("www.example.net."), ElementsAre("203.0.113.1"));
    EXPECT_THAT(shown("dyn.example.net."), ElementsAre("203.0.113.2"));
    EXPECT_THAT(shown("new.example.net."), ElementsAre("192.0.2.1"));
    EXPECT_THAT(shown("x.deep.example.net."), IsEmpty()) << "removed by an update";
    EXPECT_THAT(log.events, IsEmpty());
}

// Changes of an earlier run come with the zone, and its serial goes on from there.
TEST_F(ZoneKeeperTest, ChangesOfAnEarlierRun) {
    ZoneInput input = zone("other.example.", {a("www.other.example.")});
    input.changes = {change("dyn.other.example.", "203.0.113.2"), change("www.other.example.", "")};
    input.least_serial = kNow + 50;
    keeper.load({input});
    publish(kNow);
    EXPECT_THAT(shown("dyn.other.example."), ElementsAre("203.0.113.2"));
    EXPECT_THAT(shown("www.other.example."), IsEmpty());
    EXPECT_EQ(serial("other.example."), kNow + 51);
}

// A name that an update takes belongs to its home no longer.
TEST_F(ZoneKeeperTest, AnUpdateTakesAHomesName) {
    keeper.set_home("attic", {home("a.example.net.")});
    EXPECT_TRUE(keeper.is_home(name("A.example.net.")));
    apply(change("a.example.net.", "203.0.113.7"));
    publish(kNow);
    EXPECT_FALSE(keeper.is_home(name("a.example.net.")));
    EXPECT_THAT(shown("a.example.net."), ElementsAre("203.0.113.7"));
    EXPECT_THAT(log.events, ElementsAre("dns.name_taken"));
}

// Answers follow at once; the serial steps at intervals, and secondaries see what it names.
TEST_F(ZoneKeeperTest, SerialsStepAtIntervals) {
    steps.clear();
    apply(change("dyn.example.net.", "203.0.113.1"));
    keeper.publish(now + 10ms, kNow);
    apply(change("dyn.example.net.", "203.0.113.2"));
    keeper.publish(now + 20ms, kNow);
    EXPECT_THAT(shown("dyn.example.net."), ElementsAre("203.0.113.2"));
    EXPECT_EQ(serial("example.net."), kNow);
    EXPECT_THAT(steps, IsEmpty());
    EXPECT_EQ(keeper.released(name("example.net."))->zone->nodes().find(name("dyn.example.net.")),
              nullptr);
    EXPECT_EQ(keeper.next_step(), now + 100ms);
    keeper.publish(now + 100ms, kNow);
    EXPECT_THAT(steps, ElementsAre("example.net.1"));
    EXPECT_EQ(keeper.next_step(), kNever);
    const ReleasedZone& released = *keeper.released(name("example.net."));
    EXPECT_EQ(released.zone->serial(), kNow + 1);
    const auto told = released.history.steps_from(kNow);
    ASSERT_TRUE(told);
    ASSERT_EQ(told->size(), 1u);
    EXPECT_EQ(told->front()->changes.size(), 2u) << "SOA and A";
}

// Parked without an address: the name exists, so that no wildcard answers in its place.
TEST_F(ZoneKeeperTest, ParkedWithoutAnAddress) {
    keeper.set_home("attic", {home("*.example.net."), home("a.example.net.", parked_at({}))});
    publish(kNow);
    ASSERT_NE(node("a.example.net."), nullptr);
    EXPECT_THAT(shown("a.example.net."), IsEmpty());
    keeper.set_home("attic", {home("*.example.net."), home("a.example.net.")});
    publish(kNow);
    EXPECT_THAT(shown("a.example.net."), ElementsAre("198.51.100.20"));
    EXPECT_FALSE(node("a.example.net.")->find(RrType::hinfo));
    keeper.set_home("attic", {home("a.example.net.", parked_at({}))});
    publish(kNow);
    keeper.set_home("attic", {});
    publish(kNow);
    EXPECT_EQ(node("a.example.net."), nullptr);
}

// A direct path is answered while it is proven, and ends without news.
TEST_F(ZoneKeeperTest, DirectWhileProven) {
    const TimePoint proven = now;
    HomeView view;
    view.direct = DirectPath{{ip("9.9.9.9")}, proven};
    keeper.set_home("attic", {home("a.example.net.", view), home("b.example.net.")});
    publish(kNow);
    EXPECT_THAT(shown("a.example.net."), ElementsAre("9.9.9.9"));
    EXPECT_THAT(shown("b.example.net."), ElementsAre("198.51.100.20"));
    keeper.publish(now += 1s, kNow);
    EXPECT_EQ(keeper.next_step(), proven + kDirectProofTime);
    view.direct->proven_at += 30s;
    keeper.set_home("attic", {home("a.example.net.", view), home("b.example.net.")});
    keeper.publish(proven + kDirectProofTime, kNow);
    EXPECT_THAT(shown("a.example.net."), ElementsAre("9.9.9.9")) << "proven again";
    keeper.publish(proven + kDirectProofTime + 30s - 1ns, kNow);
    EXPECT_THAT(shown("a.example.net."), ElementsAre("9.9.9.9"));
    EXPECT_EQ(keeper.next_step(), proven + kDirectProofTime + 30s);
    keeper.publish(proven + kDirectProofTime + 30s, kNow);
    EXPECT_THAT(shown("a.example.net."), ElementsAre("198.51.100.20"));
    keeper.publish(proven + kDirectProofTime + 31s, kNow);
    EXPECT_EQ(keeper.next_step(), kNever);
}

// The name stays there, so that no wildcard answers in its place.
TEST_F(ZoneKeeperTest, OnlyStraightAndNotProven) {
    HomeView view{.relayed = false};
    keeper.set_home("attic", {home("a.example.net.", view)});
    publish(kNow);
    ASSERT_NE(node("a.example.net."), nullptr);
    EXPECT_THAT(shown("a.example.net."), IsEmpty());
    view.direct = DirectPath{{ip("9.9.9.9")}, now};
    keeper.set_home("attic", {home("a.example.net.", view)});
    publish(kNow);
    EXPECT_THAT(shown("a.example.net."), ElementsAre("9.9.9.9"));
    keeper.set_home("attic", {});
    publish(kNow);
    EXPECT_EQ(node("a.example.net."), nullptr);
}

// Another state with the same answer is no change of the zone.
TEST_F(ZoneKeeperTest, AwayIsAnsweredAsBefore) {
    keeper.set_home("attic", {home("a.example.net.")});
    publish(kNow);
    const Zone* const before = board.zones().find(name("a.example.net."));
    keeper.set_home("attic", {home("a.example.net.", {.state = HomeState::away})});
    publish(kNow + 5);
    EXPECT_EQ(board.zones().find(name("a.example.net.")), before);
}

// Texts stand beside what a file, an update or a token put there, and go without it.
TEST_F(ZoneKeeperTest, TextsBesideOthers) {
    const Name owner(name("_acme-challenge.www.example.net."));
    SetChange others{owner, RrType::txt, 300, {}};
    others.records.add(as_bytes("\x03old"));
    apply(others);
    ASSERT_TRUE(keeper.set_texts(owner, {"one", "two"}));
    EXPECT_FALSE(keeper.shows_text(owner, "one")) << "not before it is published";
    publish(kNow);
    EXPECT_TRUE(keeper.shows_text(owner, "one"));
    EXPECT_FALSE(keeper.shows_text(owner, "on"));
    EXPECT_TRUE(keeper.is_home(owner)) << "nobody else may change it meanwhile";
    EXPECT_THAT(texts("_acme-challenge.www.example.net."), ElementsAre("old", "one", "two"));
    EXPECT_EQ(node("_acme-challenge.www.example.net.")->find(RrType::txt).ttl, kChallengeTtl);
    others.records = {};
    others.records.add(as_bytes("\x03new"));
    apply(others);
    ASSERT_TRUE(keeper.set_texts(owner, {"two"}));
    publish(kNow);
    EXPECT_THAT(texts("_acme-challenge.www.example.net."), ElementsAre("new", "two"));
    ASSERT_TRUE(keeper.set_texts(owner, {}));
    publish(kNow);
    EXPECT_THAT(texts("_acme-challenge.www.example.net."), ElementsAre("new"));
    EXPECT_EQ(node("_acme-challenge.www.example.net.")->find(RrType::txt).ttl, 300U);
    EXPECT_FALSE(keeper.is_home(owner));
}

TEST_F(ZoneKeeperTest, TextsOutliveAReload) {
    const Name owner(name("_acme-challenge.www.example.net."));
    ASSERT_TRUE(keeper.set_texts(owner, {"one"}));
    publish(kNow);
    keeper.load({zone("example.net.", {a("new.example.net.")})});
    publish(kNow);
    EXPECT_THAT(texts("_acme-challenge.www.example.net."), ElementsAre("one"));
    keeper.load({});
    publish(kNow);
    EXPECT_EQ(keeper.set_texts(owner, {"one"}).error().code, Errc::not_found);
    EXPECT_FALSE(keeper.shows_text(owner, "one"));
}

// An alias stays as it is.
TEST_F(ZoneKeeperTest, NoTextsAtAnAlias) {
    const Name owner(name("_acme-challenge.www.example.net."));
    SetChange alias{owner, RrType::cname, 300, {}};
    const Name target(name("elsewhere.example.org."));
    alias.records.add(target.view().wire());
    apply(alias);
    EXPECT_EQ(keeper.set_texts(owner, {"one"}).error().code, Errc::invalid);
    publish(kNow);
    EXPECT_TRUE(node("_acme-challenge.www.example.net.")->find(RrType::cname));
    EXPECT_FALSE(keeper.is_home(owner));
}

// An update may ask for a later serial.
TEST_F(ZoneKeeperTest, AnUpdateOfTheSerial) {
    SetChange soa_change{name("example.net."), RrType::soa, 60, {}};
    soa_change.records.add(soa(kNow + 1000));
    apply(soa_change);
    publish(kNow);
    EXPECT_EQ(serial("example.net."), kNow + 1000);
    publish(kNow);
    EXPECT_EQ(serial("example.net."), kNow + 1000) << "once";
}

// A signed zone is signed anew with each change, and only what changed.
TEST_F(ZoneKeeperTest, Signed) {
    auto key = crypto::P256Key::generate();
    ASSERT_TRUE(key);
    ZoneInput input = zone("signed.example.", {a("www.signed.example.")});
    input.signer = std::make_shared<ZoneSigner>(ZoneKey(std::move(*key)));
    keeper.load({input});
    publish(kNow);
    const auto find = [this](std::string_view owner) {
        return board.zones().find_apex(name("signed.example."))->nodes().find(name(owner));
    };
    EXPECT_TRUE(board.zones().find_apex(name("signed.example."))->is_signed());
    const auto before = find("www.signed.example.")->find(RrType::a).signatures.front();
    const std::vector<std::byte> kept(before.begin(), before.end());
    const SetChange one = change("dyn.signed.example.", "203.0.113.2");
    keeper.apply(name("signed.example."), {&one, 1});
    publish(kNow);
    EXPECT_EQ(find("dyn.signed.example.")->find(RrType::a).signatures.count(), 1u);
    EXPECT_TRUE(
        std::ranges::equal(find("www.signed.example.")->find(RrType::a).signatures.front(), kept));
    EXPECT_FALSE(keeper.refresh_signatures(kNow)) << "nothing expires";
    EXPECT_FALSE(keeper.changed());
    keeper.refresh_signatures(kNow + 13 * 86400);
    publish(kNow + 13 * 86400);
    EXPECT_FALSE(
        std::ranges::equal(find("www.signed.example.")->find(RrType::a).signatures.front(), kept));
}

}  // namespace
}  // namespace homeport::dns
