#include "dns/server/rate_limit.hpp"

#include <gtest/gtest.h>

namespace homeport::dns {
namespace {

constexpr TimePoint kStart = TimePoint(1h);
const SipKey kKey{std::byte{7}};

IpAddress v4(unsigned number) {
    return IpAddress::v4(
        {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
         static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)});
}

/// How many of `count` requests, evenly over `time`, are answered.
int answered(RateLimit& limit, auto source, int count, Duration time, TimePoint from = kStart) {
    int allowed = 0;
    for (int i = 0; i < count; ++i)
        allowed += limit.allow(source(i), from + time * i / count) ? 1 : 0;
    return allowed;
}

TEST(RateLimit, OneSourceGetsItsRate) {
    RateLimit limit(50, 1024, kKey);
    const auto one = [](int) { return v4(0xc0000201); };
    EXPECT_EQ(answered(limit, one, 1000, 0s), 50) << "at once";
    EXPECT_NEAR(answered(limit, one, 10'000, 10s, kStart + 1s), 550, 2) << "over time";
    EXPECT_EQ(answered(limit, one, 40, 1s, kStart + 20s), 40);
}

// Its network has more, and that is shared.
TEST(RateLimit, NetworksHaveBucketsToo) {
    RateLimit limit(50, 4096, kKey);
    const auto of_24 = [](int i) { return v4(0xc0000200 + static_cast<unsigned>(i % 256)); };
    EXPECT_EQ(answered(limit, of_24, 5000, 0s), 50 * 8);
    const auto of_20 = [](int i) { return v4(0x0a000000 + static_cast<unsigned>(i % 4096)); };
    RateLimit wide(50, 1 << 16, kKey);
    EXPECT_NEAR(answered(wide, of_20, 10'000, 0s), 50 * 32, 20);
}

// An IPv6 host owns its /64.
TEST(RateLimit, Ipv6HostsAreNetworks) {
    RateLimit limit(50, 1024, kKey);
    const auto of_64 = [](int i) {
        std::array<std::uint8_t, 16> octets{0x20, 0x01, 0x0d, 0xb8};
        octets[15] = static_cast<std::uint8_t>(i);
        octets[9] = static_cast<std::uint8_t>(i >> 8);
        return IpAddress::v6(octets);
    };
    EXPECT_EQ(answered(limit, of_64, 1000, 0s), 50);
}

// Others are not hit by one that floods, and a flood from everywhere costs no memory.
TEST(RateLimit, OthersAreServed) {
    RateLimit limit(50, 1 << 12, kKey);
    answered(limit, [](int) { return v4(0x01020304); }, 100'000, 0s);
    answered(limit, [](int i) { return v4(static_cast<unsigned>(i) * 2654435761U); }, 100'000, 1s);
    const auto quiet = [](int) { return v4(0xc6336464); };
    EXPECT_EQ(answered(limit, quiet, 40, 1s, kStart + 1s), 40);
}

TEST(RateLimit, ZeroIsNoLimit) {
    RateLimit limit(0, 1024, kKey);
    EXPECT_FALSE(limit.limits());
    EXPECT_EQ(answered(limit, [](int) { return v4(1); }, 10'000, 0s), 10'000);
}

}  // namespace
}  // namespace homeport::dns
