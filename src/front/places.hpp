#pragma once
/// Counters that keep one source from taking everything. Pure.

#include "core/ip.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace homeport::front {

/// How many things each source has; remembers only sources that have some.
class SourceCounts {
public:
    std::uint32_t of(const IpAddress& key) const;
    void add(const IpAddress& key) { ++counts_[key]; }
    void remove(const IpAddress& key);
    std::size_t sources() const { return counts_.size(); }

private:
    std::unordered_map<IpAddress, std::uint32_t> counts_;
};

/// The places of one service where visitors wait for the home. `per_service` is never exceeded; a
/// source above `per_source` gets further places only while less than half of all are taken, so
/// that a crowd behind one address is served on a quiet day and cannot lock others out on a busy
/// one.
class WaitingRoom {
public:
    WaitingRoom(std::uint64_t per_service, std::uint64_t per_source)
        : per_service_(per_service), per_source_(per_source) {}

    bool take(const IpAddress& source);
    /// For each take() that was true, once.
    void give_back(const IpAddress& source);
    std::uint64_t taken() const { return taken_; }

private:
    std::uint64_t per_service_;
    std::uint64_t per_source_;
    std::uint64_t taken_ = 0;
    SourceCounts sources_;
};

}  // namespace homeport::front
