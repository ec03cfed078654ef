#include "dns/server/rate_limit.hpp"

#include "core/assert.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace homeport::dns {
namespace {

/// The first `bits` of the address, and how many they are.
std::array<std::byte, 17> network_of(const IpAddress& address, std::uint8_t bits) {
    std::array<std::byte, 17> network{};
    const std::size_t whole = bits / 8;
    std::memcpy(network.data(), address.octets().data(), whole);
    if (bits % 8 != 0) {
        const auto mask = static_cast<std::uint8_t>(0xff00 >> bits % 8);
        network[whole] = static_cast<std::byte>(address.octets()[whole] & mask);
    }
    network[16] = static_cast<std::byte>(bits | (address.is_v4() ? 0x80 : 0));
    return network;
}

}  // namespace

RateLimit::RateLimit(double per_second, std::size_t slots, const SipKey& key)
    : per_second_(per_second), buckets_(per_second > 0 ? slots : 0), key_(key) {
    HOMEPORT_ASSERT(std::has_single_bit(slots));
}

float RateLimit::level(const Bucket& bucket, double per_second, TimePoint now) const {
    const double seconds = std::chrono::duration<double>(now - bucket.at).count();
    return static_cast<float>(std::max(0.0, bucket.level - seconds * per_second));
}

/// One of two places; what is new takes the emptier one over.
RateLimit::Bucket& RateLimit::bucket(const IpAddress& source, const Step& step, TimePoint now) {
    const std::uint64_t hash = siphash(key_, network_of(source, step.prefix_bits));
    const std::size_t mask = buckets_.size() - 1;
    Bucket& first = buckets_[hash & mask];
    Bucket& second = buckets_[(hash >> 20) & mask];
    const auto tag = static_cast<std::uint32_t>(hash >> 32) | 1;
    if (first.tag == tag) return first;
    if (second.tag == tag) return second;
    const double rate = per_second_ * step.scale;
    Bucket& emptier = level(first, rate, now) <= level(second, rate, now) ? first : second;
    emptier = {.tag = tag, .level = 0, .at = now};
    return emptier;
}

bool RateLimit::allow(const IpAddress& source, TimePoint now) {
    if (!limits()) return true;
    std::array<Bucket*, kSteps4.size()> counted{};
    const auto& steps = source.is_v4() ? kSteps4 : kSteps6;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const double rate = per_second_ * steps[i].scale;
        Bucket& found = bucket(source, steps[i], now);
        found.level = level(found, rate, now);
        found.at = now;
        if (found.level + 1 > rate) return false;
        counted[i] = &found;
    }
    for (Bucket* const found : counted) ++found->level;
    return true;
}

}  // namespace homeport::dns
