#include "http/forwarded.hpp"

#include <gtest/gtest.h>
#include <memory>

namespace homeport::http {
namespace {

const std::vector<Cidr> kTrusted{*Cidr::parse("10.0.0.0/8"), *Cidr::parse("2001:db8:a::/48")};

Origin origin(std::string_view fields, std::string_view peer = "10.0.0.1:5000",
              bool secure = false) {
    const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
    const auto head = std::make_unique<RequestHead>();
    EXPECT_EQ(parse_request_head(text, *head), 0) << text;
    return origin_of(head->block, *Endpoint::parse(peer), secure, kTrusted);
}

std::string source(std::string_view fields, std::string_view peer = "10.0.0.1:5000") {
    return origin(fields, peer).source.to_string();
}

TEST(OriginTest, StrangersAreNotBelieved) {
    EXPECT_EQ(source("X-Forwarded-For: 198.51.100.7\r\n", "192.0.2.1:80"), "192.0.2.1:80");
    EXPECT_FALSE(origin("X-Forwarded-Proto: https\r\n", "192.0.2.1:80").secure);
    EXPECT_TRUE(origin("X-Forwarded-Proto: http\r\n", "192.0.2.1:80", true).secure);
}

TEST(OriginTest, LastUntrustedCounts) {
    EXPECT_EQ(source(""), "10.0.0.1:5000");
    EXPECT_EQ(source("X-Forwarded-For: 198.51.100.7\r\n"), "198.51.100.7:0");
    EXPECT_EQ(source("X-Forwarded-For: 203.0.113.9, 198.51.100.7,10.1.1.1\r\n"), "198.51.100.7:0");
    EXPECT_EQ(source("X-Forwarded-For: 10.2.2.2, 10.1.1.1\r\n"), "10.2.2.2:0");
    EXPECT_EQ(source("x-forwarded-for: 203.0.113.9\r\nX-Forwarded-For: 198.51.100.7\r\n"),
              "198.51.100.7:0");
    EXPECT_EQ(source("X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 10.1.1.1\r\n"),
              "203.0.113.9:0");
}

TEST(OriginTest, FormsOfHops) {
    EXPECT_EQ(source("X-Forwarded-For: 2001:db8::7, 2001:db8:a::1\r\n"), "[2001:db8::7]:0");
    EXPECT_EQ(source("X-Forwarded-For: [2001:db8::7]\r\n"), "[2001:db8::7]:0");
    EXPECT_EQ(source("X-Forwarded-For: [2001:db8::7]:443\r\n"), "[2001:db8::7]:443");
    EXPECT_EQ(source("X-Forwarded-For: 198.51.100.7:443\r\n"), "198.51.100.7:443");
    EXPECT_EQ(source("X-Forwarded-For: 198.51.100.7, ,\r\n"), "198.51.100.7:0");
}

// Whoever stands behind something unreadable could be anybody.
TEST(OriginTest, StopsAtTheUnreadable) {
    EXPECT_EQ(source("X-Forwarded-For: unknown\r\n"), "10.0.0.1:5000");
    EXPECT_EQ(source("X-Forwarded-For: 198.51.100.7, unknown, 10.1.1.1\r\n"), "10.1.1.1:0");
    EXPECT_EQ(source("X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-For: a.b\r\n"), "10.0.0.1:5000");
    EXPECT_EQ(source("X_Forwarded_For: 198.51.100.7\r\n"), "10.0.0.1:5000");
}

TEST(OriginTest, Secure) {
    EXPECT_TRUE(origin("X-Forwarded-Proto: https\r\n").secure);
    EXPECT_TRUE(origin("X-Forwarded-Proto: http, HTTPS\r\n").secure);
    EXPECT_FALSE(origin("X-Forwarded-Proto: http\r\n", "10.0.0.1:5000", true).secure);
    EXPECT_TRUE(origin("", "10.0.0.1:5000", true).secure);
}

}  // namespace
}  // namespace homeport::http
