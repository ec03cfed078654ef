#pragma once
/// Leaky buckets in tables of a fixed size. What is counted is known by a keyed hash only; one
/// without a place takes the emptier of two, so a flood from very many makes a limit laxer, never
/// the table larger. Pure, no allocation after the start.

#include "core/ip.hpp"
#include "core/time.hpp"
#include "names/keyed_hash.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace homeport::names {

struct Rate {
    double at_once = 0;
    double per_second = 0;  ///< that drain
};

class Buckets {
public:
    /// `slots`: a power of two.
    Buckets(Rate rate, std::size_t slots);

    /// What has not drained yet.
    double level(std::uint64_t key, TimePoint now, double scale = 1) const;
    /// There is room for `amount` in a bucket `scale` times as large and as fast.
    bool has_room(std::uint64_t key, double amount, TimePoint now, double scale = 1) const;
    /// Counts `amount`, over the brim too.
    void add(std::uint64_t key, double amount, TimePoint now, double scale = 1);
    /// Counts if there is room.
    bool take(std::uint64_t key, double amount, TimePoint now);
    /// Until there is room for `amount`, in whole seconds, at least 1.
    std::int64_t wait_seconds(std::uint64_t key, double amount, TimePoint now) const;

private:
    struct Bucket {
        std::uint32_t tag = 0;
        float level = 0;
        TimePoint at{};
    };
    double level(const Bucket& bucket, TimePoint now, double scale) const;
    const Bucket* find(std::uint64_t key) const;
    Bucket& place(std::uint64_t key, TimePoint now, double scale);

    Rate rate_;
    std::vector<Bucket> buckets_;
};

/// Requests of an address and of the networks around it: each has a bucket, the wider the larger.
class SourceBuckets {
public:
    SourceBuckets(Rate rate, std::size_t slots) : buckets_(rate, slots) {}
    /// Counts one request; false: it is one too many. What is refused is not counted.
    bool take(const KeyedHash& hash, const IpAddress& source, TimePoint now);

private:
    Buckets buckets_;
};

/// The key of a source's bucket: an IPv4 address or IPv6 network with its length.
std::uint64_t bucket_key(const KeyedHash& hash, std::string_view purpose, const IpAddress& network,
                         unsigned bits);

}  // namespace homeport::names
