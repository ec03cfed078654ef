#pragma once
/// How many answers a source may get: response rate limiting, so that the server is of no use to
/// those who forge addresses. A source is counted by its address and by the networks it is part of,
/// each with a bucket of its own that empties at a rate; wider networks have larger ones. Pure, no
/// allocation after the start.

#include "core/ip.hpp"
#include "core/time.hpp"
#include "dns/server/siphash.hpp"

#include <cstdint>
#include <vector>

namespace homeport::dns {

class RateLimit {
public:
    /// `per_second` answers for one IPv4 address or one IPv6 /64, in the long run; as many at once.
    /// 0: no limit. `slots`: buckets kept, a power of two; a network that has none takes the
    /// emptier of two, so a flood from very many makes the limit laxer, never the table larger.
    RateLimit(double per_second, std::size_t slots, const SipKey& key);

    /// Counts one answer; false: it is one too many. What is refused is not counted.
    bool allow(const IpAddress& source, TimePoint now);
    bool limits() const { return per_second_ > 0; }

private:
    /// Answers that have not drained yet, as of `at`.
    struct Bucket {
        std::uint32_t tag = 0;
        float level = 0;
        TimePoint at{};
    };
    struct Step {
        std::uint8_t prefix_bits;
        float scale;  ///< of per_second
    };

    Bucket& bucket(const IpAddress& source, const Step& step, TimePoint now);
    float level(const Bucket& bucket, double per_second, TimePoint now) const;

    static constexpr std::array<Step, 3> kSteps4{{{32, 1}, {24, 8}, {20, 32}}};
    static constexpr std::array<Step, 3> kSteps6{{{64, 1}, {56, 4}, {48, 16}}};

    double per_second_;
    std::vector<Bucket> buckets_;
    SipKey key_;
};

}  // namespace homeport::dns
