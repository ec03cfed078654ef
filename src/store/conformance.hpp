#pragma once
/// The rules of relay_store.hpp as tests that every store must pass. A store's test file names a
/// type with
///   std::unique_ptr<RelayStore> open();   ///< the same empty store at each call, if it outlives
///   closing static constexpr bool kDurable;       ///< whether it does
/// and instantiates the suite: INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, RelayStoreTest, SqliteWorld).

#include "core/bytes.hpp"
#include "store/limits.hpp"
#include "store/relay_store.hpp"

#include <gmock/gmock.h>
#include <memory>
#include <string>
#include <vector>

namespace homeport::store::conformance {

inline constexpr UnixSeconds kNow = 1'700'000'000;
inline constexpr UnixSeconds kHour = 3600;

inline SecretHash secret(unsigned number) {
    SecretHash hash{};
    for (std::size_t i = 0; i < 4; ++i) hash[i] = static_cast<std::byte>(number >> (8 * i));
    return hash;
}

inline PublicKey key(unsigned number) {
    PublicKey made;
    made.bytes[31] = static_cast<std::byte>(number);
    made.bytes[0] = std::byte{0xee};
    return made;
}

inline Grants grants(const std::vector<std::string>& hosts,
                     const std::vector<std::string>& ports = {},
                     const std::vector<std::string>& may_park = {}) {
    Grants made;
    made.may_park = may_park;
    for (const auto& host : hosts) made.hosts.push_back(HostGlob::parse(host).value());
    for (const auto& range : ports) made.ports.push_back(PortRange::parse(range).value());
    return made;
}

inline Invite invite(unsigned number, const std::string& agent, Grants granted = {}) {
    return {secret(number), agent, std::move(granted), kNow, kNow + kHour};
}

inline std::vector<std::byte> bytes(std::string_view text) {
    return {as_bytes(text).begin(), as_bytes(text).end()};
}

MATCHER_P(FailsWith, code, "") {
    if (arg) return false;
    *result_listener << to_string(arg.error().code) << ": " << arg.error().what;
    return arg.error().code == code && !arg.error().what.empty() &&
           arg.error().what.find('\n') == std::string::npos;
}

template <class World>
class RelayStoreTest : public ::testing::Test {
protected:
    RelayStoreTest() : store_(world_.open()) {}

    /// The agent as agents() tells it.
    AgentRecord agent(const std::string& name) {
        const auto all = store_->agents();
        for (const auto& record : all.value()) {
            if (record.name == name) return record;
        }
        return {};
    }
    void pair(unsigned number, const std::string& name, Grants granted = {}) {
        ASSERT_TRUE(store_->add_invite(invite(number, name, std::move(granted))));
        ASSERT_TRUE(store_->redeem(secret(number), key(number), kNow + 1));
    }

    World world_;
    std::unique_ptr<RelayStore> store_;
};

TYPED_TEST_SUITE_P(RelayStoreTest);

// An invite makes its agent, which is nobody until it pairs.
TYPED_TEST_P(RelayStoreTest, invite_makes_the_agent) {
    EXPECT_TRUE(this->store_->agents()->empty());
    const Grants granted = grants({"b.net", "*.a.net"}, {"2222", "42000-42010"});
    ASSERT_TRUE(this->store_->add_invite(invite(1, "home", granted)));
    AgentRecord expected;
    expected.name = "home";
    expected.grants = granted;
    expected.created = kNow;
    EXPECT_THAT(*this->store_->agents(), ::testing::ElementsAre(expected));
    EXPECT_EQ(this->store_->agent_by_key(key(1)).value(), std::nullopt);
}

// Pairing binds the key; the invite is used up by it.
TYPED_TEST_P(RelayStoreTest, redeem_binds_the_key_once) {
    ASSERT_TRUE(this->store_->add_invite(invite(1, "home", grants({"a.net"}, {"22"}))));
    const auto paired = this->store_->redeem(secret(1), key(1), kNow + 5);
    ASSERT_TRUE(paired);
    EXPECT_EQ(paired->name, "home");
    EXPECT_EQ(paired->key, key(1));
    EXPECT_EQ(paired->paired, kNow + 5);
    EXPECT_EQ(paired->created, kNow);
    EXPECT_EQ(paired->grants, grants({"a.net"}, {"22"}));
    EXPECT_EQ(this->store_->agent_by_key(key(1)).value(), *paired);
    EXPECT_EQ(this->agent("home"), *paired);
    EXPECT_THAT(this->store_->redeem(secret(1), key(1), kNow + 6), FailsWith(Errc::not_found));
    EXPECT_THAT(this->store_->redeem(secret(1), key(2), kNow + 6), FailsWith(Errc::not_found));
}

TYPED_TEST_P(RelayStoreTest, redeem_refuses_unknown_and_expired_invites) {
    EXPECT_THAT(this->store_->redeem(secret(9), key(1), kNow), FailsWith(Errc::not_found));
    ASSERT_TRUE(this->store_->add_invite(invite(1, "home")));
    EXPECT_THAT(this->store_->redeem(secret(1), key(1), kNow + kHour), FailsWith(Errc::timed_out));
    EXPECT_EQ(this->agent("home").key, std::nullopt);
    EXPECT_TRUE(this->store_->redeem(secret(1), key(1), kNow + kHour - 1));
}

// Long after its end an invite is forgotten, so that the table does not grow for ever.
TYPED_TEST_P(RelayStoreTest, expired_invites_are_forgotten_at_last) {
    ASSERT_TRUE(this->store_->add_invite(invite(1, "home")));
    Invite later = invite(2, "home");
    later.created = kNow + kHour + kKeepExpiredSeconds;
    later.expires = later.created + kHour;
    ASSERT_TRUE(this->store_->add_invite(later));
    EXPECT_THAT(this->store_->redeem(secret(1), key(1), later.created), FailsWith(Errc::timed_out));
    later.secret_hash = secret(3);
    later.created += 1;
    ASSERT_TRUE(this->store_->add_invite(later));
    EXPECT_THAT(this->store_->redeem(secret(1), key(1), later.created), FailsWith(Errc::not_found));
}

// Pairing again (a new machine at the same home) replaces the key; the old one is nobody.
TYPED_TEST_P(RelayStoreTest, redeem_replaces_an_older_key) {
    this->pair(1, "home", grants({"a.net"}));
    this->pair(2, "home");
    EXPECT_EQ(this->store_->agent_by_key(key(1)).value(), std::nullopt);
    EXPECT_EQ(this->store_->agent_by_key(key(2)).value()->name, "home");
    EXPECT_EQ(this->store_->agents()->size(), 1U);
    // The same key again is no conflict with itself.
    ASSERT_TRUE(this->store_->add_invite(invite(3, "home")));
    EXPECT_TRUE(this->store_->redeem(secret(3), key(2), kNow));
}

// One key is one agent; the refused invite stays good for another key.
TYPED_TEST_P(RelayStoreTest, redeem_refuses_the_key_of_another_agent) {
    this->pair(1, "home");
    ASSERT_TRUE(this->store_->add_invite(invite(2, "office")));
    EXPECT_THAT(this->store_->redeem(secret(2), key(1), kNow), FailsWith(Errc::exists));
    EXPECT_EQ(this->agent("office").key, std::nullopt);
    EXPECT_TRUE(this->store_->redeem(secret(2), key(2), kNow));
    // A revoked agent keeps its key: nobody else gets in with it.
    ASSERT_TRUE(this->store_->revoke("home"));
    ASSERT_TRUE(this->store_->add_invite(invite(3, "office")));
    EXPECT_THAT(this->store_->redeem(secret(3), key(1), kNow), FailsWith(Errc::exists));
}

TYPED_TEST_P(RelayStoreTest, invite_replaces_grants_unless_it_has_none) {
    this->pair(1, "home", grants({"a.net", "b.net"}, {"22"}));
    ASSERT_TRUE(this->store_->add_invite(invite(2, "home")));
    EXPECT_EQ(this->agent("home").grants, grants({"a.net", "b.net"}, {"22"}));
    Invite next = invite(3, "home", grants({"b.net", "c.net"}));
    next.created = kNow + 9;
    ASSERT_TRUE(this->store_->add_invite(next));
    EXPECT_EQ(this->agent("home").grants, grants({"b.net", "c.net"}));
    EXPECT_EQ(this->agent("home").created, kNow);
    EXPECT_EQ(this->agent("home").key, key(1));
    // What was given up is free for others.
    EXPECT_TRUE(this->store_->add_invite(invite(4, "office", grants({"a.net"}, {"22"}))));
}

// Who may publish what and who may park whom are two lists: naming one keeps the other.
TYPED_TEST_P(RelayStoreTest, invite_replaces_whom_the_agent_may_park) {
    this->pair(1, "phone", grants({}, {}, {"attic", "cellar"}));
    EXPECT_EQ(this->agent("phone").grants, grants({}, {}, {"attic", "cellar"}));
    ASSERT_TRUE(this->store_->add_invite(invite(2, "phone", grants({"a.net"}, {"22"}))));
    EXPECT_EQ(this->agent("phone").grants, grants({"a.net"}, {"22"}, {"attic", "cellar"}));
    ASSERT_TRUE(this->store_->add_invite(invite(3, "phone", grants({}, {}, {"*"}))));
    EXPECT_EQ(this->agent("phone").grants, grants({"a.net"}, {"22"}, {"*"}));
    EXPECT_EQ(this->store_->agent_by_key(key(1)).value()->grants, this->agent("phone").grants);
    // A right is nobody's own.
    EXPECT_TRUE(this->store_->add_invite(invite(4, "tablet", grants({}, {}, {"*", "attic"}))));
    // A name that was released is another's later: he is not parked by the old right, nor has he
    // any.
    ASSERT_TRUE(this->store_->add_invite(invite(6, "attic")));
    ASSERT_TRUE(this->store_->release("attic"));
    EXPECT_EQ(this->agent("tablet").grants, grants({}, {}, {"*"}));
    ASSERT_TRUE(this->store_->revoke("phone"));
    ASSERT_TRUE(this->store_->release("phone"));
    ASSERT_TRUE(this->store_->add_invite(invite(5, "phone")));
    EXPECT_EQ(this->agent("phone").grants, Grants{});
}

// A name or port has one owner, and wildcards and ranges count by what they stand for.
TYPED_TEST_P(RelayStoreTest, grants_of_two_agents_never_overlap) {
    ASSERT_TRUE(this->store_->add_invite(
        invite(1, "home", grants({"home.net", "*.wild.net"}, {"100-110"}))));
    unsigned number = 10;
    const auto attempt = [&](const Grants& wanted) {
        return this->store_->add_invite(invite(++number, "office", wanted));
    };
    for (const auto* host : {"home.net", "x.wild.net", "*.x.wild.net", "*.wild.net"}) {
        const auto result = attempt(grants({"free.net", host}));
        EXPECT_THAT(result, FailsWith(Errc::exists)) << host;
        EXPECT_THAT(result.error().what, ::testing::HasSubstr(host));
        EXPECT_THAT(result.error().what, ::testing::HasSubstr("\"home\""));
    }
    for (const auto* range : {"100", "110-120", "90-100", "105-106", "1-65535"}) {
        const auto result = attempt(grants({}, {range}));
        EXPECT_THAT(result, FailsWith(Errc::exists)) << range;
        EXPECT_THAT(result.error().what, ::testing::HasSubstr(range));
    }
    // A refused invite leaves nothing behind: no agent, no grant, no invite.
    EXPECT_EQ(this->store_->agents()->size(), 1U);
    EXPECT_THAT(this->store_->redeem(secret(11), key(1), kNow), FailsWith(Errc::not_found));
    EXPECT_TRUE(attempt(grants({"wild.net", "*.home.net"}, {"99", "111"})));
    EXPECT_THAT(this->store_->add_invite(invite(50, "home", grants({"x.home.net"}))),
                FailsWith(Errc::exists));
    EXPECT_EQ(this->agent("home").grants, grants({"home.net", "*.wild.net"}, {"100-110"}));
}

// Within one agent grants may overlap: they have one owner.
TYPED_TEST_P(RelayStoreTest, grants_of_one_agent_may_overlap) {
    const Grants wide = grants({"*.a.net", "x.a.net", "x.a.net"}, {"1-10", "5"});
    ASSERT_TRUE(this->store_->add_invite(invite(1, "home", wide)));
    EXPECT_TRUE(this->store_->add_invite(invite(2, "home", grants({"y.a.net"}, {"5"}))));
}

// Revoked: known, but out; its invites are dead, its names stay its own.
TYPED_TEST_P(RelayStoreTest, revoke_keeps_the_names_and_kills_the_invites) {
    EXPECT_THAT(this->store_->revoke("home"), FailsWith(Errc::not_found));
    this->pair(1, "home", grants({"a.net"}, {"22"}));
    this->pair(2, "office");
    ASSERT_TRUE(this->store_->add_invite(invite(3, "home")));
    ASSERT_TRUE(this->store_->add_invite(invite(4, "office")));
    ASSERT_TRUE(this->store_->revoke("home"));
    EXPECT_TRUE(this->store_->revoke("home"));
    EXPECT_TRUE(this->agent("home").revoked);
    EXPECT_TRUE(this->store_->agent_by_key(key(1)).value()->revoked);
    EXPECT_EQ(this->agent("home").grants, grants({"a.net"}, {"22"}));
    EXPECT_FALSE(this->agent("office").revoked);
    EXPECT_THAT(this->store_->redeem(secret(3), key(1), kNow), FailsWith(Errc::not_found));
    EXPECT_THAT(this->store_->add_invite(invite(5, "office", grants({"a.net"}))),
                FailsWith(Errc::exists));
    EXPECT_TRUE(this->store_->redeem(secret(4), key(2), kNow));
}

// Only pairing lifts a revocation, not the invite for it.
TYPED_TEST_P(RelayStoreTest, redeem_lifts_a_revocation) {
    this->pair(1, "home", grants({"a.net"}));
    ASSERT_TRUE(this->store_->revoke("home"));
    ASSERT_TRUE(this->store_->add_invite(invite(2, "home")));
    EXPECT_TRUE(this->agent("home").revoked);
    EXPECT_TRUE(this->store_->redeem(secret(2), key(2), kNow));
    EXPECT_FALSE(this->agent("home").revoked);
    EXPECT_EQ(this->agent("home").grants, grants({"a.net"}));
}

TYPED_TEST_P(RelayStoreTest, release_frees_what_is_not_active) {
    EXPECT_THAT(this->store_->release("home"), FailsWith(Errc::not_found));
    this->pair(1, "home", grants({"a.net"}, {"22"}));
    ASSERT_TRUE(this->store_->save_offers("home", bytes("old")));
    EXPECT_THAT(this->store_->release("home"), FailsWith(Errc::denied));
    ASSERT_TRUE(this->store_->revoke("home"));
    ASSERT_TRUE(this->store_->add_invite(invite(2, "home")));
    EXPECT_TRUE(this->store_->release("home"));
    EXPECT_TRUE(this->store_->agents()->empty());
    EXPECT_EQ(this->store_->agent_by_key(key(1)).value(), std::nullopt);
    EXPECT_THAT(this->store_->redeem(secret(2), key(1), kNow), FailsWith(Errc::not_found));

    // All of it can be given to another, the key too; an agent of the old name starts anew.
    this->pair(1, "office", grants({"*.a.net", "a.net"}, {"22"}));
    ASSERT_TRUE(this->store_->add_invite(invite(4, "home")));
    EXPECT_TRUE(this->store_->offers("home")->empty());
    EXPECT_EQ(this->agent("home").grants, Grants{});
    EXPECT_TRUE(this->store_->release("home"));  // never paired
}

TYPED_TEST_P(RelayStoreTest, offers_are_kept_as_they_are) {
    EXPECT_THAT(this->store_->save_offers("home", bytes("x")), FailsWith(Errc::not_found));
    EXPECT_TRUE(this->store_->offers("home")->empty());
    this->pair(1, "home");
    EXPECT_TRUE(this->store_->offers("home")->empty());
    const auto odd = bytes(std::string_view("\0\xff'\n\0", 5));
    ASSERT_TRUE(this->store_->save_offers("home", odd));
    EXPECT_EQ(this->store_->offers("home").value(), odd);
    ASSERT_TRUE(this->store_->save_offers("home", {}));
    EXPECT_TRUE(this->store_->offers("home")->empty());
    ASSERT_TRUE(this->store_->save_offers("home", odd));
    ASSERT_TRUE(this->store_->revoke("home"));
    EXPECT_EQ(this->store_->offers("home").value(), odd);
}

TYPED_TEST_P(RelayStoreTest, agents_are_sorted_by_name) {
    for (unsigned i = 0; i < 5; ++i) this->pair(i, std::string(1, "dbeac"[i]));
    std::string names;
    const auto all = this->store_->agents();
    for (const auto& record : all.value()) names += record.name;
    EXPECT_EQ(names, "abcde");
}

// Names are data: quotes, case and other scripts make no difference to anything else.
TYPED_TEST_P(RelayStoreTest, names_are_taken_literally) {
    const std::vector<std::string> names{"o'brien\"; DROP TABLE agents; --", "Home", "home",
                                         "\xe5\xae\xb6"};
    for (unsigned i = 0; i < names.size(); ++i) this->pair(i + 1, names[i]);
    EXPECT_EQ(this->store_->agents()->size(), names.size());
    for (const auto& name : names) EXPECT_TRUE(this->store_->revoke(name));
}

TYPED_TEST_P(RelayStoreTest, limits_are_refusals) {
    EXPECT_THAT(this->store_->add_invite(invite(1, "")), FailsWith(Errc::invalid));
    EXPECT_THAT(this->store_->add_invite(invite(1, std::string(kMaxNameBytes + 1, 'a'))),
                FailsWith(Errc::invalid));
    Grants many;
    for (std::size_t i = 0; i <= kMaxGrantsPerAgent; ++i) many.ports.push_back({1, 1});
    EXPECT_THAT(this->store_->add_invite(invite(1, "home", many)), FailsWith(Errc::limit));
    many.ports.pop_back();
    many.may_park = {"attic"};
    EXPECT_THAT(this->store_->add_invite(invite(1, "home", many)), FailsWith(Errc::limit));
    for (const std::string& name : {std::string(), std::string(kMaxNameBytes + 1, 'a')}) {
        EXPECT_THAT(this->store_->add_invite(invite(1, "home", grants({}, {}, {name}))),
                    FailsWith(Errc::invalid));
    }
    EXPECT_TRUE(this->store_->agents()->empty());

    for (unsigned i = 0; i < kMaxInvitesPerAgent; ++i) {
        ASSERT_TRUE(this->store_->add_invite(invite(i, "home")));
    }
    EXPECT_THAT(this->store_->add_invite(invite(1000, "home")), FailsWith(Errc::limit));
    EXPECT_TRUE(this->store_->add_invite(invite(1000, "office")));
    EXPECT_THAT(this->store_->add_invite(invite(1000, "third")), FailsWith(Errc::exists));
    EXPECT_THAT(this->store_->save_offers("home", std::vector<std::byte>(kMaxOffersBytes + 1)),
                FailsWith(Errc::limit));
}

// What was acknowledged is there after closing and opening, all of it.
TYPED_TEST_P(RelayStoreTest, everything_outlives_the_store) {
    if (!TypeParam::kDurable) GTEST_SKIP() << "forgets by design";
    this->pair(1, "home", grants({"*.a.net"}, {"1-10", "22"}, {"office", "attic"}));
    ASSERT_TRUE(this->store_->save_offers("home", bytes("offers")));
    ASSERT_TRUE(this->store_->add_invite(invite(2, "office")));
    ASSERT_TRUE(this->store_->revoke("home"));
    const auto before = this->store_->agents().value();
    this->store_.reset();
    this->store_ = this->world_.open();
    EXPECT_EQ(this->store_->agents().value(), before);
    EXPECT_EQ(this->store_->offers("home").value(), bytes("offers"));
    EXPECT_TRUE(this->store_->redeem(secret(2), key(2), kNow));
}

REGISTER_TYPED_TEST_SUITE_P(RelayStoreTest, invite_makes_the_agent, redeem_binds_the_key_once,
                            redeem_refuses_unknown_and_expired_invites,
                            expired_invites_are_forgotten_at_last, redeem_replaces_an_older_key,
                            redeem_refuses_the_key_of_another_agent,
                            invite_replaces_grants_unless_it_has_none,
                            invite_replaces_whom_the_agent_may_park,
                            grants_of_two_agents_never_overlap, grants_of_one_agent_may_overlap,
                            revoke_keeps_the_names_and_kills_the_invites, redeem_lifts_a_revocation,
                            release_frees_what_is_not_active, offers_are_kept_as_they_are,
                            agents_are_sorted_by_name, names_are_taken_literally,
                            limits_are_refusals, everything_outlives_the_store);

}  // namespace homeport::store::conformance
