/// The store on a disk that stops at any moment, is full or fails to sync.

#include "store/sqlite/crash_script_testing.hpp"
#include "store/sqlite/crash_vfs_testing.hpp"
#include "store/sqlite/sqlite_name_store.hpp"

#include <gmock/gmock.h>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>

namespace homeport::store {
namespace {

using namespace testing;
using Kind = Operation::Kind;

constexpr unsigned kSeed = 20'250'708;
/// Of the crashes between two writes that belong together, one of so many is tried.
constexpr unsigned kOneOf = 32;
constexpr unsigned kReopened = 10;
/// Its serial is the number of the attempt that wrote last.
const std::string kMarker = "attempts.example";

Result<std::unique_ptr<NameStore>> open(const std::string& folder) {
    return open_sqlite_names(folder + "/names.db");
}

Result<Picture> look(NameStore& store) {
    const auto state = store.load();
    if (!state) return std::unexpected(state.error());
    const auto evidence = store.evidence("", 100'000);
    if (!evidence) return std::unexpected(evidence.error());
    return Picture(*state, *evidence);
}

/// What was asked of the store and what it acknowledged, in terms of the record's length. Attempt 0
/// is the empty store.
class History {
public:
    std::vector<NameChange> begin(std::vector<NameChange> changes, std::size_t at) {
        changes.emplace_back(StoredSerial{kMarker, static_cast<std::uint32_t>(attempts_.size())});
        attempts_.push_back({at, std::nullopt, now()});
        for (const NameChange& change : changes) attempts_.back().after.change(change);
        return changes;
    }
    void acknowledge(std::size_t at) {
        last_ = attempts_.size() - 1;
        attempts_.back().acknowledged = at;
    }

    /// After what was acknowledged until now.
    const Picture& now() const { return attempts_[last_].after; }

    /// What is wrong with what was found after the power was cut behind so many operations; empty
    /// when it is as promised.
    std::string judge(std::size_t cut, const Picture& found) const {
        const std::size_t number = found.serial(kMarker);
        const std::size_t least = acknowledged_before(cut);
        const std::string what = "attempt " + std::to_string(number) + " of " +
                                 std::to_string(least) + " that was acknowledged";
        if (number < least) return what + ": lost";
        if (number >= attempts_.size() || attempts_[number].begun > cut)
            return what + ": not begun";
        if (found != attempts_[number].after)
            return what + ": " + difference(attempts_[number].after, found);
        return {};
    }

private:
    struct Attempt {
        std::size_t begun = 0;
        std::optional<std::size_t> acknowledged;
        Picture after;
    };

    std::size_t acknowledged_before(std::size_t cut) const {
        std::size_t number = attempts_.size() - 1;
        while (!attempts_[number].acknowledged || *attempts_[number].acknowledged > cut) --number;
        return number;
    }

    std::vector<Attempt> attempts_{{0, 0, {}}};
    std::size_t last_ = 0;  ///< that was acknowledged
};

struct NameStoreCrashTest : ::testing::Test {
    NameStoreCrashTest() {
        std::string name = ::testing::TempDir() + "homeport-crash-XXXXXX";
        folder = ::mkdtemp(name.data());
        std::filesystem::create_directory(folder + "/live");
        std::filesystem::create_directory(folder + "/cut");
        live.emplace(folder + "/live");
    }
    ~NameStoreCrashTest() override { std::filesystem::remove_all(folder); }
    NameStoreCrashTest(const NameStoreCrashTest&) = delete;
    NameStoreCrashTest& operator=(const NameStoreCrashTest&) = delete;

    std::unique_ptr<NameStore> open_live() const {
        auto opened = open(folder + "/live");
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().what);
        LowLimits::set();
        return opened ? std::move(*opened) : nullptr;
    }
    Result<> apply(NameStore& store, std::vector<NameChange> changes) {
        changes = history.begin(std::move(changes), live->log().size());
        auto done = store.apply(changes);
        if (done) history.acknowledge(live->log().size());
        return done;
    }
    /// It answers with all that was acknowledged and nothing else.
    void expect_exact(NameStore& store) const {
        const auto found = look(store);
        ASSERT_TRUE(found) << found.error().what;
        ASSERT_TRUE(*found == history.now()) << difference(history.now(), *found);
    }

    /// Opens what a cut left, the usual way.
    Result<Picture> recover() const {
        const auto store = open(folder + "/cut");
        return store ? look(**store) : std::unexpected(store.error());
    }
    void check(Image image, std::size_t cut, Loss loss) {
        ++tried;
        const CrashVfs left(folder + "/cut", std::move(image));
        const auto found = recover();
        const auto fault = found ? history.judge(cut, *found) : found.error().what;
        ASSERT_EQ(fault, "") << "after " << cut << " operations, loss " << static_cast<int>(loss);
    }
    /// Now.
    void check_cuts() {
        for (; stepped < live->log().size(); ++stepped) disk.step(live->log()[stepped]);
        for (const Loss loss : kLosses)
            ASSERT_NO_FATAL_FAILURE(check(disk.cut(loss, random), stepped, loss));
    }

    /// The whole script; the store is closed and opened once on the way.
    void run_script() {
        auto store = open_live();
        for (unsigned number = 1; number <= kBatches; ++number) {
            ASSERT_TRUE(apply(*store, Script::batch(number))) << number;
            if (number == kReopened) {
                store.reset();
                store = open_live();
            }
        }
        expect_exact(*store);
    }

    /// Lets the disk fail after so many calls.
    using Arm = void (CrashVfs::*)(std::size_t calls);

    /// The disk fails after `calls` calls, then one later, until the changes go through. True: what
    /// failed last was the writing back of the log, behind the commit. Of refusals, the disk of one
    /// of so many is cut.
    void press(NameStore& store, const std::vector<NameChange>& changes, std::size_t calls, Arm arm,
               unsigned one_of, bool& unfinished) {
        for (;; ++calls) {
            (*live.*arm)(calls);
            const auto done = apply(store, changes);
            unfinished = live->failures() > 0;
            ASSERT_TRUE(unfinished || done) << done.error().what;
            ASSERT_NO_FATAL_FAILURE(expect_exact(store));
            if (unfinished && refused % one_of == 0) {
                ASSERT_NO_FATAL_FAILURE(check_cuts());
            }
            live->mend();
            if (done) return;
            ++refused;
            ASSERT_TRUE(apply(store, {})) << "mended";
        }
    }
    /// Each call for each batch fails once.
    void run_failing(Arm arm, unsigned one_of) {
        auto store = open_live();
        // Its first look needs room for what is shared with other processes.
        ASSERT_NO_FATAL_FAILURE(expect_exact(*store));
        for (unsigned number = 1; number <= kBatches; ++number) {
            bool unfinished = false;
            ASSERT_NO_FATAL_FAILURE(
                press(*store, Script::batch(number), 0, arm, one_of, unfinished));
            for (std::size_t calls = 0; unfinished; ++calls)
                ASSERT_NO_FATAL_FAILURE(press(*store, {}, calls, arm, one_of, unfinished));
        }
        store.reset();
        ASSERT_NO_FATAL_FAILURE(check_cuts());
    }

    std::string folder;
    LowLimits low_limits;
    std::optional<CrashVfs> live;
    History history;
    CrashDisk disk;
    std::size_t stepped = 0;  ///< operations that `disk` knows
    std::mt19937 random{kSeed};
    std::size_t tried = 0;    ///< cuts
    std::size_t refused = 0;  ///< batches
};

/// Where something else than one more write of many happens.
bool is_turn(const Log& log, std::size_t cut) {
    return cut == 0 || cut == log.size() || log[cut - 1].kind != Kind::write ||
           log[cut].kind != Kind::write;
}

/// Where the database, not its log, was synced: the log was written back.
std::size_t checkpoints(const Log& log) {
    return std::ranges::count_if(log, [](const Operation& operation) {
        return operation.kind == Kind::sync && operation.file == 0;
    });
}

// Wherever the power is cut and whatever of the unsynced is lost: an acknowledged batch is there,
// another one is there as a whole or not at all.
TEST_F(NameStoreCrashTest, PowerCut) {
    ASSERT_NO_FATAL_FAILURE(run_script());
    const Log& log = live->log();
    EXPECT_GT(checkpoints(log), 10u);
    for (std::size_t cut = 0; cut <= log.size(); ++cut) {
        if (cut > 0) disk.step(log[cut - 1]);
        const bool turn = is_turn(log, cut);
        for (const Loss loss : kLosses) {
            const bool sure = loss != Loss::nothing && !disk.uncertain();
            if (sure || (!turn && random() % kOneOf != 0)) continue;
            ASSERT_NO_FATAL_FAILURE(check(disk.cut(loss, random), cut, loss));
        }
    }
    std::cout << tried << " disks after " << log.size() << " operations, " << checkpoints(log)
              << " of them ends of a checkpoint\n";
}

// The power fails once more while the file is opened, read and closed: what was found stays.
TEST_F(NameStoreCrashTest, PowerCutAgain) {
    ASSERT_NO_FATAL_FAILURE(run_script());
    const Log& log = live->log();
    for (std::size_t cut = 1; cut <= log.size(); ++cut) {
        disk.step(log[cut - 1]);
        if (random() % kOneOf != 0) continue;
        const Image image = disk.cut(kLosses[random() % std::size(kLosses)], random);
        const CrashVfs first(folder + "/cut", image);
        const auto found = recover();
        ASSERT_TRUE(found) << found.error().what;
        CrashDisk second(image);
        for (const Operation& operation : first.log()) {
            second.step(operation);
            if (random() % 4 != 0) continue;
            const CrashVfs cut_again(folder + "/cut",
                                     second.cut(kLosses[random() % std::size(kLosses)], random));
            const auto again = recover();
            ASSERT_TRUE(again) << again.error().what;
            ASSERT_TRUE(*again == *found) << cut << ": " << difference(*found, *again);
            ++tried;
        }
    }
    std::cout << tried << " disks\n";
}

// A batch that meets a full disk is refused and leaves no trace; the store goes on answering, and
// takes the next batch when there is room.
TEST_F(NameStoreCrashTest, DiskFull) {
    run_failing(&CrashVfs::full_after, kOneOf);
    EXPECT_GT(refused, 10 * kBatches);
    std::cout << refused << " batches refused, " << tried << " disks\n";
}

// A batch is not acknowledged when its sync fails, and none is lost that was acknowledged later.
TEST_F(NameStoreCrashTest, SyncFails) {
    run_failing(&CrashVfs::no_sync_after, 1);
    EXPECT_GE(refused, kBatches);
    std::cout << refused << " batches refused, " << tried << " disks\n";
}

// A file that cannot be made, opened or closed well can be later, with all that was in it.
TEST_F(NameStoreCrashTest, FailsWhileOpening) {
    ASSERT_NO_FATAL_FAILURE(run_script());
    while (stepped < live->log().size()) disk.step(live->log()[stepped++]);
    const Image full = disk.cut(Loss::nothing, random);
    for (const Image& image : {Image(), full}) {
        const Picture wanted = image.empty() ? Picture() : history.now();
        for (const auto arm : {&CrashVfs::full_after, &CrashVfs::no_sync_after}) {
            std::size_t failures = 1;
            for (std::size_t calls = 0; failures > 0; ++calls) {
                CrashVfs disk_of_this(folder + "/cut", image);
                (disk_of_this.*arm)(calls);
                const auto early = recover();
                EXPECT_TRUE(!early || *early == wanted);
                failures = disk_of_this.failures();
                EXPECT_TRUE(early || failures > 0);
                disk_of_this.mend();
                const auto found = recover();
                ASSERT_TRUE(found) << found.error().what;
                ASSERT_TRUE(*found == wanted) << difference(wanted, *found);
                ++tried;
            }
        }
    }
    std::cout << tried << " openings\n";
}

}  // namespace
}  // namespace homeport::store
