#include "app/names/operator_work.hpp"

#include "app/names/limits.hpp"
#include "names/testing.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <set>

namespace homeport::app {
namespace {

using namespace names::testing;
using nlohmann::json;
using store::NameChange;

const std::string kName = "alice.dyn.example";

class OperatorWorkTest : public ::testing::Test {
protected:
    /// The answer after a batch of this one order.
    json answer(Order order, const Result<>& written = {}) {
        std::string text;
        const auto work = operator_work(
            {service.registry(), names::kDay, 10 * names::kDay, [this] { return service.moment; }},
            std::move(order), [&text](std::string said) { text = std::move(said); });
        changes.clear();
        work->prepare(changes);
        EXPECT_EQ(text, "") << "answered before it was durable";
        written ? service.registry().commit_batch() : service.registry().roll_back();
        work->finish(written);
        return json::parse(text);
    }

    Service service;
    std::vector<NameChange> changes;
};

TEST_F(OperatorWorkTest, ANameIsShownWithItsOwner) {
    const auto alice = service.person("alice", {kName});
    service.update(alice, kName, from_source());
    service.ask(names::ChangeTxt{.hosts = {kName}, .value = "proof"}, alice);
    const json shown = answer(ShowOneName{"ALICE.dyn.example."});
    EXPECT_EQ(shown["name"], kName);
    EXPECT_EQ(shown["account"], "alice");
    EXPECT_EQ(shown["account_locked"], false);
    EXPECT_EQ(shown["ipv4"], kHome.to_string());
    EXPECT_TRUE(shown["ipv6"].is_null());
    EXPECT_EQ(shown["txt"], json::array({"proof"}));
    EXPECT_EQ(shown["quarantined_until"], kStart + names::kDay);
    EXPECT_EQ(shown["expires"], kStart + 10 * names::kDay);
    service.pass(2 * names::kDay);
    EXPECT_TRUE(answer(ShowOneName{kName})["quarantined_until"].is_null());
    EXPECT_TRUE(changes.empty());
    EXPECT_TRUE(answer(ShowOneName{"bob.dyn.example"}).contains("error"));
}

TEST_F(OperatorWorkTest, ATakedownIsAnsweredWhenItIsDurable) {
    service.person("alice", {kName});
    EXPECT_EQ(answer(names::Takedown{.name = kName, .why = "spam", .by = "root"})["changed"], true);
    EXPECT_FALSE(changes.empty());
    const json shown = answer(ShowOneName{kName});
    EXPECT_EQ(shown["removed"]["why"], "spam");
    EXPECT_FALSE(shown.contains("account"));
}

TEST_F(OperatorWorkTest, WhatTheStoreDidNotTakeIsAnError) {
    service.person("alice", {kName});
    const auto failed = fail(Errc::io, "disk full");
    EXPECT_TRUE(answer(names::Takedown{.name = kName, .why = "spam"}, failed).contains("error"));
    EXPECT_EQ(answer(ShowOneName{kName})["account"], "alice");
    EXPECT_TRUE(answer(ShowOneName{kName}, failed).contains("error"));
    // Refused before it was prepared.
    std::string text;
    operator_work({service.registry(), 0, 0, [this] { return service.moment; }}, SetNotice{"x"},
                  [&text](std::string said) { text = std::move(said); })
        ->finish(fail(Errc::limit, "too many"));
    EXPECT_TRUE(json::parse(text).contains("error"));
}

TEST_F(OperatorWorkTest, WhatWasSoAlreadyIsSaid) {
    service.person("alice");
    EXPECT_EQ(answer(LockAccount{"alice", true})["changed"], true);
    EXPECT_EQ(answer(LockAccount{"alice", true})["changed"], false);
    EXPECT_EQ(answer(LockAccount{"alice", false})["changed"], true);
    EXPECT_THAT(answer(LockAccount{"bob", true})["error"].get<std::string>(),
                ::testing::HasSubstr("bob"));
    EXPECT_EQ(answer(BlockNetwork{"192.0.2.0/24", "spam"})["changed"], true);
    EXPECT_EQ(answer(UnblockNetwork{"192.0.2.0/24"})["changed"], true);
    EXPECT_EQ(answer(UnblockNetwork{"192.0.2.0/24"})["changed"], false);
    EXPECT_EQ(answer(BlockNetwork{"192.0.2", "spam"})["error"], "bad-address");
    answer(SetNotice{"closed on Sunday"});
    EXPECT_EQ(service.registry().tables().notice(), "closed on Sunday");
}

TEST_F(OperatorWorkTest, ListsComeInPagesWithoutGaps) {
    names::Options options = make_options();
    options.names_per_account = 5000;
    options.new_names_per_day = 1e6;
    service = Service(options);
    std::set<std::string> wanted;
    for (int i = 0; i < 2500; ++i)
        wanted.insert(fmt::format("host{}.{}.example", i, i % 2 == 0 ? "dyn" : "home"));
    service.person("alice", {wanted.begin(), wanted.end()});
    std::set<std::string> seen;
    ListNamesOrder order;
    std::size_t pages = 0;
    while (true) {
        const json page = answer(order);
        ++pages;
        EXPECT_LE(page["names"].size(), kListPage + 50);
        for (const json& row : page["names"]) EXPECT_TRUE(seen.insert(row["name"]).second);
        if (page["next"].is_null()) break;
        order = std::get<ListNamesOrder>(
            read_order("names-list", {{"next", page["next"].get<std::string>()}}).value());
    }
    EXPECT_EQ(seen, wanted);
    EXPECT_GE(pages, 3U);

    const json some = answer(ListNamesOrder{.prefix = "host77."});
    ASSERT_EQ(some["names"].size(), 1U);
    EXPECT_EQ(some["names"][0]["name"], "host77.home.example");
    EXPECT_TRUE(answer(ListNamesOrder{.from = {0, 1, 0}}).contains("error"));  // another table
    EXPECT_TRUE(answer(ListNamesOrder{.from = {99, 0, 0}})["names"].empty());
}

TEST_F(OperatorWorkTest, AccountsAreListed) {
    service.person("alice", {kName});
    service.person("bob");
    const json page = answer(ListAccountsOrder{});
    ASSERT_EQ(page["accounts"].size(), 2U);
    EXPECT_TRUE(page["next"].is_null());
    for (const json& row : page["accounts"])
        EXPECT_EQ(row["names"], row["account"] == "alice" ? 1 : 0);
    EXPECT_EQ(page.dump().find("password"), std::string::npos);
}

TEST(Evidence, KeepsWhatIsNoJsonToo) {
    const json list = json::parse(
        evidence_json({{.at = 7, .what = "takedown", .name = "a", .text = R"({"why":"spam"})"},
                       {.at = 6, .what = "old", .text = "plain \xff"}}));
    EXPECT_EQ(list["evidence"][0]["details"]["why"], "spam");
    EXPECT_EQ(list["evidence"][0]["at"], 7);
    EXPECT_TRUE(list["evidence"][1]["details"].is_string());
}

}  // namespace
}  // namespace homeport::app
