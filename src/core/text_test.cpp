#include "core/text.hpp"

#include <gmock/gmock.h>

#include <array>

namespace homeport {
namespace {

TEST(ParseUint, takes_digits_only) {
    EXPECT_EQ(parse_uint("0", 9), 0U);
    EXPECT_EQ(parse_uint("65535", 65535), 65535U);
    EXPECT_EQ(parse_uint("18446744073709551615", ~0ULL), ~0ULL);
    for (const auto* text :
         {"", "-1", "+1", " 1", "1 ", "0x1", "1e3", "65536", "99999999999999999999"}) {
        EXPECT_EQ(parse_uint(text, 65535), std::nullopt) << text;
    }
}

TEST(Duration, is_a_number_and_one_unit) {
    EXPECT_EQ(parse_duration("500ms"), 500ms);
    EXPECT_EQ(parse_duration("30s"), 30s);
    EXPECT_EQ(parse_duration("5m"), 5min);
    EXPECT_EQ(parse_duration("2h"), 2h);
    EXPECT_EQ(parse_duration("7d"), 7 * 24h);
    EXPECT_EQ(parse_duration("0s"), 0s);
    for (const auto* text : {"", "s", "30", "-1s", "1.5s", "1 s", "1S", "1m30s", "1w"}) {
        const auto parsed = parse_duration(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, Errc::invalid);
    }
}

// The longest accepted duration fits a Duration; one more is refused instead of wrapping round.
TEST(Duration, never_overflows) {
    EXPECT_TRUE(parse_duration("9223372036854ms"));
    EXPECT_FALSE(parse_duration("9223372036855ms"));
    EXPECT_FALSE(parse_duration("9223372036855s"));
    EXPECT_FALSE(parse_duration("18446744073709551615d"));
    EXPECT_GT(*parse_duration("106751d"), 0s);
    EXPECT_FALSE(parse_duration("106752d"));
}

TEST(Duration, is_written_for_people) {
    EXPECT_EQ(format_duration(0s), "0s");
    EXPECT_EQ(format_duration(-5s), "0s");
    EXPECT_EQ(format_duration(900us), "0s");
    EXPECT_EQ(format_duration(1500ms), "1s500ms");
    EXPECT_EQ(format_duration(90s), "1m30s");
    EXPECT_EQ(format_duration(2h), "2h");
    EXPECT_EQ(format_duration(25h + 1ms), "1d1h1ms");
}

TEST(Size, is_a_number_and_a_binary_unit) {
    EXPECT_EQ(parse_size("512"), 512U);
    EXPECT_EQ(parse_size("64KiB"), 65536U);
    EXPECT_EQ(parse_size("16MiB"), 16U << 20);
    EXPECT_EQ(parse_size("2GiB"), 2ULL << 30);
    for (const auto* text :
         {"", "KiB", "64KB", "64kib", "64K", "-1", "1.5MiB", "99999999999999999GiB"}) {
        EXPECT_FALSE(parse_size(text)) << text;
    }
}

TEST(Hex, goes_there_and_back) {
    EXPECT_EQ(to_hex(as_bytes(std::string_view("\x00\xff\x1a", 3))), "00ff1a");
    EXPECT_EQ(as_text(*from_hex("00FF1a")), std::string_view("\x00\xff\x1a", 3));
    EXPECT_TRUE(from_hex("")->empty());
    for (const auto* text : {"0", "0g", "0x", "-1", " 1", "1 "})
        EXPECT_FALSE(from_hex(text)) << text;
}

// RFC 4648 section 10, in the alphabet of section 5 and without padding.
TEST(Base64Url, goes_there_and_back) {
    const std::vector<std::pair<std::string_view, std::string_view>> examples{
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
    for (const auto& [plain, encoded] : examples) {
        EXPECT_EQ(to_base64url(as_bytes(plain)), encoded);
        const auto back = from_base64url(encoded);
        ASSERT_TRUE(back) << encoded;
        EXPECT_EQ(as_text(*back), plain);
    }
}

// One value has one text: padding, the other alphabet, lone characters and left-over bits are
// refused.
TEST(Base64Url, has_one_form_only) {
    for (const auto* text : {"Zg==", "+/8", "Z", "Zm9vY", "Zh", "Zm9", "Zm 8", "Zm8\n"}) {
        EXPECT_FALSE(from_base64url(text)) << text;
    }
}

TEST(Case, is_ascii_only) {
    EXPECT_EQ(to_lower("AZaz09-\xc3\x84"), "azaz09-\xc3\x84");
    EXPECT_TRUE(equals_ignoring_case("Host", "hOST"));
    EXPECT_FALSE(equals_ignoring_case("Host", "Hos"));
    EXPECT_FALSE(equals_ignoring_case("@", "`"));
    EXPECT_FALSE(equals_ignoring_case("[", "{"));
}

TEST(EscapeHtml, leaves_no_way_out) {
    EXPECT_EQ(escape_html("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
    EXPECT_EQ(escape_html("plain \xc3\xa4"), "plain \xc3\xa4");
}

TEST(ConstantTime, compares_every_byte) {
    EXPECT_TRUE(equal_in_constant_time({}, {}));
    EXPECT_TRUE(equal_in_constant_time(as_bytes("secret"), as_bytes("secret")));
    EXPECT_FALSE(equal_in_constant_time(as_bytes("secret"), as_bytes("secreT")));
    EXPECT_FALSE(equal_in_constant_time(as_bytes("Secret"), as_bytes("secret")));
    EXPECT_FALSE(equal_in_constant_time(as_bytes("secret"), as_bytes("secrets")));
    // Two equal differences must not cancel out.
    EXPECT_FALSE(equal_in_constant_time(as_bytes("aa"), as_bytes("bb")));
}

}  // namespace
}  // namespace homeport
