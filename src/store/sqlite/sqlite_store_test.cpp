#include "store/sqlite/sqlite_store.hpp"
#include "store/conformance.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/schema.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>

namespace homeport::store::conformance {
namespace {

using ::testing::HasSubstr;

class SqliteWorld {
public:
    static constexpr bool kDurable = true;

    SqliteWorld() {
        std::string name = ::testing::TempDir() + "homeport-store-XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    SqliteWorld(const SqliteWorld&) = delete;
    SqliteWorld& operator=(const SqliteWorld&) = delete;
    ~SqliteWorld() { std::filesystem::remove_all(folder_); }

    std::unique_ptr<RelayStore> open() {
        auto opened = open_sqlite(path());
        if (opened) return std::move(*opened);
        ADD_FAILURE() << opened.error().what;
        return nullptr;
    }
    std::string path() const { return folder_ + "/relay.db"; }
    const std::string& folder() const { return folder_; }

private:
    std::string folder_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, RelayStoreTest, SqliteWorld);

/// Runs `work` in a child process; it leaves by _exit, without the parent's destructors.
pid_t start_child(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    return child;
}

/// What the child returned, or 1000 and the signal that ended it.
int wait_for(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

unsigned mode_of(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

// The grants and hashes are nobody else's business, also not in the files beside.
TEST(SqliteStore, is_readable_by_its_owner_only) {
    SqliteWorld world;
    const auto old = ::umask(0);
    auto store = world.open();
    ASSERT_TRUE(store->add_invite(invite(1, "home")));
    ::umask(old);
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        EXPECT_EQ(mode_of(world.path() + suffix), 0600U) << suffix;
    }
    store.reset();
    ::chmod(world.path().c_str(), 0644);
    store = world.open();
    EXPECT_EQ(mode_of(world.path()), 0600U);
}

// `homeport invite` beside the running relay: each sees at once what the other has acknowledged.
TEST(SqliteStore, is_shared_by_two_connections) {
    SqliteWorld world;
    const auto relay = world.open();
    const auto command = world.open();
    ASSERT_TRUE(command->add_invite(invite(1, "home", grants({"a.net"}))));
    ASSERT_TRUE(relay->redeem(secret(1), key(1), kNow));
    EXPECT_EQ(command->agents()->front().key, key(1));
    EXPECT_THAT(relay->add_invite(invite(2, "office", grants({"a.net"}))), FailsWith(Errc::exists));
    ASSERT_TRUE(command->revoke("home"));
    EXPECT_TRUE(relay->agent_by_key(key(1)).value()->revoked);
}

// Several processes start on a file that is not there yet, and fight for one name: all get in, one
// wins.
TEST(SqliteStore, is_shared_by_processes_from_the_first_moment) {
    SqliteWorld world;
    std::vector<pid_t> children;
    for (unsigned i = 0; i < 6; ++i) {
        children.push_back(start_child([&world, i] {
            const auto store = open_sqlite(world.path());
            if (!store) return 9;
            const auto won =
                (*store)->add_invite(invite(i, "agent" + std::to_string(i), grants({"a.net"})));
            if (won) return 1;
            return won.error().code == Errc::exists ? 0 : 8;
        }));
    }
    int winners = 0;
    for (const pid_t child : children) {
        const int result = wait_for(child);
        EXPECT_LE(result, 1);
        winners += result;
    }
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(world.open()->agents()->size(), 1U);
}

// One invite, many who hold the token: exactly one is paired.
TEST(SqliteStore, redeems_an_invite_once_among_processes) {
    SqliteWorld world;
    ASSERT_TRUE(world.open()->add_invite(invite(1, "home")));
    std::vector<pid_t> children;
    for (unsigned i = 0; i < 6; ++i) {
        children.push_back(start_child([&world, i] {
            const auto store = open_sqlite(world.path());
            if (!store) return 9;
            const auto paired = (*store)->redeem(secret(1), key(i), kNow);
            if (paired) return 1;
            return paired.error().code == Errc::not_found ? 0 : 8;
        }));
    }
    int winners = 0;
    for (const pid_t child : children) {
        const int result = wait_for(child);
        EXPECT_LE(result, 1);
        winners += result;
    }
    EXPECT_EQ(winners, 1);
}

// kill -9 in the middle of writing: whatever was acknowledged is there, and the file opens.
TEST(SqliteStore, keeps_what_it_acknowledged_before_being_killed) {
    SqliteWorld world;
    for (unsigned round = 0; round < 3; ++round) {
        int pipe_ends[2];
        ASSERT_EQ(::pipe(pipe_ends), 0);
        const unsigned first = round * 100'000;
        const pid_t child = start_child([&] {
            const auto store = open_sqlite(world.path());
            for (unsigned i = first; store; ++i) {
                const std::string name = "agent" + std::to_string(i);
                if (!(*store)->add_invite(invite(i, name, grants({name + ".net"})))) return 2;
                if (!(*store)->save_offers(name, bytes(name))) return 3;
                if (::write(pipe_ends[1], &i, sizeof i) != sizeof i) return 4;
            }
            return 5;
        });
        ::close(pipe_ends[1]);
        unsigned last = 0;
        bool any = false;
        const auto read_one = [&] {
            return ::read(pipe_ends[0], &last, sizeof last) == sizeof last;
        };
        for (unsigned count = 0; count < 20 + round * 7; ++count) any = read_one() || any;
        ::kill(child, SIGKILL);
        while (read_one()) {
        }
        ::close(pipe_ends[0]);
        ASSERT_EQ(wait_for(child), 1000 + SIGKILL);
        ASSERT_TRUE(any);
        const auto store = world.open();
        for (unsigned i = first; i <= last; ++i) {
            const std::string name = "agent" + std::to_string(i);
            ASSERT_EQ(store->offers(name).value(), bytes(name));
            ASSERT_TRUE(store->redeem(secret(i), key(1), kNow));
            ASSERT_TRUE(store->revoke(name));
            ASSERT_TRUE(store->release(name));
        }
    }
}

/// No file of this process grows beyond `bytes` while it lives: a write fails with EFBIG.
class SmallFilesOnly {
public:
    explicit SmallFilesOnly(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const struct rlimit small{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    SmallFilesOnly(const SmallFilesOnly&) = delete;
    SmallFilesOnly& operator=(const SmallFilesOnly&) = delete;
    ~SmallFilesOnly() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    void (*handler_)(int);
    struct rlimit before_{};
};

void expect_unchanged(RelayStore& store, const std::vector<AgentRecord>& before) {
    EXPECT_EQ(store.agents().value(), before);
    EXPECT_EQ(store.offers("home").value(), bytes("old"));
}

// A disk that takes no more bytes: the call fails with the path and a remedy, and changes nothing.
TEST(SqliteStore, leaves_the_old_state_when_it_cannot_write) {
    SqliteWorld world;
    const auto store = world.open();
    ASSERT_TRUE(store->add_invite(invite(1, "home", grants({"a.net"}))));
    ASSERT_TRUE(store->save_offers("home", bytes("old")));
    const auto before = store->agents().value();

    Grants many;
    for (unsigned i = 0; i < 900; ++i) {
        many.hosts.push_back(
            HostGlob::parse("h" + std::to_string(i) + std::string(50, 'x') + ".net").value());
    }
    Result<> saved;
    Result<> added;
    {
        const SmallFilesOnly limit(64 * 1024);
        saved = store->save_offers("home", std::vector<std::byte>(1 << 20));
        added = store->add_invite(invite(2, "office", many));
    }

    EXPECT_THAT(saved, FailsWith(Errc::io));
    EXPECT_THAT(added, FailsWith(Errc::io));
    EXPECT_THAT(saved.error().what, HasSubstr(world.path() + ": "));
    EXPECT_THAT(saved.error().what, HasSubstr("; check the disk"));
    expect_unchanged(*store, before);
    expect_unchanged(*world.open(), before);
    EXPECT_TRUE(store->save_offers("home", bytes("new")));
}

/// In a mount namespace of its own, with a file system of `bytes` at the world's folder. 77: not
/// allowed here.
int on_small_disk(const SqliteWorld& world, const std::function<int()>& work) {
    if (::unshare(CLONE_NEWNS) != 0) return 77;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 77;
    if (::mount("tmpfs", world.folder().c_str(), "tmpfs", 0, "size=512k") != 0) return 77;
    return work();
}

int use_full_and_read_only_disk(const SqliteWorld& world) {
    auto opened = open_sqlite(world.path());
    if (!opened) return 1;
    RelayStore& store = **opened;
    if (!store.add_invite(invite(1, "home")) || !store.save_offers("home", bytes("old"))) return 2;
    const auto full = store.save_offers("home", std::vector<std::byte>(1 << 20));
    if (full || full.error().code != Errc::io) return 3;
    if (full.error().what.find("make room on the disk") == std::string::npos) return 4;
    if (store.offers("home").value() != bytes("old")) return 5;
    if (!store.save_offers("home", bytes("small"))) return 6;
    opened->reset();

    const auto* const folder = world.folder().c_str();
    if (::mount("none", folder, nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return 77;
    const auto read_only = open_sqlite(world.path());
    if (read_only || read_only.error().code != Errc::io) return 7;
    if (::mount("none", folder, nullptr, MS_REMOUNT, nullptr) != 0) return 77;
    const auto again = open_sqlite(world.path());
    return again && (*again)->offers("home").value() == bytes("small") ? 0 : 8;
}

// A real full disk, and a real read-only one: an error with the remedy, and the old state is there
// after.
TEST(SqliteStore, survives_a_full_and_a_read_only_disk) {
    if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
    SqliteWorld world;
    const int result = wait_for(start_child([&world] {
        return on_small_disk(world, [&world] { return use_full_and_read_only_disk(world); });
    }));
    if (result == 77) GTEST_SKIP() << "mounting is not allowed here";
    EXPECT_EQ(result, 0);
}

TEST(SqliteStore, tells_why_it_cannot_open) {
    SqliteWorld world;
    EXPECT_THAT(open_sqlite(world.folder() + "/none/relay.db"), FailsWith(Errc::io));
    EXPECT_THAT(open_sqlite(world.folder()), FailsWith(Errc::io));
    EXPECT_EQ(mode_of(world.folder()), 0700U);
}

// Other people's files stay as they are.
TEST(SqliteStore, refuses_foreign_files) {
    SqliteWorld world;
    std::FILE* const text = std::fopen(world.path().c_str(), "w");
    std::fputs("these are notes, and quite a few of them, not a database at all\n", text);
    std::fclose(text);
    EXPECT_THAT(open_sqlite(world.path()), FailsWith(Errc::io));
    EXPECT_EQ(std::filesystem::file_size(world.path()), 64U);

    const std::string other = world.folder() + "/other.db";
    std::fclose(std::fopen(other.c_str(), "w"));
    ASSERT_TRUE((*Database::open(other))->run("CREATE TABLE notes (text TEXT)"));
    EXPECT_THAT(open_sqlite(other), FailsWith(Errc::invalid));
    EXPECT_EQ((*Database::open(other))->integer("SELECT count(*) FROM sqlite_schema"), 1);
    EXPECT_EQ((*Database::open(other))->text("PRAGMA journal_mode"), "delete");
}

// After a downgrade the older program must not write into tables that it does not know.
TEST(SqliteStore, refuses_a_newer_schema) {
    SqliteWorld world;
    ASSERT_TRUE(world.open()->add_invite(invite(1, "home")));
    ASSERT_TRUE((*Database::open(world.path()))->run("PRAGMA user_version = 3"));
    const auto opened = open_sqlite(world.path());
    EXPECT_THAT(opened, FailsWith(Errc::invalid));
    EXPECT_THAT(opened.error().what, HasSubstr("schema 3"));
    ASSERT_TRUE((*Database::open(world.path()))->run("PRAGMA user_version = 2"));
    EXPECT_EQ(world.open()->agents()->size(), 1U);
}

/// A file as the first homeport made it, with one agent.
void make_first_schema(const std::string& path) {
    std::fclose(std::fopen(path.c_str(), "w"));
    const auto database = Database::open(path).value();
    for (const auto sql : kRelaySchema.steps.front()) ASSERT_TRUE(database->run(sql));
    ASSERT_TRUE(database->run("PRAGMA user_version = 1"));
    ASSERT_TRUE(database->run("INSERT INTO agents (name, created) VALUES ('home', 1)"));
    ASSERT_TRUE(database->run("INSERT INTO hosts VALUES ('home', 0, 'a.net')"));
}

// After an upgrade everything is there, and can have what is new.
TEST(SqliteStore, brings_an_older_schema_forward) {
    SqliteWorld world;
    make_first_schema(world.path());
    const auto store = world.open();
    ASSERT_EQ(store->agents()->size(), 1U);
    EXPECT_EQ(store->agents()->front().grants, grants({"a.net"}));
    ASSERT_TRUE(store->add_invite(invite(1, "home", grants({}, {}, {"attic"}))));
    EXPECT_EQ(world.open()->agents()->front().grants, grants({"a.net"}, {}, {"attic"}));
    EXPECT_EQ((*Database::open(world.path()))->integer("PRAGMA user_version"), 2);
}

// Who holds the lock too long is named as the cause; readers are not held up.
TEST(SqliteStore, says_when_another_process_holds_the_file) {
    SqliteWorld world;
    const auto store = world.open();
    ASSERT_TRUE(store->add_invite(invite(1, "home")));
    const auto other = Database::open(world.path()).value();
    ASSERT_TRUE(other->run("BEGIN IMMEDIATE"));
    EXPECT_EQ(store->agents()->size(), 1U);
    const auto added = store->add_invite(invite(2, "office"));
    EXPECT_THAT(added, FailsWith(Errc::io));
    EXPECT_THAT(added.error().what, HasSubstr("locked; another process holds the file"));
    ASSERT_TRUE(other->run("COMMIT"));
    EXPECT_TRUE(store->add_invite(invite(2, "office")));
}

}  // namespace
}  // namespace homeport::store::conformance
