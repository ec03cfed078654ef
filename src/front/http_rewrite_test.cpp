#include "front/http_rewrite.hpp"

#include <gmock/gmock.h>

namespace homeport::front {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string rewritten(const std::string& fields, const char* source = "198.51.100.7") {
    http::RequestHead request;
    const std::string text = "GET /x HTTP/1.1\r\nHost: home.example.net\r\n" + fields + "\r\n";
    EXPECT_EQ(http::parse_request_head(text, request), 0) << text;
    std::string out;
    write_request_head(request, *IpAddress::parse(source), out);
    // What goes out must be readable by the same rules.
    http::RequestHead again;
    const std::string copy = out;
    EXPECT_EQ(http::parse_request_head(copy, again), 0) << copy;
    return out;
}

std::size_t occurrences(const std::string& text, std::string_view what) {
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
    return count;
}

TEST(RewriteTest, SaysWhoTheVisitorIs) {
    const std::string out = rewritten("Accept: */*\r\n");
    EXPECT_THAT(out, StartsWith("GET /x HTTP/1.1\r\nHost: home.example.net\r\n"));
    EXPECT_THAT(out, HasSubstr("\r\nAccept: */*\r\n"));
    EXPECT_THAT(out, HasSubstr("\r\nX-Forwarded-For: 198.51.100.7\r\n"));
    EXPECT_THAT(out, HasSubstr("\r\nX-Real-IP: 198.51.100.7\r\n"));
    EXPECT_THAT(out, HasSubstr("\r\nX-Forwarded-Proto: http\r\n"));
    EXPECT_THAT(out, HasSubstr("\r\nX-Forwarded-Host: home.example.net\r\n"));
    EXPECT_THAT(
        out, HasSubstr("\r\nForwarded: for=198.51.100.7;host=\"home.example.net\";proto=http\r\n"));
    EXPECT_THAT(rewritten("", "2001:db8::1"), HasSubstr("Forwarded: for=\"[2001:db8::1]\";"));
}

// What a visitor claims about himself never reaches the home, in whatever spelling.
TEST(RewriteTest, StripsClaims) {
    const std::string out = rewritten(
        "X-Forwarded-For: 6.6.6.6\r\nx-forwarded-proto: https\r\nX-FORWARDED-PORT: 666\r\n"
        "Forwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\n"
        "X_Real-IP: 6.6.6.6\r\nProxy: evil\r\nContent_Length: 666\r\n");
    EXPECT_THAT(out, Not(HasSubstr("6.6.6.6")));
    EXPECT_THAT(out, Not(HasSubstr("666")));
    EXPECT_THAT(out, Not(HasSubstr("https")));
    EXPECT_THAT(out, Not(HasSubstr("evil")));
    EXPECT_EQ(occurrences(out, "X-Forwarded-For"), 1U);
}

// Connection takes named fields away, but neither ours nor those that say where the message ends.
TEST(RewriteTest, HostileConnection) {
    const std::string out = rewritten(
        "Connection: X-Forwarded-For, host, content-length, x-secret, X-Real-IP, Forwarded\r\n"
        "Content-Length: 5\r\nX-Secret: 1\r\nX-Kept: 2\r\n");
    EXPECT_THAT(out, HasSubstr("X-Forwarded-For: 198.51.100.7"));
    EXPECT_THAT(out, HasSubstr("X-Real-IP: 198.51.100.7"));
    EXPECT_THAT(out, HasSubstr("Forwarded: for="));
    EXPECT_THAT(out, HasSubstr("Content-Length: 5\r\n"));
    EXPECT_THAT(out, HasSubstr("Host: home.example.net\r\n"));
    EXPECT_THAT(out, HasSubstr("X-Kept: 2"));
    EXPECT_THAT(out, Not(HasSubstr("X-Secret")));
    EXPECT_THAT(rewritten("Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n"),
                HasSubstr("Transfer-Encoding: chunked\r\n"));
}

TEST(RewriteTest, HopByHop) {
    const std::string out = rewritten(
        "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\nTE: trailers\r\n"
        "Upgrade: h2c\r\nHTTP2-Settings: abc\r\n");
    for (const char* gone : {"Keep-Alive", "Connection", "TE:", "Upgrade", "HTTP2"}) {
        EXPECT_THAT(out, Not(HasSubstr(gone)));
    }
    const std::string upgrade = rewritten("Connection: Upgrade\r\nUpgrade: websocket\r\n");
    EXPECT_THAT(upgrade, HasSubstr("\r\nUpgrade: websocket\r\n"));
    EXPECT_EQ(occurrences(upgrade, "Connection: Upgrade\r\n"), 1U);
    EXPECT_THAT(rewritten("Connection: close\r\n"), HasSubstr("Connection: close\r\n"));
}

TEST(RewriteTest, Response) {
    http::ResponseHead response;
    ASSERT_TRUE(http::parse_response_head(
        "HTTP/1.0 200 Fine\r\nConnection: x-hop\r\nX-Hop: 1\r\nContent-Length: 3\r\n"
        "Set-Cookie: a=b\r\nKeep-Alive: 1\r\nUpgrade: h2c\r\n\r\n",
        false, response));
    std::string out;
    write_response_head(response, ConnectionNote::close, out);
    EXPECT_EQ(
        out,
        "HTTP/1.1 200 Fine\r\nContent-Length: 3\r\nSet-Cookie: a=b\r\nConnection: close\r\n\r\n");
    ASSERT_TRUE(
        http::parse_response_head("HTTP/1.1 204\r\nContent-Length: 3\r\n\r\n", false, response));
    out.clear();
    write_response_head(response, ConnectionNote::none, out);
    EXPECT_EQ(out, "HTTP/1.1 204 \r\n\r\n");
}

}  // namespace
}  // namespace homeport::front
