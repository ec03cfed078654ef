#include "store/sqlite/crash_vfs_testing.hpp"

#include "store/sqlite/database.hpp"

#include <gmock/gmock.h>
#include <cstdlib>
#include <fstream>

namespace homeport::store {
namespace {

using namespace testing;
using Kind = Operation::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Operation create(const std::string& name, std::size_t file) {
    return {.kind = Kind::create, .name = name, .file = file};
}
Operation write(std::uint64_t offset, std::string bytes) {
    return {.kind = Kind::write, .offset = offset, .bytes = std::move(bytes)};
}
Operation of_file(Kind kind) {
    return {.kind = kind};
}

struct CrashDiskTest : ::testing::Test {
    void step(Operation operation) { disk.step(log.emplace_back(std::move(operation))); }
    Image cut(Loss loss) { return disk.cut(loss, random); }

    Log log;
    CrashDisk disk{{{"a", "old"}}};
    std::mt19937 random{1};
};

// Only what was synced outlives every cut.
TEST_F(CrashDiskTest, Synced) {
    step(write(0, "new"));
    step(of_file(Kind::sync));
    EXPECT_FALSE(disk.uncertain());
    step(write(3, "er"));
    EXPECT_TRUE(disk.uncertain());
    EXPECT_THAT(cut(Loss::everything), ElementsAre(Pair("a", "new")));
    EXPECT_THAT(cut(Loss::half_of_last), ElementsAre(Pair("a", "newe")));
    EXPECT_THAT(cut(Loss::nothing), ElementsAre(Pair("a", "newer")));
}

// A write may overtake those before it; what is between them reads as zeros.
TEST_F(CrashDiskTest, Overtakes) {
    step(write(3, "1"));
    step(write(4, "2"));
    EXPECT_THAT(cut(Loss::all_but_last), ElementsAre(Pair("a", std::string("old\0"
                                                                           "2",
                                                                           5))));
}

// After a failed sync, another one makes only later writes certain.
TEST_F(CrashDiskTest, FailedSync) {
    step(write(0, "x"));
    step(of_file(Kind::failed_sync));
    step(write(1, "y"));
    step(of_file(Kind::sync));
    EXPECT_THAT(cut(Loss::everything), ElementsAre(Pair("a", "oyd")));
    EXPECT_THAT(cut(Loss::nothing), ElementsAre(Pair("a", "xyd")));
}

// A name is certain once its folder was synced; a name made again is another file.
TEST_F(CrashDiskTest, Names) {
    step({.kind = Kind::remove, .name = "a"});
    step(create("a", 1));
    EXPECT_THAT(cut(Loss::everything), ElementsAre(Pair("a", "old")));
    EXPECT_THAT(cut(Loss::nothing), ElementsAre(Pair("a", "")));
    step(of_file(Kind::sync_folder));
    EXPECT_THAT(cut(Loss::everything), ElementsAre(Pair("a", "")));
    step({.kind = Kind::remove, .name = "a"});
    EXPECT_THAT(cut(Loss::nothing), IsEmpty());
}

struct CrashVfsTest : ::testing::Test {
    CrashVfsTest() {
        std::string name = ::testing::TempDir() + "homeport-crash-XXXXXX";
        folder = ::mkdtemp(name.data());
        path = folder + "/test.db";
        std::ofstream made(path);
    }
    ~CrashVfsTest() override { std::filesystem::remove_all(folder); }
    CrashVfsTest(const CrashVfsTest&) = delete;
    CrashVfsTest& operator=(const CrashVfsTest&) = delete;

    static void run(Database& database, const std::string& sql) {
        const auto done = database.run(sql);
        ASSERT_TRUE(done) << done.error().what;
    }
    /// How many of two rows a cut leaves, the second of which was written in this way.
    std::int64_t rows_left(const std::string& synchronous, Loss loss) {
        CrashVfs vfs(folder);
        const auto database = Database::open(path).value();
        run(*database, "PRAGMA journal_mode = WAL");
        run(*database, "PRAGMA synchronous = FULL");
        run(*database, "CREATE TABLE rows (row)");
        run(*database, "INSERT INTO rows VALUES (1)");
        run(*database, "PRAGMA synchronous = " + synchronous);
        run(*database, "INSERT INTO rows VALUES (2)");
        CrashDisk disk;
        for (const Operation& operation : vfs.log()) disk.step(operation);
        std::mt19937 random(1);
        const Image image = disk.cut(loss, random);
        std::filesystem::create_directory(folder + "/cut");
        std::ofstream made(folder + "/cut/test.db");
        const CrashVfs left(folder + "/cut", image);
        return Database::open(folder + "/cut/test.db")
            .value()
            ->integer("SELECT max(row) FROM rows")
            .value();
    }

    std::string folder;
    std::string path;
};

// It finds out who acknowledges without a sync.
TEST_F(CrashVfsTest, SeesAMissingSync) {
    EXPECT_EQ(rows_left("FULL", Loss::everything), 2);
    EXPECT_EQ(rows_left("NORMAL", Loss::nothing), 2);
    EXPECT_EQ(rows_left("NORMAL", Loss::everything), 1);
    EXPECT_EQ(rows_left("NORMAL", Loss::half_of_last), 1);
}

// A full disk and a failing sync are told to SQLite, and are over when mended.
TEST_F(CrashVfsTest, Fails) {
    CrashVfs vfs(folder);
    const auto database = Database::open(path).value();
    run(*database, "CREATE TABLE rows (row)");
    vfs.full_after(0);
    EXPECT_FALSE(database->run("INSERT INTO rows VALUES (1)"));
    EXPECT_EQ(sqlite3_errcode(database->handle()) & 0xff, SQLITE_FULL);
    EXPECT_GT(vfs.failures(), 0u);
    vfs.mend();
    vfs.no_sync_after(0);
    EXPECT_FALSE(database->run("INSERT INTO rows VALUES (1)"));
    EXPECT_EQ(sqlite3_extended_errcode(database->handle()), SQLITE_IOERR_FSYNC);
    vfs.mend();
    EXPECT_TRUE(database->run("INSERT INTO rows VALUES (1)"));
}

}  // namespace
}  // namespace homeport::store
