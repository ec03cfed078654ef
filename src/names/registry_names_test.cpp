#include "names/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::names {
namespace {

using namespace testing;  // of names
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct NamesTest : ::testing::Test {
    Service service;
    Credentials alice = service.person("alice");

    Outcome create(const std::string& name) { return create(name, alice); }
    Outcome create(const std::string& name, const Credentials& who) {
        return outcome(service.ask(CreateName{name}, who));
    }
};

TEST_F(NamesTest, OnlyDirectlyBelowTheZones) {
    EXPECT_EQ(create("Alice.Dyn.Example."), Outcome::good);
    EXPECT_EQ(create("alice.home.example"), Outcome::good);
    EXPECT_EQ(create("x.alice.dyn.example"), Outcome::no_such_zone);
    EXPECT_EQ(create("alice.example"), Outcome::no_such_zone);
    EXPECT_EQ(create("dyn.example"), Outcome::no_such_zone);
    EXPECT_EQ(create("sub.dyn.example"), Outcome::reserved) << "a zone itself";
}

TEST_F(NamesTest, LabelsFollowTheRules) {
    for (const char* bad : {"al.dyn.example", "-al.dyn.example", "al-.dyn.example",
                            "ab--c.dyn.example", "a_b.dyn.example", "alice"})
        EXPECT_EQ(create(bad), Outcome::not_a_name) << bad;
    for (const char* taken : {"www", "ns1", "mail", "wpad", "localhost", "autodiscover"})
        EXPECT_EQ(create(std::string(taken) + ".dyn.example"), Outcome::reserved) << taken;
    service.registry().set_reserved({"bread*"});
    EXPECT_EQ(create("breadcrumb.dyn.example"), Outcome::reserved);
    EXPECT_EQ(create("xn--mnchen-3ya.dyn.example"), Outcome::good);
}

TEST_F(NamesTest, TheFirstComerHasIt) {
    const Credentials bob = service.person("bob");
    EXPECT_EQ(create("alice.dyn.example"), Outcome::good);
    EXPECT_EQ(create("alice.dyn.example", bob), Outcome::taken);
    EXPECT_EQ(create("alice.dyn.example"), Outcome::taken);
    EXPECT_EQ(create("ALICE.dyn.example", bob), Outcome::taken);
    EXPECT_EQ(outcome(service.ask(ShowName{"alice.dyn.example"}, bob)), Outcome::not_yours);
    EXPECT_EQ(outcome(service.ask(DeleteName{"alice.dyn.example"}, bob)), Outcome::not_yours);
    EXPECT_EQ(outcome(service.update(bob, "alice.dyn.example", from_source())), Outcome::not_yours);
}

TEST_F(NamesTest, AnAccountHasSoMany) {
    for (const char* name : {"one", "two", "three", "four", "five"})
        EXPECT_EQ(create(std::string(name) + ".dyn.example"), Outcome::good);
    EXPECT_EQ(create("six.dyn.example"), Outcome::account_full);
    service.ask(DeleteName{"one.dyn.example"}, alice);
    EXPECT_EQ(create("six.dyn.example"), Outcome::good);
}

TEST_F(NamesTest, NobodyFillsTheServiceWithTombstones) {
    int made = 0;
    for (int i = 0; i < 20; ++i) {
        const std::string name = "name" + std::to_string(i) + ".dyn.example";
        made += create(name) == Outcome::good;
        service.ask(DeleteName{name}, alice);
    }
    EXPECT_EQ(made, 10);
    service.pass(kDay / 10);
    EXPECT_EQ(create("another.dyn.example"), Outcome::good);
}

TEST(NamesLimitTest, TheServiceHasSoMany) {
    Options options = make_options();
    options.max_names = 2;
    Service service(options);
    const Credentials alice = service.person("alice", {"one.dyn.example", "two.dyn.example"});
    EXPECT_EQ(outcome(service.ask(CreateName{"three.dyn.example"}, alice)), Outcome::service_full);
    service.ask(DeleteName{"one.dyn.example"}, alice);
    EXPECT_EQ(outcome(service.ask(CreateName{"three.dyn.example"}, alice)), Outcome::service_full)
        << "its tombstone is there";
}

TEST_F(NamesTest, ADeletedNameIsKeptForItsAccount) {
    create("alice.dyn.example");
    service.update(alice, "alice.dyn.example", from_source());
    service.ask(ChangeTxt{.hosts = {"alice.dyn.example"}, .value = "proof"}, alice);
    const Credentials scoped = service.token_of("alice", "alice.dyn.example");
    const Decision deleted = service.ask(DeleteName{"alice.dyn.example"}, alice);
    EXPECT_EQ(outcome(deleted), Outcome::good);
    EXPECT_THAT(deleted.changes, SizeIs(5)) << "A, TXT, token, name, tombstone";
    EXPECT_EQ(service.registry().tables().tokens(), 1U);
    EXPECT_EQ(outcome(service.ask(ShowName{"alice.dyn.example"}, scoped)),
              Outcome::bad_credentials);
    EXPECT_EQ(outcome(service.ask(ShowName{"alice.dyn.example"}, alice)), Outcome::no_such_name);

    const Credentials bob = service.person("bob");
    EXPECT_EQ(create("alice.dyn.example", bob), Outcome::buried);
    service.pass(90 * kDay - 1);
    EXPECT_EQ(create("alice.dyn.example", bob), Outcome::buried);
    EXPECT_EQ(create("alice.dyn.example"), Outcome::good);
    EXPECT_TRUE(service.registry().tables().tombstones().empty());
    EXPECT_FALSE(service.show(alice, "alice.dyn.example").v4.has_value());
}

TEST_F(NamesTest, ListsAndShows) {
    create("alice.dyn.example");
    create("bread.dyn.example");
    service.update(alice, "alice.dyn.example", from_source());
    const Decision list = service.ask(ListNames{}, Service::password_of("alice"));
    EXPECT_THAT(std::get<std::vector<NameResult>>(list.answer.payload), SizeIs(2));
    const NameStatus status = service.show(alice, "alice.dyn.example");
    EXPECT_EQ(status.v4, kHome);
    EXPECT_EQ(status.created, kStart);
    EXPECT_EQ(status.quarantined_until, kStart + 72 * kHour);
    EXPECT_EQ(status.expires, kStart + 210 * kDay);
    EXPECT_FALSE(status.warned);
    service.pass(180 * kDay);
    EXPECT_TRUE(service.show(alice, "alice.dyn.example").warned);
    EXPECT_EQ(service.show(alice, "alice.dyn.example").quarantined_until, 0);
    EXPECT_EQ(outcome(service.ask(AskPropagation{"alice.dyn.example"}, alice)), Outcome::good);
    EXPECT_EQ(outcome(service.ask(AskPropagation{"alice.dyn.example"})), Outcome::bad_credentials);
}

// --- what time does

TEST_F(NamesTest, WhatNobodyConfirmsGoes) {
    create("alice.dyn.example");
    create("bread.dyn.example");
    service.update(alice, "alice.dyn.example", from_source());
    service.pass(100 * kDay);
    EXPECT_EQ(outcome(service.update(alice, "bread.dyn.example", {})), Outcome::unchanged);
    service.pass(110 * kDay - 1);
    EXPECT_THAT(service.registry().expire(service.moment, 100).changes, IsEmpty());
    service.pass(1);
    const Decision expired = service.registry().expire(service.moment, 1000);
    EXPECT_TRUE(expired.waits);
    ASSERT_THAT(expired.changes, SizeIs(3));
    EXPECT_EQ(std::get<store::ForgetName>(expired.changes[1]).name, "alice.dyn.example");
    service.registry().roll_back();
    EXPECT_EQ(service.show(alice, "alice.dyn.example").v4, kHome) << "not without the store";
    service.keep(service.registry().expire(service.moment, 1000));
    EXPECT_EQ(service.registry().tables().names(), 1U);

    EXPECT_EQ(create("alice.dyn.example", service.person("bob")), Outcome::buried);
    service.pass(30 * kDay);
    service.keep(service.registry().expire(service.moment, 1000));
    EXPECT_TRUE(service.registry().tables().tombstones().empty());
}

TEST(ExpiryTest, GoesOnWhereItStopped) {
    Options options = make_options();
    options.names_per_account = 100;
    options.new_names_per_day = 100;
    Service service(options);
    std::vector<std::string> names;
    for (int i = 0; i < 90; ++i)
        names.push_back("name" + std::to_string(i) + (i % 2 == 0 ? ".dyn" : ".home") + ".example");
    service.person("alice", names);
    service.pass(210 * kDay);
    std::size_t most = 0;
    for (int i = 0; i < 200; ++i) {
        const Decision some = service.registry().expire(service.moment, 8);
        service.keep(some);
        most = std::max(most, some.changes.size());
    }
    EXPECT_EQ(service.registry().tables().names(), 0U);
    EXPECT_LT(most, 60U) << "a few at a time";
}

TEST_F(NamesTest, TxtValuesGoAfterAnHour) {
    create("alice.dyn.example");
    const auto add = [&](const std::string& value) {
        return outcome(
            service.ask(ChangeTxt{.hosts = {"alice.dyn.example"}, .value = value}, alice));
    };
    EXPECT_EQ(add("one"), Outcome::good);
    service.pass(kHour / 2);
    EXPECT_EQ(add("two"), Outcome::good);
    service.pass(kHour - 1);
    EXPECT_THAT(service.registry().expire(service.moment, 100).changes, IsEmpty());
    EXPECT_THAT(service.show(alice, "alice.dyn.example").txt, ElementsAre("one", "two"));
    service.pass(1);
    service.keep(service.registry().expire(service.moment, 100));
    EXPECT_THAT(service.show(alice, "alice.dyn.example").txt, IsEmpty());
}

}  // namespace
}  // namespace homeport::names
