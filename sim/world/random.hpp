#pragma once
/// The only source of chance in a simulation: splitmix64. No std distributions, because they differ
/// between standard libraries and a seed must mean the same everywhere.

#include "core/time.hpp"

#include <bit>
#include <cstdint>

namespace homeport::sim {

/// A bijection that spreads every input bit over all output bits.
constexpr std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(mix(seed ^ 0x5eed)) {}

    std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15u); }
    /// 0 to `bound` - 1. Requires bound > 0.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    /// Both ends included.
    std::uint64_t between(std::uint64_t low, std::uint64_t high) {
        return low + below(high - low + 1);
    }
    Duration between(Duration low, Duration high) {
        return low + Duration(static_cast<std::int64_t>(
                         below(static_cast<std::uint64_t>((high - low).count()) + 1)));
    }
    /// `probability` from 0 to 1. Takes nothing from the sequence when it is 0.
    bool chance(double probability) {
        return probability > 0 && static_cast<double>(next() >> 11) * 0x1p-53 < probability;
    }
    /// 1 to `max`, each order of magnitude as likely as the other. Requires max > 0.
    std::uint64_t size(std::uint64_t max) {
        const auto bits = static_cast<std::uint64_t>(std::bit_width(max));
        const std::uint64_t ceiling = std::uint64_t{1} << below(bits);
        const std::uint64_t value = between(ceiling, 2 * ceiling - 1);
        return value < max ? value : max;
    }
    /// A generator of its own, so that one part's use does not shift another's.
    Random fork() { return Random(next()); }

private:
    std::uint64_t state_;
};

}  // namespace homeport::sim
