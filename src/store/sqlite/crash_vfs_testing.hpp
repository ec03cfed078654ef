#pragma once
/// A disk for SQLite that keeps its files in memory, records what is asked of them and fails when
/// told to. Everybody in the process uses the youngest one when a database is opened.

#include "store/sqlite/crash_disk_testing.hpp"

#include <sqlite3.h>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>

namespace homeport::store::testing {

/// Lower limits of SQLite for the database that was opened last, so that a small log is long enough
/// to be written back and a small batch too large for memory.
class LowLimits {
public:
    static constexpr int kCheckpointPages = 40;  ///< usually 1000
    static constexpr int kCachePages = 12;       ///< usually 500

    LowLimits() { sqlite3_auto_extension(hook()); }
    ~LowLimits() { sqlite3_cancel_auto_extension(hook()); }
    LowLimits(const LowLimits&) = delete;
    LowLimits& operator=(const LowLimits&) = delete;

    /// While it is open.
    static void set() {
        const std::string cache = "PRAGMA cache_size = " + std::to_string(kCachePages);
        sqlite3_exec(latest_, cache.c_str(), nullptr, nullptr, nullptr);
        sqlite3_wal_autocheckpoint(latest_, kCheckpointPages);
    }

private:
    static void (*hook())() { return reinterpret_cast<void (*)()>(opened); }
    static int opened(sqlite3* database, char**, const void*) {
        latest_ = database;
        return SQLITE_OK;
    }
    static inline sqlite3* latest_ = nullptr;
};

class CrashVfs {
public:
    /// Has the files of the folder, which begin as they are in the image. An empty file of the same
    /// name may come to stand in the real folder: locks and shared memory are real.
    explicit CrashVfs(const std::string& folder, Image image = {})
        : real_(sqlite3_vfs_find("unix")),
          vfs_(*real_),
          vfs_name_("homeport-crash-" + std::to_string(++made_)),
          folder_(std::filesystem::canonical(folder)) {
        for (auto& [name, bytes] : image) {
            names_[name] = contents_.size();
            contents_.push_back(std::move(bytes));
        }
        // The other functions do not ask which layer they belong to.
        vfs_.zName = vfs_name_.c_str();
        vfs_.pNext = nullptr;
        vfs_.pAppData = this;
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
        vfs_.xOpen = open;
        vfs_.xDelete = remove;
        vfs_.xAccess = access;
        sqlite3_vfs_register(&vfs_, 1);
    }
    ~CrashVfs() { sqlite3_vfs_unregister(&vfs_); }
    CrashVfs(const CrashVfs&) = delete;
    CrashVfs& operator=(const CrashVfs&) = delete;

    /// Its files are numbered as CrashDisk numbers them.
    const Log& log() const { return log_; }

    /// After so many writes the disk is full: the next takes half of its bytes, those behind it
    /// none.
    void full_after(std::size_t writes) { writes_left_ = writes; }
    /// After so many syncs they fail.
    void no_sync_after(std::size_t syncs) { syncs_left_ = syncs; }
    void mend() {
        writes_left_ = kUnlimited;
        syncs_left_ = kUnlimited;
        failures_ = 0;
    }
    /// Calls that failed since mend().
    std::size_t failures() const { return failures_; }

private:
    static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

    /// SQLite allots the memory; the real layer's part, if it has one, is behind it.
    struct File {
        sqlite3_file base;
        CrashVfs* owner;
        std::size_t number;
        bool folder_waits;  ///< its first sync is to sync the folder too
        int regions;        ///< of shared memory

        sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
        std::string& bytes() const { return owner->contents_[number]; }
    };
    static_assert(sizeof(File) % 8 == 0);
    static File& file_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
    static sqlite3_file* real_of(sqlite3_file* file) { return file_of(file).real(); }
    static CrashVfs& self(sqlite3_vfs* vfs) { return *static_cast<CrashVfs*>(vfs->pAppData); }

    static std::string name_of(const char* path) { return std::filesystem::path(path).filename(); }
    bool holds(const char* path) const {
        return path != nullptr && std::filesystem::path(path).parent_path() == folder_;
    }
    void note(Operation operation) { log_.push_back(std::move(operation)); }
    bool used_up(std::size_t& left) {
        if (left == kUnlimited) return false;
        if (left > 0) {
            --left;
            return false;
        }
        ++failures_;
        return true;
    }

    // ---- of the folder

    std::size_t number_of(const std::string& name) {
        const auto [found, fresh] = names_.try_emplace(name, contents_.size());
        if (fresh) {
            note({.kind = Operation::Kind::create, .name = name, .file = contents_.size()});
            contents_.emplace_back();
        }
        return found->second;
    }

    static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* opened, int flags,
                    int* out_flags) {
        CrashVfs& owner = self(vfs);
        // A nameless file need not outlive the process.
        if (!owner.holds(path))
            return owner.real_->xOpen(owner.real_, path, opened, flags, out_flags);
        File& file = file_of(opened);
        file = {};
        const bool database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
        if (database) {
            const int code = owner.real_->xOpen(owner.real_, path, file.real(), flags, out_flags);
            if (code != SQLITE_OK) return code;
        } else if ((flags & SQLITE_OPEN_CREATE) == 0 && !owner.names_.contains(name_of(path))) {
            return SQLITE_CANTOPEN;
        }
        file.base.pMethods = &kMethods;
        file.owner = &owner;
        file.number = owner.number_of(name_of(path));
        // As in the layer for Unix.
        file.folder_waits = (flags & SQLITE_OPEN_CREATE) != 0 && !database;
        if (out_flags != nullptr) *out_flags = flags;
        return SQLITE_OK;
    }

    static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
        CrashVfs& owner = self(vfs);
        if (!owner.holds(path)) return owner.real_->xDelete(owner.real_, path, sync_folder);
        const std::string name = name_of(path);
        if (owner.names_.erase(name) == 0) return SQLITE_IOERR_DELETE_NOENT;
        owner.note({.kind = Operation::Kind::remove, .name = name});
        if (sync_folder != 0) owner.note({.kind = Operation::Kind::sync_folder});
        return SQLITE_OK;
    }

    static int access(sqlite3_vfs* vfs, const char* path, int what, int* answer) {
        CrashVfs& owner = self(vfs);
        if (!owner.holds(path)) return owner.real_->xAccess(owner.real_, path, what, answer);
        const auto found = owner.names_.find(name_of(path));
        const bool empty = found == owner.names_.end() || owner.contents_[found->second].empty();
        // As in the layer for Unix: what is empty does not exist.
        *answer = what == SQLITE_ACCESS_EXISTS ? !empty : found != owner.names_.end();
        return SQLITE_OK;
    }

    // ---- of a file

    static int close(sqlite3_file* file) {
        sqlite3_file* const real = real_of(file);
        return real->pMethods == nullptr ? SQLITE_OK : real->pMethods->xClose(real);
    }

    static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
        const std::string& bytes = file_of(file).bytes();
        const auto wanted = static_cast<std::size_t>(size);
        const auto from = std::min(static_cast<std::size_t>(offset), bytes.size());
        const std::size_t there = bytes.copy(static_cast<char*>(to), wanted, from);
        std::memset(static_cast<char*>(to) + there, 0, wanted - there);
        return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    }

    static int write(sqlite3_file* base, const void* from, int size, sqlite3_int64 offset) {
        File& file = file_of(base);
        CrashVfs& owner = *file.owner;
        auto length = static_cast<std::size_t>(size);
        const bool full = owner.used_up(owner.writes_left_);
        if (full) length = owner.failures_ == 1 ? length / 2 : 0;
        if (length > 0) {
            owner.note({.kind = Operation::Kind::write,
                        .file = file.number,
                        .offset = static_cast<std::uint64_t>(offset),
                        .bytes = std::string(static_cast<const char*>(from), length)});
            perform(file.bytes(), owner.log_.back());
        }
        return full ? SQLITE_FULL : SQLITE_OK;
    }

    static int truncate(sqlite3_file* base, sqlite3_int64 size) {
        File& file = file_of(base);
        file.owner->note({.kind = Operation::Kind::truncate,
                          .file = file.number,
                          .offset = static_cast<std::uint64_t>(size)});
        perform(file.bytes(), file.owner->log_.back());
        return SQLITE_OK;
    }

    static int sync(sqlite3_file* base, int) {
        File& file = file_of(base);
        CrashVfs& owner = *file.owner;
        if (owner.used_up(owner.syncs_left_)) {
            owner.note({.kind = Operation::Kind::failed_sync, .file = file.number});
            return SQLITE_IOERR_FSYNC;
        }
        owner.note({.kind = Operation::Kind::sync, .file = file.number});
        if (file.folder_waits) owner.note({.kind = Operation::Kind::sync_folder});
        file.folder_waits = false;
        return SQLITE_OK;
    }

    static int size(sqlite3_file* file, sqlite3_int64* to) {
        *to = static_cast<sqlite3_int64>(file_of(file).bytes().size());
        return SQLITE_OK;
    }
    static int control(sqlite3_file* file, int what, void* argument) {
        sqlite3_file* const real = real_of(file);
        if (real->pMethods == nullptr) return SQLITE_NOTFOUND;
        return real->pMethods->xFileControl(real, what, argument);
    }
    /// As of most disks: a write leaves the bytes beside it alone.
    static int sector_size(sqlite3_file*) { return 4096; }
    static int traits(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    // ---- of databases only

    static int lock(sqlite3_file* file, int level) {
        return real_of(file)->pMethods->xLock(real_of(file), level);
    }
    static int unlock(sqlite3_file* file, int level) {
        return real_of(file)->pMethods->xUnlock(real_of(file), level);
    }
    static int check_lock(sqlite3_file* file, int* to) {
        return real_of(file)->pMethods->xCheckReservedLock(real_of(file), to);
    }
    /// A new region of shared memory needs room on the disk too.
    static int map(sqlite3_file* base, int region, int bytes, int extend, void volatile** to) {
        File& file = file_of(base);
        if (extend != 0 && region >= file.regions) {
            if (file.owner->used_up(file.owner->writes_left_)) return SQLITE_IOERR_SHMSIZE;
            file.regions = region + 1;
        }
        return file.real()->pMethods->xShmMap(file.real(), region, bytes, extend, to);
    }
    static int lock_map(sqlite3_file* file, int offset, int count, int flags) {
        return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
    }
    static void barrier(sqlite3_file* file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }
    static int unmap(sqlite3_file* file, int forget) {
        return real_of(file)->pMethods->xShmUnmap(real_of(file), forget);
    }

    static constexpr sqlite3_io_methods kMethods{
        2,       close,       read,   write, truncate, sync,    size,  lock,    unlock, check_lock,
        control, sector_size, traits, map,   lock_map, barrier, unmap, nullptr, nullptr};
    static inline int made_ = 0;

    sqlite3_vfs* real_;
    sqlite3_vfs vfs_;
    std::string vfs_name_;
    std::filesystem::path folder_;
    Log log_;
    std::map<std::string, std::size_t> names_;
    std::deque<std::string> contents_;  ///< by number; never fewer
    std::size_t writes_left_ = kUnlimited;
    std::size_t syncs_left_ = kUnlimited;
    std::size_t failures_ = 0;
};

}  // namespace homeport::store::testing
