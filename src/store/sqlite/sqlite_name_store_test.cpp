#include "store/sqlite/sqlite_name_store.hpp"

#include "core/bytes.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <filesystem>

namespace homeport::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct SqliteNameStoreTest : ::testing::Test {
    SqliteNameStoreTest() {
        std::string name = ::testing::TempDir() + "homeport-names-XXXXXX";
        folder = ::mkdtemp(name.data());
    }
    ~SqliteNameStoreTest() override { std::filesystem::remove_all(folder); }
    SqliteNameStoreTest(const SqliteNameStoreTest&) = delete;
    SqliteNameStoreTest& operator=(const SqliteNameStoreTest&) = delete;

    std::unique_ptr<NameStore> open() const {
        auto opened = open_sqlite_names(folder + "/names.db");
        EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().what);
        return opened ? std::move(*opened) : nullptr;
    }
    static Result<> apply(NameStore& store, const std::vector<NameChange>& changes) {
        return store.apply(changes);
    }

    std::string folder;
};

StoredSet set(std::string_view owner, std::uint16_t type = 1, std::uint32_t ttl = 60) {
    const Bytes bytes = as_bytes(owner);
    return {"example.net",
            {bytes.begin(), bytes.end()},
            type,
            ttl,
            1,
            {std::byte{0}, std::byte{1}, std::byte{7}}};
}

TokenHash hash(unsigned char number) {
    TokenHash made{};
    made[0] = std::byte{number};
    return made;
}

// Everything comes back from another opening of the file, as it was last written.
TEST_F(SqliteNameStoreTest, ComesBack) {
    const StoredAccount account{7, "ann", "scrypt$x", false, 100, 200};
    const StoredToken token{hash(1), 7, "attic.example.net", "router", 150};
    const StoredName name{"attic.example.net", 7, 110, 220, 5, true};
    {
        const auto store = open();
        StoredSecret secret;
        secret.secret[31] = std::byte{9};
        ASSERT_TRUE(apply(
            *store, {set("a"), set("b"), set("b", 28), set("a", 1, 30),
                     StoredSerial{"example.net", 4'000'000'000},
                     StoredKeyTime{"key.example.net", 1'800'000'000}, account, token, name,
                     StoredTombstone{"old.example.net", 900, "deleted", 7},
                     StoredBlock{"192.0.2.0/24", "phishing", 10}, StoredNotice{"hello"}, secret}));
        ASSERT_TRUE(apply(*store, {StoredZoneKey{"example.net", {std::byte{1}, std::byte{2}}, 5}}));
    }
    const auto state = open()->load();
    ASSERT_TRUE(state);
    EXPECT_THAT(state->sets, ElementsAre(set("a", 1, 30), set("b"), set("b", 28)));
    EXPECT_THAT(state->accounts, ElementsAre(account));
    EXPECT_THAT(state->tokens, ElementsAre(token));
    EXPECT_THAT(state->names, ElementsAre(name));
    EXPECT_THAT(state->tombstones,
                ElementsAre(StoredTombstone{"old.example.net", 900, "deleted", 7}));
    EXPECT_THAT(state->blocks, ElementsAre(StoredBlock{"192.0.2.0/24", "phishing", 10}));
    EXPECT_EQ(state->serials.at(0).serial, 4'000'000'000);
    EXPECT_EQ(state->key_times.at(0).signed_at, 1'800'000'000u);
    EXPECT_THAT(state->zone_keys.at(0).key, SizeIs(2));
    EXPECT_EQ(state->notice, "hello");
    EXPECT_EQ(state->secret[31], std::byte{9});
}

// What is forgotten is gone, an account's tokens with it; evidence stays and is numbered.
TEST_F(SqliteNameStoreTest, Forgets) {
    const auto store = open();
    ASSERT_TRUE(apply(*store, {StoredAccount{1, "ann", "", false, 1, 1}, StoredToken{hash(1), 1},
                               StoredName{"x", 1}, set("x"), StoredTombstone{"t", 1, ""},
                               StoredBlock{"192.0.2.0/24", "", 1}}));
    ASSERT_TRUE(apply(
        *store, {StoredEvidence{1, "takedown", "x", "{}"}, StoredEvidence{2, "block", "", "{}"},
                 ForgetName{"x"}, ForgetSet{"example.net", set("x").owner, 1}, ForgetAccount{1},
                 ForgetTombstone{"t"}, ForgetBlock{"192.0.2.0/24"}}));
    const auto state = store->load();
    ASSERT_TRUE(state);
    EXPECT_THAT(state->accounts, IsEmpty());
    EXPECT_THAT(state->tokens, IsEmpty());
    EXPECT_THAT(state->names, IsEmpty());
    EXPECT_THAT(state->sets, IsEmpty());
    EXPECT_THAT(state->tombstones, IsEmpty());
    EXPECT_THAT(state->blocks, IsEmpty());
    EXPECT_THAT(store->evidence("", 10).value(), SizeIs(2));
    EXPECT_THAT(store->evidence("x", 10).value(),
                ElementsAre(StoredEvidence{1, "takedown", "x", "{}"}));
    EXPECT_EQ(store->evidence("", 1).value().at(0).what, "block");
}

// An account that is written again keeps its tokens.
TEST_F(SqliteNameStoreTest, AnAccountKeepsItsTokens) {
    const auto store = open();
    ASSERT_TRUE(apply(*store, {StoredAccount{1, "ann"}, StoredToken{hash(1), 1}}));
    ASSERT_TRUE(apply(*store, {StoredAccount{1, "ann", "new", true}}));
    EXPECT_THAT(store->load()->tokens, SizeIs(1));
}

// One change that cannot be: none of the batch happens, and the next batch does.
TEST_F(SqliteNameStoreTest, AllOrNothing) {
    const auto store = open();
    EXPECT_FALSE(apply(*store, {set("a"), StoredToken{hash(1), 99}}));
    EXPECT_FALSE(apply(*store, {set("b"), StoredAccount{1, "ann"}, StoredAccount{2, "ann"}}));
    EXPECT_TRUE(apply(*store, {set("c")}));
    EXPECT_THAT(store->load()->sets, ElementsAre(set("c")));
    EXPECT_THAT(store->load()->accounts, IsEmpty());
}

// A process that is killed while it writes: what it was told is on disk is there, in whole batches.
TEST_F(SqliteNameStoreTest, Killed) {
    constexpr int kPerBatch = 20;
    for (int round = 0; round < 5; ++round) {
        int pipe[2];
        ASSERT_EQ(::pipe(pipe), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const auto store = open();
            for (unsigned batch = 0;; ++batch) {
                std::vector<NameChange> changes;
                for (int i = 0; i < kPerBatch; ++i)
                    changes.emplace_back(set(std::to_string(round) + "." + std::to_string(batch) +
                                             "." + std::to_string(i)));
                if (!store->apply(changes)) ::_exit(1);
                if (::write(pipe[1], &batch, sizeof batch) < 0) ::_exit(1);
            }
        }
        unsigned acknowledged = 0;
        while (acknowledged < 20U + static_cast<unsigned>(round) * 7)
            ASSERT_EQ(::read(pipe[0], &acknowledged, sizeof acknowledged), 4);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        ::close(pipe[1]);
        while (::read(pipe[0], &acknowledged, sizeof acknowledged) == 4) {
        }
        ::close(pipe[0]);
        const auto state = open()->load();
        ASSERT_TRUE(state);
        std::size_t here = 0;
        for (const StoredSet& found : state->sets)
            here += std::to_integer<char>(found.owner[0]) == static_cast<char>('0' + round);
        EXPECT_GE(here, (acknowledged + 1) * kPerBatch);
        EXPECT_EQ(here % kPerBatch, 0u);
    }
}

}  // namespace
}  // namespace homeport::store
