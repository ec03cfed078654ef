#pragma once
/// A limit on bytes shared by many streams. Nobody can take it all: a stream may hold at most a
/// share of what is still free, so that the more is used, the less each newcomer's and each old
/// stream's share is (a dynamic threshold, Choudhury and Hahne 1998). A small floor keeps everybody
/// moving.

#include "tunnel/protocol/limits.hpp"

#include <algorithm>
#include <cstdint>

namespace homeport::tunnel {

class Budget {
public:
    /// `parent`, when given, must outlive this one and is charged as well.
    explicit Budget(std::uint64_t limit_bytes, Budget* parent = nullptr)
        : limit_(limit_bytes), parent_(parent) {}
    ~Budget() {
        if (parent_ != nullptr) parent_->give(used_);
    }
    Budget(const Budget&) = delete;
    Budget& operator=(const Budget&) = delete;

    void take(std::uint64_t bytes) {
        used_ += bytes;
        if (parent_ != nullptr) parent_->take(bytes);
    }
    void give(std::uint64_t bytes) {
        used_ -= std::min(bytes, used_);
        if (parent_ != nullptr) parent_->give(bytes);
    }
    std::uint64_t used() const { return used_; }
    std::uint64_t free() const {
        const std::uint64_t own = limit_ - std::min(used_, limit_);
        return parent_ == nullptr ? own : std::min(own, parent_->free());
    }
    /// What one stream may hold in all.
    std::uint64_t share() const { return std::max(kLeastShareBytes, free() / kBudgetShareDivisor); }
    /// What one stream may hold for sending: a part of the budget is kept for what arrives.
    std::uint64_t send_share() const {
        const std::uint64_t kept = limit_ / kBudgetShareDivisor;
        const std::uint64_t left = free() - std::min(free(), kept);
        return std::max(kLeastShareBytes, left / kBudgetShareDivisor);
    }
    /// What is granted to a new one of `count` streams, so that all together can use it up.
    std::uint64_t first_window(std::size_t count) const {
        const std::uint64_t each = limit_ / kFirstWindowDivisor / (count + 1);
        return std::clamp(each, kLeastShareBytes, kInitialWindowBytes);
    }
    /// When nothing is free: what one of `count` streams may hold and not be the one to pay.
    std::uint64_t fair_share(std::size_t count) const {
        const bool parent_spent = parent_ != nullptr && parent_->free() == 0;
        return std::max(kLeastShareBytes, parent_spent ? 0 : limit_ / (2 * (count + 1)));
    }

private:
    std::uint64_t limit_;
    std::uint64_t used_ = 0;
    Budget* parent_;
};

}  // namespace homeport::tunnel
