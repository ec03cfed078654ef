#include "names/buckets.hpp"

#include <gmock/gmock.h>

namespace homeport::names {
namespace {

const KeyedHash kHash(Secret{std::byte{7}});
constexpr TimePoint kStart(1h);

IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}

TEST(BucketsTest, FillsAndDrains) {
    Buckets buckets({.at_once = 3, .per_second = 0.5}, 64);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(buckets.take(9, 1, kStart));
    EXPECT_FALSE(buckets.take(9, 1, kStart));
    EXPECT_TRUE(buckets.take(10, 1, kStart)) << "another one";
    EXPECT_EQ(buckets.wait_seconds(9, 1, kStart), 2);
    EXPECT_FALSE(buckets.take(9, 1, kStart + 1s));
    EXPECT_TRUE(buckets.take(9, 1, kStart + 2s));
    EXPECT_DOUBLE_EQ(buckets.level(9, kStart + 1h), 0);
    EXPECT_EQ(buckets.wait_seconds(9, 1, kStart + 1h), 1) << "never at once";
}

TEST(BucketsTest, TenthsAddUp) {
    Buckets buckets({.at_once = 1, .per_second = 0}, 64);
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(buckets.take(9, 0.1, kStart)) << i;
    EXPECT_FALSE(buckets.take(9, 0.1, kStart));
}

TEST(BucketsTest, TheEmptierMakesRoom) {
    // Two buckets in all: keys differ in their upper half only.
    Buckets buckets({.at_once = 10, .per_second = 0}, 2);
    const auto key = [](std::uint64_t n) { return n << 33 | std::uint64_t{1} << 16; };
    buckets.add(key(1), 5, kStart);
    buckets.add(key(2), 1, kStart);
    buckets.add(key(3), 1, kStart);
    EXPECT_DOUBLE_EQ(buckets.level(key(1), kStart), 5) << "the fuller one stays";
    EXPECT_DOUBLE_EQ(buckets.level(key(2), kStart), 0);
    EXPECT_DOUBLE_EQ(buckets.level(key(3), kStart), 1);
}

TEST(BucketsTest, AClockThatStandsStillDrainsNothing) {
    Buckets buckets({.at_once = 1, .per_second = 1}, 64);
    EXPECT_TRUE(buckets.take(9, 1, kStart));
    EXPECT_FALSE(buckets.take(9, 1, kStart - 1h));
}

TEST(SourceBucketsTest, AddressesAndNetworksAroundThem) {
    SourceBuckets buckets({.at_once = 2, .per_second = 1}, 1024);
    EXPECT_TRUE(buckets.take(kHash, ip("192.0.2.1"), kStart));
    EXPECT_TRUE(buckets.take(kHash, ip("192.0.2.1"), kStart));
    EXPECT_FALSE(buckets.take(kHash, ip("192.0.2.1"), kStart));
    int taken = 2;
    for (int host = 2; host < 100; ++host)
        taken += buckets.take(kHash, ip("192.0.2." + std::to_string(host)), kStart);
    EXPECT_EQ(taken, 16) << "8 times as many for the /24";
    EXPECT_TRUE(buckets.take(kHash, ip("198.51.100.1"), kStart));
    EXPECT_TRUE(buckets.take(kHash, ip("192.0.2.1"), kStart + 2s));
}

TEST(SourceBucketsTest, AHouseholdIsOneSource) {
    SourceBuckets buckets({.at_once = 2, .per_second = 1}, 1024);
    EXPECT_TRUE(buckets.take(kHash, ip("2001:db8::1"), kStart));
    EXPECT_TRUE(buckets.take(kHash, ip("2001:db8::2"), kStart));
    EXPECT_FALSE(buckets.take(kHash, ip("2001:db8::3"), kStart));
    EXPECT_TRUE(buckets.take(kHash, ip("2001:db8:0:1::1"), kStart));
}

}  // namespace
}  // namespace homeport::names
