#include "names/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::names {
namespace {

using namespace testing;  // of names

TEST(SignUpTest, MakesAnAccount) {
    Service service;
    const Decision made = service.ask(service.solved("Alice"));
    EXPECT_EQ(outcome(made), Outcome::good);
    ASSERT_EQ(made.changes.size(), 1U);
    const auto& stored = std::get<store::StoredAccount>(made.changes.front());
    EXPECT_EQ(stored.name, "alice");
    EXPECT_EQ(stored.password, "slow:password of Alice");
    EXPECT_EQ(service.sign_up("alice"), Outcome::account_taken);
    EXPECT_EQ(service.sign_up("bob"), Outcome::good);
}

TEST(SignUpTest, RefusesBadWishes) {
    Service service;
    SignUp wish = service.solved("alice");
    const auto with = [&](auto edit) {
        SignUp edited = wish;
        edit(edited);
        return outcome(service.ask(edited));
    };
    EXPECT_EQ(with([](SignUp& s) { s.account = "al"; }), Outcome::bad_account_name);
    EXPECT_EQ(with([](SignUp& s) { s.account = "account:x"; }), Outcome::bad_account_name);
    EXPECT_EQ(with([](SignUp& s) { s.account = "admin"; }), Outcome::account_taken);
    EXPECT_EQ(with([](SignUp& s) { s.password = "short"; }), Outcome::bad_password);
    EXPECT_EQ(with([](SignUp& s) { s.password = std::string(kMaxPasswordBytes + 1, 'x'); }),
              Outcome::bad_password);
    EXPECT_EQ(with([](SignUp& s) { s.password = token_text({}); }), Outcome::bad_password);
    EXPECT_EQ(with([](SignUp& s) { s.challenge = "x"; }), Outcome::bad_proof);
    EXPECT_EQ(with([](SignUp&) {}), Outcome::good) << "the proof was not used up";
    EXPECT_EQ(with([](SignUp& s) { s.account = "bob"; }), Outcome::old_proof) << "now it is";
    wish = service.solved("carol");
    service.pass(kChallengeSeconds + 1);
    EXPECT_EQ(with([](SignUp&) {}), Outcome::old_proof);
    EXPECT_EQ(service.slow_works, 1);
}

TEST(SignUpTest, AProofIsForItsNetwork) {
    Service service;
    const SignUp wish = service.solved("alice");
    EXPECT_EQ(outcome(service.ask(wish, {}, ip("93.184.217.34"))), Outcome::bad_proof);
    EXPECT_EQ(outcome(service.ask(wish, {}, ip("93.184.216.99"))), Outcome::good);
}

TEST(SignUpTest, NetworksHaveADailyShareAndPayMore) {
    Options options = make_options();
    options.sign_ups_per_network = 3;
    options.max_proof_bits = 6;
    Service service(options);
    const auto bits = [&](const IpAddress& source) {
        return std::get<GivenChallenge>(service.ask(AskChallenge{}, {}, source).answer.payload)
            .bits;
    };
    EXPECT_EQ(bits(kHome), 4U);
    EXPECT_EQ(service.sign_up("first"), Outcome::good);
    EXPECT_EQ(bits(kHome), 5U);
    EXPECT_EQ(service.sign_up("second"), Outcome::good);
    EXPECT_EQ(service.sign_up("third"), Outcome::good);
    EXPECT_EQ(bits(kHome), 6U) << "not above the highest";
    EXPECT_EQ(bits(kHome6), 4U);
    EXPECT_EQ(service.sign_up("fourth"), Outcome::network_full);
    EXPECT_EQ(service.sign_up("fourth", ip("93.184.216.35")), Outcome::network_full);
    EXPECT_EQ(service.sign_up("fourth", kHome6), Outcome::good);
    service.pass(kDay / 3);
    EXPECT_EQ(service.sign_up("fifth"), Outcome::good);
}

TEST(SignUpTest, TheServiceHasAnHourlyShare) {
    Options options = make_options();
    options.sign_ups_per_hour = 2;
    Service service(options);
    EXPECT_EQ(service.sign_up("first", ip("5.5.1.1")), Outcome::good);
    EXPECT_EQ(service.sign_up("second", ip("5.5.2.1")), Outcome::good);
    EXPECT_EQ(service.sign_up("third", ip("5.5.3.1")), Outcome::network_full);
    service.pass(kHour / 2);
    EXPECT_EQ(service.sign_up("third", ip("5.5.3.1")), Outcome::good);
}

TEST(SignUpTest, MayBeClosedFullOrBlocked) {
    Options options = make_options();
    options.max_accounts = 1;
    Service service(options);
    service.keep(service.registry().block("5.6.0.0/16", "spam", service.moment));
    EXPECT_EQ(service.sign_up("alice", ip("5.6.7.8")), Outcome::blocked);
    EXPECT_EQ(service.sign_up("alice"), Outcome::good);
    EXPECT_EQ(service.sign_up("bob"), Outcome::service_full);
    options.sign_up = false;
    Service closed(options);
    EXPECT_EQ(outcome(closed.ask(AskChallenge{})), Outcome::closed);
    EXPECT_EQ(outcome(closed.ask(SignUp{})), Outcome::closed);
}

TEST(SignUpTest, TheFasterOneGetsTheName) {
    Service service;
    Request one{.source = kHome, .question = service.solved("alice")};
    Request two{.source = kHome, .question = service.solved("alice")};
    EXPECT_TRUE(service.registry().handle(one, service.moment).password.has_value());
    EXPECT_TRUE(service.registry().handle(two, service.moment).password.has_value());
    one.password = two.password = PasswordResult{.encoded = "slow:x"};
    EXPECT_EQ(outcome(service.registry().handle(one, service.moment)), Outcome::good);
    EXPECT_EQ(outcome(service.registry().handle(two, service.moment)), Outcome::account_taken);
}

TEST(AccountTest, GoesWithAllThatItHas) {
    Service service;
    const Credentials token = service.person("alice", {"alice.dyn.example", "bread.dyn.example"});
    service.update(token, "alice.dyn.example", from_source());
    EXPECT_EQ(outcome(service.ask(DeleteAccount{}, token)), Outcome::bad_credentials)
        << "not with what lies in a router";
    const std::uint64_t id = service.registry().tables().account_id("alice");
    EXPECT_EQ(outcome(service.ask(DeleteAccount{}, Service::password_of("alice"))), Outcome::good);
    const Tables& tables = service.registry().tables();
    EXPECT_EQ(tables.names(), 0U);
    EXPECT_EQ(tables.tokens(), 0U);
    EXPECT_TRUE(tables.accounts().empty());
    EXPECT_EQ(outcome(service.ask(ListNames{}, token)), Outcome::bad_credentials);

    // Neither its name nor its names can be had for a while, by nobody.
    EXPECT_EQ(service.sign_up("alice"), Outcome::account_taken);
    const Credentials bob = service.person("bob");
    EXPECT_EQ(outcome(service.ask(CreateName{"alice.dyn.example"}, bob)), Outcome::buried);
    EXPECT_GT(tables.account_id("bob"), id);
    service.pass(90 * kDay);
    EXPECT_EQ(service.sign_up("alice"), Outcome::good);
    EXPECT_EQ(outcome(service.ask(CreateName{"alice.dyn.example"}, bob)), Outcome::good);
}

TEST(AccountTest, IdsNeverComeTwice) {
    Service service;
    service.person("alice");
    const std::uint64_t id = service.registry().tables().account_id("alice");
    service.ask(DeleteAccount{}, Service::password_of("alice"));
    service.pass(91 * kDay);
    service.registry().expire(service.moment, 1000);
    service.registry().commit_batch();
    service.restart();
    service.person("bob");
    EXPECT_GT(service.registry().tables().account_id("bob"), id);
}

TEST(AccountTest, UseIsWrittenToADay) {
    Service service;
    const Credentials token = service.person("alice", {"alice.dyn.example"});
    const auto seen = [&] {
        const Tables& tables = service.registry().tables();
        return tables.find_account(tables.account_id("alice"))->seen;
    };
    service.pass(kDay - 1);
    service.update(token, "alice.dyn.example", from_source());
    EXPECT_EQ(seen(), kStart);
    service.pass(1);
    service.update(token, "alice.dyn.example", set_to(ip("5.5.5.5")), ip("5.5.5.5"));
    EXPECT_EQ(seen(), kStart + kDay);
}

}  // namespace
}  // namespace homeport::names
