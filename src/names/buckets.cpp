#include "names/buckets.hpp"

#include "core/assert.hpp"
#include "names/networks.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace homeport::names {
namespace {

struct Step {
    std::uint8_t prefix_bits;
    double scale;
};
constexpr std::array<Step, 3> kSteps4{{{32, 1}, {24, 8}, {20, 32}}};
constexpr std::array<Step, 3> kSteps6{{{64, 1}, {56, 8}, {48, 32}}};

std::uint32_t tag_of(std::uint64_t key) {
    return static_cast<std::uint32_t>(key >> 32) | 1;
}
std::size_t second_place(std::uint64_t key) {
    return key >> 16;
}

}  // namespace

Buckets::Buckets(Rate rate, std::size_t slots) : rate_(rate), buckets_(slots) {
    HOMEPORT_ASSERT(std::has_single_bit(slots));
}

double Buckets::level(const Bucket& bucket, TimePoint now, double scale) const {
    const double seconds = std::chrono::duration<double>(now - bucket.at).count();
    return std::max(0.0, bucket.level - std::max(0.0, seconds) * rate_.per_second * scale);
}

const Buckets::Bucket* Buckets::find(std::uint64_t key) const {
    const std::size_t mask = buckets_.size() - 1;
    for (const std::size_t place : {key & mask, second_place(key) & mask})
        if (buckets_[place].tag == tag_of(key)) return &buckets_[place];
    return nullptr;
}

Buckets::Bucket& Buckets::place(std::uint64_t key, TimePoint now, double scale) {
    const std::size_t mask = buckets_.size() - 1;
    Bucket& first = buckets_[key & mask];
    Bucket& second = buckets_[second_place(key) & mask];
    if (first.tag == tag_of(key)) return first;
    if (second.tag == tag_of(key)) return second;
    Bucket& emptier = level(first, now, scale) <= level(second, now, scale) ? first : second;
    emptier = {.tag = tag_of(key), .level = 0, .at = now};
    return emptier;
}

double Buckets::level(std::uint64_t key, TimePoint now, double scale) const {
    const Bucket* const bucket = find(key);
    return bucket == nullptr ? 0 : level(*bucket, now, scale);
}

bool Buckets::has_room(std::uint64_t key, double amount, TimePoint now, double scale) const {
    // Tenths do not add up to one in binary.
    constexpr double kRounding = 1e-3;
    return level(key, now, scale) + amount <= rate_.at_once * scale + kRounding;
}

void Buckets::add(std::uint64_t key, double amount, TimePoint now, double scale) {
    Bucket& bucket = place(key, now, scale);
    bucket.level = static_cast<float>(level(bucket, now, scale) + amount);
    bucket.at = now;
}

bool Buckets::take(std::uint64_t key, double amount, TimePoint now) {
    if (!has_room(key, amount, now)) return false;
    add(key, amount, now);
    return true;
}

std::int64_t Buckets::wait_seconds(std::uint64_t key, double amount, TimePoint now) const {
    constexpr double kLongest = 86'400;
    const double over = level(key, now) + amount - rate_.at_once;
    const double seconds = rate_.per_second > 0 ? over / rate_.per_second : kLongest;
    return static_cast<std::int64_t>(std::ceil(std::clamp(seconds, 1.0, kLongest)));
}

std::uint64_t bucket_key(const KeyedHash& hash, std::string_view purpose, const IpAddress& network,
                         unsigned bits) {
    std::array<std::byte, 18> input{};
    std::ranges::transform(network.octets(), input.begin(),
                           [](std::uint8_t octet) { return std::byte{octet}; });
    input[16] = static_cast<std::byte>(bits);
    input[17] = static_cast<std::byte>(network.is_v4());
    return hash.number(purpose, input);
}

bool SourceBuckets::take(const KeyedHash& hash, const IpAddress& source, TimePoint now) {
    const auto& steps = source.is_v4() ? kSteps4 : kSteps6;
    std::array<std::uint64_t, kSteps4.size()> keys{};
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const unsigned bits = steps[i].prefix_bits;
        keys[i] = bucket_key(hash, "source", masked(source, bits), bits);
        if (!buckets_.has_room(keys[i], 1, now, steps[i].scale)) return false;
    }
    for (std::size_t i = 0; i < steps.size(); ++i) buckets_.add(keys[i], 1, now, steps[i].scale);
    return true;
}

}  // namespace homeport::names
