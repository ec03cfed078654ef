#include "http/authorization.hpp"

#include "core/base64.hpp"
#include "http/limits.hpp"

#include <gtest/gtest.h>

namespace homeport::http {
namespace {

std::string basic(std::string_view pair) {
    return "Basic " + to_base64(as_bytes(pair));
}

std::string shown(std::string_view value) {
    const auto parsed = parse_basic(value);
    return parsed ? parsed->user + "|" + parsed->password
                  : std::string(to_string(parsed.error().code));
}

std::string token(std::string_view value) {
    const auto parsed = parse_bearer(value);
    return parsed ? std::string(*parsed) : std::string(to_string(parsed.error().code));
}

// The first is the example of RFC 7617 section 2.
TEST(BasicTest, Credentials) {
    EXPECT_EQ(shown("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "Aladdin|open sesame");
    EXPECT_EQ(shown("bAsIc   " + to_base64(as_bytes("a:b")) + " "), "a|b");
    EXPECT_EQ(shown(basic("user:with:colons")), "user|with:colons");
    EXPECT_EQ(shown(basic(":")), "|");
    EXPECT_EQ(shown(basic("n\xc3\xb6:\xc3\xa4")), "n\xc3\xb6|\xc3\xa4");
}

TEST(BasicTest, Refused) {
    EXPECT_EQ(shown(""), "not_found");
    EXPECT_EQ(shown("Bearer abc"), "not_found");
    EXPECT_EQ(shown("BasicYTpi"), "not_found");
    for (const std::string_view value : {"Basic", "Basic ", "Basic !!!!", "Basic YTpi YTpi"}) {
        EXPECT_EQ(shown(value), "invalid") << value;
    }
    EXPECT_EQ(shown(basic("nocolon")), "invalid");
    EXPECT_EQ(shown(basic("a:b\n")), "invalid");
    EXPECT_EQ(shown(basic(std::string_view("a\0:b", 4))), "invalid");
    EXPECT_EQ(shown("Basic " + std::string(kMaxAuthorizationBytes, 'A')), "limit");
}

TEST(BearerTest, Tokens) {
    EXPECT_EQ(token("Bearer mF_9.B5f-4.1JqM"), "mF_9.B5f-4.1JqM");
    EXPECT_EQ(token("bearer  abc~+/=="), "abc~+/==");
    EXPECT_EQ(token(basic("a:b")), "not_found");
    for (const std::string_view value : {"Bearer", "Bearer ", "Bearer ==", "Bearer a=b",
                                         "Bearer a b", "Bearer a,b", "Bearer \"a\""}) {
        EXPECT_EQ(token(value), "invalid") << value;
    }
    EXPECT_EQ(token("Bearer " + std::string(kMaxAuthorizationBytes, 'A')), "limit");
}

}  // namespace
}  // namespace homeport::http
