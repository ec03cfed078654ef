#include "core/base64.hpp"

#include <gtest/gtest.h>

namespace homeport {
namespace {

std::string decoded(std::string_view text) {
    const auto bytes = from_base64(text);
    return bytes ? std::string(as_text(*bytes)) : "refused";
}

// The vectors of RFC 4648 section 10, both ways.
TEST(Base64Test, Vectors) {
    const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : vectors) {
        EXPECT_EQ(to_base64(as_bytes(plain)), coded);
        EXPECT_EQ(decoded(coded), plain);
    }
}

TEST(Base64Test, AllDigits) {
    EXPECT_EQ(to_base64(as_bytes("\xfb\xff\xbf")), "+/+/");
    EXPECT_EQ(decoded("+/+/"), "\xfb\xff\xbf");
}

TEST(Base64Test, RefusesOtherForms) {
    for (const std::string_view text : {"Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zm9v=", "Zm 9v",
                                        "Zm9v\n", "-_-_", "Zh==", "Zm9=", "=Zm9", "Zm=v"}) {
        EXPECT_EQ(decoded(text), "refused") << text;
    }
}

// What is taken is exactly what would be written.
TEST(Base64Test, OneFormEach) {
    std::string text = "AAAA";
    for (const char third : std::string_view("AQgw=+/-")) {
        for (const char last : std::string_view("ABQgw=+/-")) {
            text[2] = third;
            text[3] = last;
            const auto bytes = from_base64(text);
            if (bytes) {
                EXPECT_EQ(to_base64(*bytes), text);
            }
        }
    }
}

}  // namespace
}  // namespace homeport
