#include "http/response.hpp"

#include "http/head.hpp"

#include <gmock/gmock.h>

namespace homeport::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string written(const Response& response, const Delivery& delivery = {}) {
    std::string out;
    append_response(out, response, delivery);
    return out;
}

TEST(AppendResponseTest, WholeAnswer) {
    EXPECT_EQ(written({.body = "good\n", .fields = {{"Cache-Control", "no-store"}}},
                      {.date = "Sun, 06 Nov 1994 08:49:37 GMT"}),
              "HTTP/1.1 200 OK\r\n"
              "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
              "Content-Type: text/plain; charset=utf-8\r\n"
              "Content-Length: 5\r\n"
              "Cache-Control: no-store\r\n"
              "\r\ngood\n");
}

TEST(AppendResponseTest, HeadTellsTheLengthOnly) {
    const std::string out = written({.body = "12345"}, {.head_only = true});
    EXPECT_THAT(out, HasSubstr("Content-Length: 5\r\n"));
    EXPECT_TRUE(out.ends_with("\r\n\r\n"));
}

TEST(AppendResponseTest, Connection) {
    EXPECT_THAT(written({}), Not(HasSubstr("Connection")));
    EXPECT_THAT(written({}, {.keep_alive = false}), HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(written({}, {.old_version = true}), HasSubstr("\r\nConnection: keep-alive\r\n"));
    EXPECT_THAT(written({}, {.keep_alive = false, .old_version = true}),
                HasSubstr("\r\nConnection: close\r\n"));
}

TEST(AppendResponseTest, BareStatuses) {
    for (const int status : {204, 304}) {
        const std::string out = written({.status = status, .body = "lost"});
        EXPECT_THAT(out, Not(HasSubstr("Content-")));
        EXPECT_TRUE(out.ends_with("\r\n\r\n"));
    }
}

// What would break the message, or forge a field, does not leave.
TEST(AppendResponseTest, UnsendableIsA500) {
    const Response bad[] = {{.status = 100},
                            {.status = 600},
                            {.content_type = "a\r\nb"},
                            {.fields = {{"Retry-After", "5\r\nX: y"}}},
                            {.fields = {{"Bad name", "y"}}},
                            {.fields = {{"", "y"}}}};
    for (const Response& response : bad) {
        EXPECT_THAT(written(response), StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
    }
}

// What is written reads back under our own strict rules.
TEST(AppendResponseTest, ReadsBack) {
    for (const int status : {200, 204, 404, 429, 500, 599}) {
        std::string out = written({.status = status, .body = "body"}, {.keep_alive = false});
        out.resize(out.find("\r\n\r\n") + 4);
        ResponseHead head;
        ASSERT_TRUE(parse_response_head(out, false, head));
        EXPECT_EQ(head.status, static_cast<unsigned>(status));
        EXPECT_EQ(head.framing, status == 204 ? Framing::none : Framing::length);
        EXPECT_FALSE(head.keep_alive);
    }
}

TEST(HttpDateTest, Forms) {
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110
    EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(http_date(1709251199), "Thu, 29 Feb 2024 23:59:59 GMT");
    EXPECT_EQ(http_date(253402300799), "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST(ReasonTest, KnownAndUnknown) {
    EXPECT_EQ(reason_of(404), "Not Found");
    EXPECT_EQ(reason_of(418), "Client Error");
    EXPECT_EQ(reason_of(599), "Server Error");
    EXPECT_EQ(reason_of(700), "");
}

TEST(ErrorResponseTest, NamesTheRemedy) {
    EXPECT_EQ(error_response(413).body,
              "413 Content Too Large\nThe body is too long; send less at once.\n");
    EXPECT_EQ(error_response(418).body, "418 Client Error\n");
    EXPECT_EQ(error_response(503).status, 503);
}

}  // namespace
}  // namespace homeport::http
