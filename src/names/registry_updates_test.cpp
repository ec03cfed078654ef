#include "names/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::names {
namespace {

using namespace testing;  // of names
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kName = "alice.dyn.example";

struct UpdatesTest : ::testing::Test {
    Service service;
    Credentials alice = service.person("alice", {kName});

    /// A name that is old enough to point anywhere.
    void SetUp() override { service.pass(72 * kHour); }
    Outcome update(AddressChange change, IpAddress source = kHome) {
        return outcome(service.update(alice, kName, std::move(change), source));
    }
    NameStatus show() { return service.show(alice, kName); }
};

TEST_F(UpdatesTest, AChangeIsASetOfRecords) {
    const Decision changed = service.update(alice, kName, set_to(kHome));
    EXPECT_EQ(outcome(changed), Outcome::good);
    EXPECT_TRUE(changed.waits);
    const auto& set = std::get<store::StoredSet>(changed.changes.front());
    EXPECT_EQ(set, address_set({"dyn.example", dns::Name::parse("dyn.example").value()}, "alice",
                               60, kHome));
    const auto& result = std::get<std::vector<NameResult>>(changed.answer.payload).front();
    EXPECT_THAT(result.addresses, ElementsAre(kHome));
    EXPECT_EQ(show().v4, kHome);
}

TEST_F(UpdatesTest, WhatIsSoAlreadyIsNotWritten) {
    update(set_to(kHome));
    const Decision again = service.update(alice, kName, set_to(kHome));
    EXPECT_EQ(outcome(again), Outcome::unchanged);
    EXPECT_THAT(again.changes, IsEmpty());
    EXPECT_FALSE(again.waits);
    service.pass(kDay);
    const Decision next_day = service.update(alice, kName, set_to(kHome));
    EXPECT_EQ(outcome(next_day), Outcome::unchanged);
    EXPECT_THAT(next_day.changes, SizeIs(2)) << "the name is confirmed, the account was seen";
    EXPECT_EQ(show().expires, service.moment.wall + 210 * kDay);
}

TEST_F(UpdatesTest, AFamilyThatIsNotSpokenOfStays) {
    update(set_to(kHome));
    update(set_to(kHome6));
    EXPECT_EQ(show().v4, kHome);
    EXPECT_EQ(show().v6, kHome6);
    AddressChange remove4;
    remove4.v4.verb = FamilyChange::Verb::remove;
    const Decision removed = service.update(alice, kName, remove4);
    EXPECT_THAT(removed.changes, SizeIs(1));
    EXPECT_TRUE(std::holds_alternative<store::ForgetSet>(removed.changes.front()));
    EXPECT_EQ(show().v4, std::nullopt);
    EXPECT_EQ(show().v6, kHome6);
    EXPECT_EQ(update({}), Outcome::unchanged) << "nothing at all is only a sign of life";
}

TEST_F(UpdatesTest, TheSourceSetsItsOwnFamilyOnly) {
    update(set_to(kHome6));
    EXPECT_EQ(update(from_source(), ip("5.5.5.5")), Outcome::good);
    EXPECT_EQ(show().v4, ip("5.5.5.5"));
    EXPECT_EQ(show().v6, kHome6);
    EXPECT_EQ(update(from_source(), ip("2a02:8070:9::1")), Outcome::good);
    EXPECT_EQ(show().v4, ip("5.5.5.5"));
    EXPECT_EQ(show().v6, ip("2a02:8070:9::1"));
}

TEST_F(UpdatesTest, OfflineRemovesAddressesAndKeepsTheName) {
    update(set_to(kHome));
    update(set_to(kHome6));
    EXPECT_EQ(update({.offline = true}), Outcome::good);
    EXPECT_TRUE(show().offline);
    EXPECT_EQ(show().v4, std::nullopt);
    EXPECT_EQ(show().v6, std::nullopt);
    EXPECT_EQ(update({.offline = true}), Outcome::unchanged);
    EXPECT_EQ(update({}), Outcome::unchanged);
    EXPECT_TRUE(show().offline);
    EXPECT_EQ(update(set_to(kHome)), Outcome::good);
    EXPECT_FALSE(show().offline);
}

TEST_F(UpdatesTest, APrefixKeepsTheHostPart) {
    const AddressChange prefix{.prefix = Cidr::parse("2a02:8070:2:200::/56").value()};
    EXPECT_EQ(update(prefix), Outcome::no_host_part);
    update(set_to(ip("2a02:8070:1:1aa::10")));
    EXPECT_EQ(update(prefix), Outcome::good);
    EXPECT_EQ(show().v6, ip("2a02:8070:2:2aa::10"));
    AddressChange both = set_to(ip("2a02:8070:ffff:ffbb::77"));
    both.prefix = prefix.prefix;
    EXPECT_EQ(update(both), Outcome::good);
    EXPECT_EQ(show().v6, ip("2a02:8070:2:2bb::77"));
}

TEST_F(UpdatesTest, CountersNeverGoBack) {
    AddressChange change = set_to(kHome);
    change.counter = 5;
    EXPECT_EQ(update(change), Outcome::good);
    EXPECT_EQ(update(change), Outcome::stale);
    change.counter = 4;
    EXPECT_EQ(update(change), Outcome::stale);
    change.counter = 6;
    EXPECT_EQ(update(change), Outcome::unchanged);
    EXPECT_EQ(show().counter, 6U) << "also when the addresses stay";
    EXPECT_EQ(update(set_to(ip("5.5.5.5"))), Outcome::good) << "a counter is no duty";
    EXPECT_EQ(show().counter, 6U);
}

// --- where a name may point to

TEST_F(UpdatesTest, OnlyPublicAddresses) {
    for (const char* address : {"10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.1.1", "0.0.0.0",
                                "192.0.2.1", "fe80::1", "fc00::1", "::1", "2001:db8::1"}) {
        EXPECT_EQ(update(set_to(ip(address))), Outcome::not_public) << address;
    }
    EXPECT_EQ(update(from_source(), ip("192.168.0.1")), Outcome::not_public);
    Options options = make_options();
    options.allow_private = true;
    Service lab(options);
    const Credentials bob = lab.person("bob", {"bob.dyn.example"});
    EXPECT_EQ(outcome(lab.update(bob, "bob.dyn.example", from_source(), ip("10.0.0.1"))),
              Outcome::good);
}

TEST_F(UpdatesTest, NotIntoBlockedNetworks) {
    service.keep(service.registry().block("5.6.0.0/16", "spam", service.moment));
    EXPECT_EQ(update(set_to(ip("5.6.7.8"))), Outcome::blocked);
    EXPECT_EQ(update(set_to(ip("5.7.7.8")), ip("5.6.7.8")), Outcome::good);
    service.keep(service.registry().unblock("5.6.0.0/16", service.moment));
    EXPECT_EQ(update(set_to(ip("5.6.7.8"))), Outcome::good);
}

TEST(QuarantineTest, ANewNamePointsToItsSourceOnly) {
    Service service;
    const Credentials alice = service.person("alice", {kName});
    const auto update = [&](const char* address, const char* source) {
        return outcome(service.update(alice, kName, set_to(ip(address)), ip(source)));
    };
    EXPECT_EQ(update("5.5.5.5", "5.5.5.6"), Outcome::quarantined);
    EXPECT_EQ(update("5.5.5.5", "2a02:8070:1:1::10"), Outcome::quarantined);
    EXPECT_EQ(update("5.5.5.5", "5.5.5.5"), Outcome::good);
    EXPECT_EQ(update("2a02:8070:1:1::10", "2a02:8070:1:2::10"), Outcome::quarantined);
    EXPECT_EQ(update("2a02:8070:1:1::10", "2a02:8070:1:1::99"), Outcome::good)
        << "of the same household";
    EXPECT_EQ(outcome(service.update(alice, kName, {.offline = true})), Outcome::good);
    service.pass(72 * kHour - 1);
    EXPECT_EQ(update("5.5.5.5", "5.5.5.6"), Outcome::quarantined);
    service.pass(1);
    EXPECT_EQ(update("5.5.5.5", "5.5.5.6"), Outcome::good);
}

// --- how often

TEST_F(UpdatesTest, ANameChangesTenTimesAtOnce) {
    const auto change = [&](int i) { return update(set_to(ip("5.5.5." + std::to_string(i)))); };
    for (int i = 0; i < 10; ++i) EXPECT_EQ(change(i), Outcome::good);
    const Decision refused = service.update(alice, kName, set_to(ip("5.5.5.99")));
    EXPECT_EQ(outcome(refused), Outcome::too_many_requests);
    EXPECT_GE(refused.answer.retry_after, 3);
    service.pass(30);
    EXPECT_EQ(change(20), Outcome::good);
    EXPECT_EQ(change(21), Outcome::too_many_requests);
}

TEST_F(UpdatesTest, WhatChangesNothingCountsATenth) {
    update(set_to(kHome));
    int unchanged = 0;
    while (update(set_to(kHome)) == Outcome::unchanged) ++unchanged;
    EXPECT_EQ(unchanged, 90);
    service.pass(3);
    EXPECT_EQ(update(set_to(kHome)), Outcome::unchanged);
    EXPECT_EQ(update(set_to(ip("5.5.5.5"))), Outcome::too_many_requests);
}

TEST_F(UpdatesTest, SeveralNamesAtOnce) {
    service.person("bob", {"bob.dyn.example"});
    const Decision some =
        service.ask(UpdateNames{{kName, "bob.dyn.example", "none.dyn.example", "nonsense", kName},
                                set_to(kHome)},
                    alice);
    std::vector<Outcome> outcomes;
    for (const auto& result : std::get<std::vector<NameResult>>(some.answer.payload))
        outcomes.push_back(result.outcome);
    EXPECT_THAT(outcomes, ElementsAre(Outcome::good, Outcome::not_yours, Outcome::no_such_name,
                                      Outcome::not_a_name, Outcome::unchanged));
    EXPECT_EQ(outcome(some), Outcome::not_yours) << "the first that failed";
    EXPECT_EQ(outcome(service.ask(UpdateNames{std::vector(21, kName), {}}, alice)),
              Outcome::too_many_hosts);
    EXPECT_EQ(outcome(service.ask(UpdateNames{{}, {}}, alice)), Outcome::not_a_name);
}

// --- TXT values

TEST_F(UpdatesTest, TxtValuesForAcme) {
    const auto change = [&](ChangeTxt::Verb verb, const std::string& value) {
        service.pass(30);
        return outcome(service.ask(ChangeTxt{{kName}, verb, value}, alice));
    };
    using Verb = ChangeTxt::Verb;
    EXPECT_EQ(change(Verb::add, "one"), Outcome::good);
    EXPECT_EQ(change(Verb::add, "two"), Outcome::good);
    EXPECT_EQ(change(Verb::add, "one"), Outcome::unchanged);
    EXPECT_THAT(show().txt, ElementsAre("one", "two"));
    EXPECT_EQ(change(Verb::remove, "one"), Outcome::good);
    EXPECT_EQ(change(Verb::remove, "one"), Outcome::unchanged);
    EXPECT_THAT(show().txt, ElementsAre("two"));
    EXPECT_EQ(change(Verb::clear, ""), Outcome::good);
    EXPECT_THAT(show().txt, IsEmpty());
    EXPECT_EQ(change(Verb::clear, ""), Outcome::unchanged);
    for (std::size_t i = 0; i < kMaxTxtValues; ++i)
        EXPECT_EQ(change(Verb::add, std::to_string(i)), Outcome::good);
    EXPECT_EQ(change(Verb::add, "more"), Outcome::values_full);
    for (const std::string& bad : {std::string(), std::string(256, 'x'), std::string("a\nb")})
        EXPECT_EQ(change(Verb::add, bad), Outcome::bad_value);
}

TEST_F(UpdatesTest, ATxtValueCanAlwaysBeTakenAway) {
    const auto change = [&](ChangeTxt::Verb verb, const std::string& value) {
        return outcome(service.ask(ChangeTxt{{kName}, verb, value}, alice));
    };
    using Verb = ChangeTxt::Verb;
    for (int i = 0; i < 9; ++i) {
        EXPECT_EQ(change(Verb::add, "one"), Outcome::good) << i;
        EXPECT_EQ(change(Verb::remove, "one"), Outcome::good) << i;
    }
    EXPECT_EQ(change(Verb::add, "one"), Outcome::good);
    EXPECT_EQ(change(Verb::add, "two"), Outcome::too_many_requests);
    EXPECT_EQ(change(Verb::remove, "two"), Outcome::too_many_requests) << "it is not there";
    EXPECT_EQ(change(Verb::remove, "one"), Outcome::good);
    EXPECT_THAT(show().txt, IsEmpty());
    EXPECT_EQ(change(Verb::clear, ""), Outcome::too_many_requests) << "nothing is there";
    EXPECT_EQ(update(set_to(ip("5.5.5.5"))), Outcome::too_many_requests);
    service.pass(30);
    EXPECT_EQ(change(Verb::add, "two"), Outcome::good);
    EXPECT_EQ(change(Verb::clear, ""), Outcome::good);
    EXPECT_THAT(show().txt, IsEmpty());
}

}  // namespace
}  // namespace homeport::names
