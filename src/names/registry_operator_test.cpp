#include "names/testing.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace homeport::names {
namespace {

using namespace testing;  // of names

const std::string kName = "alice.dyn.example";

struct OperatorTest : ::testing::Test {
    Service service;
    Credentials alice = service.person("alice", {kName, "bread.dyn.example"});

    Decision take_down(Takedown takedown) {
        Decision decision = service.registry().take_down(takedown, service.moment);
        service.keep(decision);
        return decision;
    }
};

TEST_F(OperatorTest, ATakedownRemovesAllAndKeepsEvidence) {
    service.update(alice, kName, from_source());
    service.update(alice, kName, from_source(), kHome6);
    service.ask(ChangeTxt{.hosts = {kName}, .value = "proof"}, alice);
    const Decision down = take_down({.name = kName, .why = "phishing", .by = "root"});
    EXPECT_EQ(outcome(down), Outcome::good);
    EXPECT_TRUE(down.waits);
    const auto& evidence = std::get<store::StoredEvidence>(down.changes.front());
    EXPECT_EQ(evidence.what, "takedown");
    EXPECT_EQ(evidence.name, kName);
    const auto text = nlohmann::json::parse(evidence.text);
    EXPECT_EQ(text["account"], "alice");
    EXPECT_EQ(text["ipv4"], kHome.to_string());
    EXPECT_EQ(text["ipv6"], kHome6.to_string());
    EXPECT_EQ(text["txt"][0], "proof");
    EXPECT_EQ(text["why"], "phishing");
    int gone = 0;
    for (const auto& change : down.changes)
        gone += std::holds_alternative<store::ForgetSet>(change);
    EXPECT_EQ(gone, 3);

    // Nobody gets it again, its owner neither.
    EXPECT_EQ(outcome(service.update(alice, kName, from_source())), Outcome::locked);
    EXPECT_EQ(outcome(service.ask(CreateName{kName}, alice)), Outcome::buried);
    service.pass(400 * kDay);
    EXPECT_EQ(outcome(service.ask(CreateName{kName}, service.person("bob"))), Outcome::buried);
    EXPECT_EQ(outcome(service.update(alice, "bread.dyn.example", from_source())), Outcome::good);
}

TEST_F(OperatorTest, ATakedownMayLockTheAccountAndBlockTheNetworks) {
    service.update(alice, kName, from_source());
    service.update(alice, kName, from_source(), kHome6);
    take_down({.name = kName, .why = "spam", .lock_account = true, .block_networks = true});
    EXPECT_EQ(outcome(service.update(alice, "bread.dyn.example", from_source())), Outcome::locked);
    EXPECT_EQ(outcome(service.ask(ListTokens{}, Service::password_of("alice"))), Outcome::locked);
    const BlockList& blocks = service.registry().tables().blocks();
    EXPECT_TRUE(blocks.contains(kHome));
    EXPECT_TRUE(blocks.contains(ip("2a02:8070:1:1::ffff"))) << "the whole /64";
    EXPECT_FALSE(blocks.contains(ip("93.184.216.35")));
    EXPECT_EQ(service.sign_up("bob"), Outcome::blocked);
    const Credentials bob = service.sign_up("bob", ip("5.5.5.5")) == Outcome::good
                                ? service.token_of("bob")
                                : Credentials{};
    service.ask(CreateName{"bob.dyn.example"}, bob);
    EXPECT_EQ(outcome(service.update(bob, "bob.dyn.example", from_source())), Outcome::blocked);

    service.keep(service.registry().lock_account("alice", false, service.moment));
    service.keep(service.registry().unblock("93.184.216.34/32", service.moment));
    EXPECT_EQ(outcome(service.update(alice, "bread.dyn.example", from_source())), Outcome::good);
}

TEST_F(OperatorTest, AFreeNameCanBeBarred) {
    EXPECT_EQ(outcome(take_down({.name = "vacant.dyn.example"})), Outcome::good);
    EXPECT_EQ(outcome(service.ask(CreateName{"vacant.dyn.example"}, alice)), Outcome::buried);
    EXPECT_EQ(outcome(take_down({.name = "nonsense"})), Outcome::not_a_name);
    EXPECT_EQ(outcome(take_down({.name = "alice.example"})), Outcome::no_such_zone);
}

TEST_F(OperatorTest, BlocksAndLocksThatAreNotThere) {
    Registry& registry = service.registry();
    EXPECT_EQ(outcome(registry.block("5.6.7.8/16", "", service.moment)), Outcome::bad_address);
    EXPECT_EQ(outcome(registry.unblock("5.6.0.0/16", service.moment)), Outcome::unchanged);
    EXPECT_EQ(outcome(registry.unblock("x", service.moment)), Outcome::bad_address);
    EXPECT_EQ(outcome(registry.lock_account("nobody", true, service.moment)),
              Outcome::no_such_name);
    EXPECT_EQ(outcome(registry.lock_account("alice", false, service.moment)), Outcome::unchanged);
}

TEST_F(OperatorTest, BlocksHaveALimit) {
    for (std::size_t i = 0; i < kMaxBlocks; ++i) {
        const std::string network =
            "5." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0/24";
        ASSERT_EQ(outcome(service.registry().block(network, "", service.moment)), Outcome::good);
    }
    EXPECT_EQ(outcome(service.registry().block("6.0.0.0/8", "", service.moment)),
              Outcome::service_full);
    EXPECT_EQ(outcome(service.registry().block("5.0.0.0/24", "again", service.moment)),
              Outcome::good);
}

TEST_F(OperatorTest, ATakedownCanBeRolledBack) {
    service.update(alice, kName, from_source());
    service.token_of("alice", kName);
    const Dump before = service.dump();
    service.registry().take_down(
        {.name = kName, .why = "", .by = "", .lock_account = true, .block_networks = true},
        service.moment);
    EXPECT_NE(service.dump(), before);
    service.registry().roll_back();
    EXPECT_EQ(service.dump(), before);
}

}  // namespace
}  // namespace homeport::names
