#include "names/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::names {
namespace {

using namespace testing;  // of names
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(RegistryTest, TellsTheSourceAndTheNotice) {
    Service service;
    EXPECT_EQ(std::get<std::string>(service.ask(AskSource{}).answer.payload), kHome.to_string());
    service.keep(service.registry().set_notice("closed on Sunday", service.moment));
    EXPECT_EQ(std::get<std::string>(service.ask(AskNotice{}).answer.payload), "closed on Sunday");
}

TEST(RegistryTest, ASourceThatAsksTooOftenIsRefusedFirst) {
    Options options = make_options();
    options.requests_at_once = 3;
    Service service(options);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(outcome(service.ask(AskSource{})), Outcome::good);
    const Decision refused = service.ask(AskSource{});
    EXPECT_EQ(outcome(refused), Outcome::too_many_requests);
    EXPECT_GT(refused.answer.retry_after, 0);
    EXPECT_EQ(outcome(service.ask(AskSource{}, {}, kHome6)), Outcome::good);
    service.pass(1);
    EXPECT_EQ(outcome(service.ask(AskSource{})), Outcome::good);
}

// --- tokens

TEST(RegistryTest, OnlyAKnownTokenChangesNames) {
    Service service;
    const Credentials token = service.person("alice", {"alice.dyn.example"});
    Credentials unknown = token;
    unknown.secret.back() = unknown.secret.back() == 'a' ? 'e' : 'a';
    for (const Credentials& wrong :
         {unknown, Credentials{}, Credentials{"alice", "hp_"}, Service::password_of("alice")}) {
        const Decision refused = service.update(wrong, "alice.dyn.example", from_source());
        EXPECT_EQ(outcome(refused), Outcome::bad_credentials);
        EXPECT_THAT(refused.changes, IsEmpty());
    }
    EXPECT_EQ(service.slow_works, 2) << "signing up and one token; never for an update";
    EXPECT_EQ(outcome(service.update(token, "alice.dyn.example", from_source())), Outcome::good);
}

TEST(RegistryTest, ManyWrongTokensCloseTheDoorToTheirSource) {
    Options options = make_options();
    options.wrong_tokens_at_once = 3;
    Service service(options);
    const Credentials token = service.person("alice", {"alice.dyn.example"});
    for (int i = 0; i < 3; ++i)
        service.update({"", token_text({std::byte{9}})}, "alice.dyn.example", from_source());
    EXPECT_EQ(outcome(service.update(token, "alice.dyn.example", from_source())),
              Outcome::bad_credentials);
    EXPECT_EQ(
        outcome(service.update(token, "alice.dyn.example", from_source(), ip("93.184.216.35"))),
        Outcome::good);
    service.pass(6);
    EXPECT_EQ(outcome(service.update(token, "alice.dyn.example", from_source())), Outcome::good);
}

TEST(RegistryTest, ATokenForOneNameDoesNothingElse) {
    Service service;
    const Credentials all = service.person("alice", {"alice.dyn.example", "bread.dyn.example"});
    const Credentials one = service.token_of("alice", "alice.dyn.example");
    EXPECT_EQ(outcome(service.update(one, "alice.dyn.example", from_source())), Outcome::good);
    EXPECT_EQ(outcome(service.update(one, "bread.dyn.example", from_source())), Outcome::not_yours);
    EXPECT_EQ(outcome(service.ask(ShowName{"alice.dyn.example"}, one)), Outcome::good);
    EXPECT_EQ(outcome(service.ask(ListNames{}, one)), Outcome::not_yours);
    EXPECT_EQ(outcome(service.ask(DeleteName{"alice.dyn.example"}, one)), Outcome::not_yours);
    EXPECT_EQ(outcome(service.ask(CreateName{"crust.dyn.example"}, one)), Outcome::not_yours);
    EXPECT_EQ(outcome(service.ask(ListTokens{}, one)), Outcome::not_yours);
    EXPECT_EQ(outcome(service.ask(ListTokens{}, all)), Outcome::good);
}

TEST(RegistryTest, TokensAreIssuedListedAndRevoked) {
    Service service;
    const Credentials token = service.person("alice");
    EXPECT_EQ(outcome(service.ask(IssueToken{}, token)), Outcome::bad_credentials)
        << "a token makes no tokens";
    const Decision issued =
        service.ask(IssueToken{.label = "router"}, Service::password_of("alice"));
    const auto given = std::get<GivenToken>(issued.answer.payload);
    const auto list = [&] {
        return std::get<std::vector<TokenStatus>>(
            service.ask(ListTokens{}, Service::password_of("alice")).answer.payload);
    };
    ASSERT_THAT(list(), SizeIs(2));
    EXPECT_EQ(list().front().id, given.id);
    EXPECT_EQ(list().front().label, "router");
    for (const auto& change : issued.changes) {
        const auto* const stored = std::get_if<store::StoredToken>(&change);
        if (stored == nullptr) continue;
        EXPECT_NE(stored->hash, *parse_token(given.token)) << "only its hash is kept";
    }
    service.person("bob");
    EXPECT_EQ(outcome(service.ask(RevokeToken{given.id}, Service::password_of("bob"))),
              Outcome::no_such_token);
    EXPECT_EQ(outcome(service.ask(RevokeToken{given.id}, token)), Outcome::good);
    EXPECT_EQ(outcome(service.ask(ListNames{}, {"", given.token})), Outcome::bad_credentials);
    EXPECT_THAT(list(), SizeIs(1));
    EXPECT_EQ(outcome(service.ask(RevokeToken{given.id}, token)), Outcome::no_such_token);
    EXPECT_EQ(outcome(service.ask(RevokeToken{"x"}, token)), Outcome::no_such_token);
}

TEST(RegistryTest, TokensHaveALimit) {
    Service service;
    service.person("alice", {"alice.dyn.example"});
    service.person("bob", {"bob.dyn.example"});
    const auto issue = [&](const std::string& name) {
        service.pass(kHour);
        return outcome(
            service.ask(IssueToken{.label = "", .name = name}, Service::password_of("alice")));
    };
    EXPECT_EQ(issue("bob.dyn.example"), Outcome::not_yours);
    EXPECT_EQ(issue("none.dyn.example"), Outcome::no_such_name);
    for (std::size_t i = 1; i < kMaxTokensPerAccount; ++i)
        EXPECT_EQ(issue("alice.dyn.example"), Outcome::good);
    EXPECT_EQ(issue("alice.dyn.example"), Outcome::tokens_full);
}

// --- passwords

TEST(RegistryTest, WrongPasswordsGetOneAnswer) {
    Options options = make_options();
    options.decoy_password = "slow:never";
    options.passwords_at_once = 4;
    Service service(options);
    service.sign_up("alice");
    service.slow_works = 0;
    for (const Credentials& wrong :
         {Credentials{"alice", "not it"}, Credentials{"nobody", "not it"},
          Credentials{"nobody", "never"}, Credentials{"", "not it"}, Credentials{"alice", ""}}) {
        const Decision refused = service.ask(ListTokens{}, wrong);
        EXPECT_EQ(outcome(refused), Outcome::bad_credentials);
        EXPECT_EQ(refused.answer.retry_after, 0);
    }
    EXPECT_EQ(service.slow_works, 3) << "also for those who are not there, never for nothing";
    EXPECT_EQ(outcome(service.ask(ListTokens{}, Service::password_of("alice"))), Outcome::good);
    EXPECT_EQ(outcome(service.ask(ListTokens{}, Service::password_of("alice"))),
              Outcome::bad_credentials)
        << "the source has tried four";
    EXPECT_EQ(service.slow_works, 4);
    service.pass(60);
    EXPECT_EQ(outcome(service.ask(ListTokens{}, Service::password_of("alice"))), Outcome::good);
}

TEST(RegistryTest, AnAccountsPasswordCannotBeTriedFromEverywhere) {
    Options options = make_options();
    options.passwords_at_once = 4;
    Service service(options);
    service.sign_up("alice");
    service.slow_works = 0;
    for (int i = 0; i < 20; ++i)
        service.ask(ListTokens{}, {"alice", "guess"}, ip("198.51.100." + std::to_string(i)));
    EXPECT_EQ(service.slow_works, 4);
}

// --- batches

TEST(RegistryTest, ABatchSeesItsOwnChanges) {
    Service service;
    const Credentials token = service.person("alice", {"alice.dyn.example"});
    const Request request{.source = kHome,
                          .credentials = token,
                          .question = UpdateNames{{"alice.dyn.example"}, from_source()}};
    const Decision first = service.decide(request);
    EXPECT_EQ(outcome(first), Outcome::good);
    EXPECT_TRUE(first.waits);
    const Decision second = service.decide(request);
    EXPECT_EQ(outcome(second), Outcome::unchanged);
    EXPECT_THAT(second.changes, IsEmpty());
    EXPECT_TRUE(second.waits) << "true only when the first is durable";
    service.registry().roll_back();
    const Decision again = service.decide(request);
    EXPECT_EQ(outcome(again), Outcome::good) << "nothing was kept";
    service.registry().commit_batch();
    const Decision last = service.decide(request);
    EXPECT_EQ(outcome(last), Outcome::unchanged);
    EXPECT_FALSE(last.waits);
}

TEST(RegistryTest, IsTheSameAfterARestart) {
    Service service;
    const Credentials token = service.person("alice", {"alice.dyn.example", "alice.home.example"});
    service.update(token, "alice.dyn.example", set_to(kHome));
    service.update(token, "alice.home.example", {.offline = true});
    service.ask(ChangeTxt{.hosts = {"alice.dyn.example"}, .value = "proof"}, token);
    service.keep(service.registry().block("5.6.0.0/16", "spam", service.moment));
    const Dump before = service.dump();
    service.restart();
    EXPECT_EQ(service.dump(), before);
    EXPECT_EQ(outcome(service.update(token, "alice.dyn.example", set_to(kHome))),
              Outcome::unchanged);
}

TEST(RegistryTest, NamesOfOtherZonesAreLeftOut) {
    Service service;
    service.person("alice", {"alice.dyn.example", "alice.home.example"});
    Options options = make_options();
    options.zones = {"dyn.example"};
    store::NameState state = service.state();
    state.names.push_back({.name = "lost.dyn.example", .account = 4711});
    const Registry registry(options, state, kStart);
    EXPECT_EQ(registry.tables().names(), 1U);
}

}  // namespace
}  // namespace homeport::names
