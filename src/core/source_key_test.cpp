#include "core/source_key.hpp"

#include <gtest/gtest.h>

namespace homeport {
namespace {

IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}

TEST(SourceKey, HouseholdsCountOnce) {
    EXPECT_EQ(source_key(ip("192.0.2.7")), ip("192.0.2.7"));
    EXPECT_EQ(source_key(ip("2001:db8:1:2:3:4:5:6")), ip("2001:db8:1:2::"));
    EXPECT_NE(source_key(ip("2001:db8:1:2::1")), source_key(ip("2001:db8:1:3::1")));
    EXPECT_EQ(source_key(ip("::ffff:192.0.2.7")), ip("192.0.2.7"));
}

}  // namespace
}  // namespace homeport
