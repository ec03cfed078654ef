#pragma once
/// Where the writer of zones puts the present set and the threads that answer find it. Readers keep
/// the set they have until they look again; looking costs one load while nothing has changed.

#include "dns/zone/zone_set.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>

namespace homeport::dns {

class ZoneBoard {
public:
    void publish(ZoneSet zones) {
        const std::lock_guard lock(mutex_);
        zones_ = std::move(zones);
        generation_.fetch_add(1, std::memory_order_release);
    }
    ZoneSet zones() const {
        const std::lock_guard lock(mutex_);
        return zones_;
    }

private:
    friend class ZoneReader;
    mutable std::mutex mutex_;
    ZoneSet zones_;
    static constexpr std::uint64_t kEmpty = 1;
    std::atomic<std::uint64_t> generation_ = kEmpty;
};

/// One per thread; the board must outlive it.
class ZoneReader {
public:
    explicit ZoneReader(const ZoneBoard& board) : board_(board) {}

    /// Takes what is on the board now.
    void refresh() {
        if (board_.generation_.load(std::memory_order_acquire) == generation_) return;
        const std::lock_guard lock(board_.mutex_);
        generation_ = board_.generation_.load(std::memory_order_relaxed);
        zones_ = board_.zones_;
    }
    const ZoneSet& zones() const { return zones_; }
    /// There was something on the board, be it no zones at all.
    bool ready() const { return generation_ > ZoneBoard::kEmpty; }

private:
    const ZoneBoard& board_;
    std::uint64_t generation_ = 0;
    ZoneSet zones_;
};

}  // namespace homeport::dns
