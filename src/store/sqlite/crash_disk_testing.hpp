#pragma once
/// What a disk may hold after its power was cut, worked out from a record of what was asked of it.
///
/// A write is certain once its file was synced, a name once its folder was. Anything else may be
/// there, be missing or be torn, in any combination. What a failed sync left behind stays uncertain
/// for good, whatever a later sync says: that is how Linux reports such errors (fsync(2)).

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace homeport::store::testing {

/// The files of a folder by name.
using Image = std::map<std::string, std::string>;

struct Operation {
    enum class Kind : unsigned char {
        create,
        remove,
        sync_folder,
        write,
        truncate,
        sync,
        failed_sync,
    };
    Kind kind;
    std::string name;          ///< of create and remove
    std::size_t file = 0;      ///< a name that is made again is another file
    std::uint64_t offset = 0;  ///< of write; of truncate: the new size
    std::string bytes;         ///< of write
};
using Log = std::deque<Operation>;  ///< grows without moving what is in it

/// What of the uncertain is lost.
enum class Loss : unsigned char {
    nothing,  ///< the disk kept up; only the machine stopped
    everything,
    half_of_last,  ///< of the last write
    all_but_last,  ///< the last overtook the others
    some_writes,
    some_sectors,  ///< of each write; a lost one at the end may leave zeros
};
inline constexpr Loss kLosses[] = {Loss::nothing,      Loss::everything,  Loss::half_of_last,
                                   Loss::all_but_last, Loss::some_writes, Loss::some_sectors};
inline constexpr std::size_t kSectorBytes = 512;

inline void overwrite(std::string& bytes, std::uint64_t offset, std::string_view part) {
    if (bytes.size() < offset + part.size()) bytes.resize(offset + part.size());
    bytes.replace(offset, part.size(), part);
}
/// Of a file's bytes: a write or a truncation.
inline void perform(std::string& bytes, const Operation& operation) {
    if (operation.kind == Operation::Kind::truncate)
        bytes.resize(operation.offset);
    else
        overwrite(bytes, operation.offset, operation.bytes);
}

class CrashDisk {
public:
    CrashDisk() = default;
    /// Begins with these files, all of them certain, numbered in their order.
    explicit CrashDisk(const Image& there) {
        for (const auto& [name, bytes] : there) {
            names_[name] = files_.size();
            files_.push_back({bytes, {}});
        }
    }

    /// Operations are referred to, not copied.
    void step(const Operation& operation) {
        using enum Operation::Kind;
        last_ = &operation;
        if (operation.file >= files_.size()) files_.resize(operation.file + 1);
        File& file = files_[operation.file];
        switch (operation.kind) {
        case create:
        case remove:
            folder_.push_back(&operation);
            break;
        case sync_folder:
            for (const Operation* change : folder_) rename(names_, *change);
            folder_.clear();
            break;
        case write:
        case truncate:
            file.waiting.push_back({&operation});
            break;
        case sync:
            settle(file);
            break;
        case failed_sync:
            for (Waiting& waiting : file.waiting) waiting.doubtful |= !waiting.certain;
            break;
        }
    }

    /// Whether there is anything to lose.
    bool uncertain() const {
        for (const File& file : files_) {
            if (!file.waiting.empty()) return true;
        }
        return !folder_.empty();
    }

    Image cut(Loss loss, std::mt19937& random) const {
        Chance chance(random);
        auto names = names_;
        for (const Operation* change : folder_) {
            if (keeps(*change, loss, chance)) rename(names, *change);
        }
        Image image;
        for (const auto& [name, number] : names) {
            const File& file = files_[number];
            std::string bytes = file.bytes;
            for (const Waiting& waiting : file.waiting) {
                const Operation& operation = *waiting.operation;
                if (waiting.certain) {
                    perform(bytes, operation);
                } else if (loss == Loss::some_sectors) {
                    apply_sectors(bytes, operation, chance);
                } else if (loss == Loss::half_of_last && &operation == last_) {
                    apply_half(bytes, operation);
                } else if (keeps(operation, loss, chance)) {
                    perform(bytes, operation);
                }
            }
            image.emplace(name, std::move(bytes));
        }
        return image;
    }

private:
    using Names = std::map<std::string, std::size_t>;
    struct Waiting {
        const Operation* operation;
        bool certain = false;   ///< behind one that is doubtful
        bool doubtful = false;  ///< a sync failed
    };
    struct File {
        std::string bytes;  ///< certain
        std::deque<Waiting> waiting;
    };
    /// A coin that falls otherwise in each image.
    class Chance {
    public:
        explicit Chance(std::mt19937& random) : random_(random), of16_(1 + random() % 15) {}
        bool operator()() { return random_() % 16 < of16_; }

    private:
        std::mt19937& random_;
        unsigned long of16_;
    };

    bool keeps(const Operation& operation, Loss loss, Chance& chance) const {
        switch (loss) {
        case Loss::nothing:
        case Loss::half_of_last:
            return true;
        case Loss::everything:
            return false;
        case Loss::all_but_last:
            return &operation == last_;
        case Loss::some_writes:
        case Loss::some_sectors:
            return chance();
        }
        return true;
    }

    static void rename(Names& names, const Operation& change) {
        if (change.kind == Operation::Kind::create)
            names[change.name] = change.file;
        else
            names.erase(change.name);
    }

    static void settle(File& file) {
        for (Waiting& waiting : file.waiting) waiting.certain |= !waiting.doubtful;
        while (!file.waiting.empty() && file.waiting.front().certain) {
            perform(file.bytes, *file.waiting.front().operation);
            file.waiting.pop_front();
        }
    }

    static void apply_half(std::string& bytes, const Operation& operation) {
        const std::string_view all = operation.bytes;
        if (operation.kind == Operation::Kind::write)
            overwrite(bytes, operation.offset, all.substr(0, all.size() / 2));
    }
    static void apply_sectors(std::string& bytes, const Operation& operation, Chance& chance) {
        if (operation.kind == Operation::Kind::truncate) {
            if (chance()) perform(bytes, operation);
            return;
        }
        std::string_view rest = operation.bytes;
        std::uint64_t offset = operation.offset;
        while (!rest.empty()) {
            const auto size =
                std::min<std::size_t>(rest.size(), kSectorBytes - offset % kSectorBytes);
            if (chance())
                overwrite(bytes, offset, rest.substr(0, size));
            else if (bytes.size() < offset + size && chance())
                bytes.resize(offset + size);
            rest.remove_prefix(size);
            offset += size;
        }
    }

    std::vector<File> files_;
    Names names_;                           ///< certain
    std::vector<const Operation*> folder_;  ///< made and removed, not certain
    const Operation* last_ = nullptr;
};

}  // namespace homeport::store::testing
