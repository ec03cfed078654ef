#pragma once
/// Caps on connections: in total, and per source. A source above its cap may have more only while
/// less than three quarters of the total is taken: one address may be many people, but never shut
/// others out.

#include "core/ip.hpp"
#include "front/places.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace homeport::front {

class Doorman;

/// A connection's right to be here; given back when it dies.
class Admission {
public:
    Admission(Doorman* doorman, std::optional<IpAddress> key) : doorman_(doorman), key_(key) {}
    Admission(Admission&& other) noexcept
        : doorman_(std::exchange(other.doorman_, nullptr)), key_(other.key_) {}
    Admission& operator=(Admission&&) = delete;
    ~Admission();

    /// Counts for `source` from now on (a balancer has said whom it brings). False: that source has
    /// all it may have; nothing changes then.
    bool belongs_to(const IpAddress& source);

private:
    Doorman* doorman_;
    std::optional<IpAddress> key_;
};

/// Must outlive its admissions.
class Doorman {
public:
    Doorman(std::size_t max_total, std::uint32_t max_per_source)
        : max_total_(max_total), max_per_source_(max_per_source) {}

    /// Lets a connection in, or not. Without a source (a trusted balancer) only the total counts.
    std::optional<Admission> admit(const std::optional<IpAddress>& source);
    std::size_t inside() const { return inside_; }

private:
    friend class Admission;
    bool has_room_for(const IpAddress& key) const;

    std::size_t max_total_;
    std::uint32_t max_per_source_;
    std::size_t inside_ = 0;
    SourceCounts sources_;
};

}  // namespace homeport::front
