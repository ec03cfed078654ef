#include "names/testing.hpp"

#include <gmock/gmock.h>
#include <random>

namespace homeport::names {
namespace {

using namespace testing;  // of names

/// People who do whatever comes to their minds, and a store that fails now and then.
class Crowd {
public:
    explicit Crowd(unsigned seed) : random_(seed), service_(options()) {
        for (int i = 0; i < kPeople; ++i) {
            accounts_.push_back("person" + std::to_string(i));
            tokens_.push_back(service_.person(accounts_.back()));
        }
    }

    void live() {
        for (int batch = 0; batch < 400; ++batch) {
            const Dump before = service_.dump();
            for (int i = below(4); i >= 0; --i) act();
            if (below(4) == 0) {
                service_.registry().roll_back();
                ASSERT_EQ(service_.dump(), before) << "roll_back() left something behind";
            } else {
                service_.registry().commit_batch();
            }
            check();
            service_.pass(below(20) == 0 ? 20 * kDay : below(kHour));
        }
    }

private:
    static constexpr int kPeople = 6;

    static Options options() {
        Options options = make_options();
        options.max_names = 40;
        options.names_per_account = 3;
        options.quarantine = 0;
        return options;
    }
    int below(std::int64_t limit) {
        return static_cast<int>(random_() % static_cast<unsigned>(limit));
    }
    std::string some_name() {
        return "name" + std::to_string(below(12)) + (below(2) == 0 ? ".dyn" : ".home") + ".example";
    }
    AddressChange some_change() {
        AddressChange change;
        if (below(2) == 0) change = set_to(ip("5.5.5." + std::to_string(below(5))));
        if (below(3) == 0) change.v6 = set_to(ip("2a02::" + std::to_string(below(5)))).v6;
        if (below(8) == 0) change.offline = true;
        if (below(4) == 0) change.counter = below(100);
        if (below(6) == 0) change.from_source = true;
        if (below(6) == 0) change.prefix = Cidr::parse("2a02:8070::/32").value();
        return change;
    }
    Question some_question() {
        switch (below(9)) {
        case 0:
            return CreateName{some_name()};
        case 1:
            return CreateName{some_name()};
        case 2:
            return DeleteName{some_name()};
        case 3:
            return ChangeTxt{{some_name()}, ChangeTxt::Verb::add, std::to_string(below(20))};
        case 4:
            return ChangeTxt{{some_name()}, ChangeTxt::Verb::clear, ""};
        case 5:
            return ListTokens{};
        default:
            return UpdateNames{{some_name(), some_name()}, some_change()};
        }
    }
    void act() {
        const int who = below(kPeople);
        if (below(30) == 0) return operate();
        const std::uint64_t account = service_.registry().tables().account_id(accounts_[who]);
        const Decision decision = service_.decide(
            {.source = kHome, .credentials = tokens_[who], .question = some_question()});
        for (const auto& change : decision.changes) check_owner(change, account);
        EXPECT_EQ(decision.waits || decision.changes.empty(), true);
    }
    void operate() {
        if (below(3) == 0) {
            service_.registry().take_down(
                {.name = some_name(), .why = "", .by = "", .lock_account = below(4) == 0},
                service_.moment);
        } else {
            service_.registry().expire(service_.moment, 1 + below(100));
        }
    }
    /// Nobody changes what is another's.
    void check_owner(const store::NameChange& change, std::uint64_t account) {
        if (const auto* const name = std::get_if<store::StoredName>(&change)) {
            EXPECT_EQ(name->account, account);
        }
        if (const auto* const seen = std::get_if<store::StoredAccount>(&change)) {
            EXPECT_EQ(seen->id, account);
        }
        const auto* const set = std::get_if<store::StoredSet>(&change);
        if (set == nullptr) return;
        std::string name = dns::NameView::read(set->owner)->to_text();
        if (name.starts_with("_")) name = name.substr(name.find('.') + 1);
        const NameNode* const node =
            service_.registry().tables().find_name(name.substr(0, name.size() - 1));
        ASSERT_NE(node, nullptr);
        EXPECT_EQ(node->second.account, account);
    }
    void check() {
        const Tables& tables = service_.registry().tables();
        std::size_t names = 0;
        std::size_t tokens = 0;
        for (const auto& [id, account] : tables.accounts()) {
            std::size_t own = 0;
            for (const NameNode* at = account.first_name; at != nullptr; at = at->second.next) {
                ASSERT_EQ(at->second.account, id);
                ++own;
            }
            ASSERT_EQ(own, account.names);
            ASSERT_LE(own, 3U);
            names += own;
            tokens += account.tokens;
        }
        ASSERT_EQ(names, tables.names());
        ASSERT_EQ(tokens, tables.tokens());
        ASSERT_LE(tables.acme().size(), names);
        for (const auto& [name, acme] : tables.acme()) {
            ASSERT_NE(tables.find_name(name), nullptr);
            ASSERT_LE(acme.values.size(), kMaxTxtValues);
        }
    }

    std::mt19937 random_;
    Service service_;
    std::vector<std::string> accounts_;
    std::vector<Credentials> tokens_;
};

TEST(RegistryRandomTest, WhateverPeopleDo) {
    for (unsigned seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE(seed);
        Crowd(seed).live();
        if (::testing::Test::HasFatalFailure()) return;
    }
}

}  // namespace
}  // namespace homeport::names
