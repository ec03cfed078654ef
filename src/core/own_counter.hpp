#pragma once
/// A counter that one thread raises and all may read: no locked instruction is needed for that.

#include <atomic>
#include <cstdint>

namespace homeport {

class OwnCounter {
public:
    /// From its own thread only.
    void add(std::uint64_t count) {
        value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

}  // namespace homeport
