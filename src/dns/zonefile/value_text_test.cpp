#include "dns/zonefile/value_text.hpp"

#include "dns/zonefile/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

constexpr std::uint32_t kMax = 0xffffffff;

TEST(Periods, are_seconds_or_units) {
    EXPECT_EQ(parse_period("0", kMax), 0U);
    EXPECT_EQ(parse_period("300", kMax), 300U);
    EXPECT_EQ(parse_period("1h30m", kMax), 5400U);
    EXPECT_EQ(parse_period("1W2D3H4M5S", kMax), 788645U);
    EXPECT_EQ(parse_period("4294967295", kMax), kMax);
    for (const auto* bad : {"", "h", "1x", "1h-1", "4294967296", "99999999w", "1.5h", "-1", "1 h"})
        EXPECT_FALSE(parse_period(bad, kMax)) << bad;
    EXPECT_FALSE(parse_period("101", 100));
}

TEST(Names, are_relative_without_a_dot) {
    const Name origin = testing::name("example.net.");
    const auto text = [&origin](std::string_view written) {
        const auto name = parse_name(written, origin);
        return name ? name->to_text() : "bad";
    };
    EXPECT_EQ(text("@"), "example.net.");
    EXPECT_EQ(text("a.B"), "a.B.example.net.");
    EXPECT_EQ(text("a.b."), "a.b.");
    EXPECT_EQ(text("."), ".");
    EXPECT_EQ(text(R"(a\.)"), R"(a\..example.net.)");
    EXPECT_EQ(text(R"(a\\.)"), R"(a\\.)");
    EXPECT_EQ(text(""), "bad");
    EXPECT_EQ(text("a..b"), "bad");
    EXPECT_EQ(parse_name("a", Name())->to_text(), "a.");
    const std::string label(63, 'x');
    EXPECT_EQ(text(label + "." + label + "." + label + "." + std::string(50, 'x')), "bad");
}

TEST(Strings, take_escapes_back) {
    EXPECT_EQ(unescape(R"(a\"b\\c\065\;)").value(), "a\"b\\cA;");
    EXPECT_EQ(unescape("").value(), "");
    for (const auto* bad : {R"(a\)", R"(\06)", R"(\256)", R"(\0x1)"})
        EXPECT_FALSE(unescape(bad)) << bad;
    std::string out;
    EXPECT_TRUE(append_string(out, std::string(255, 'x')));
    EXPECT_FALSE(append_string(out, std::string(256, 'x')));
    EXPECT_EQ(out.size(), 256U);
}

TEST(Octets, are_read_strictly) {
    std::string out;
    EXPECT_TRUE(append_hex(out, "0aFF"));
    EXPECT_EQ(out, "\x0a\xff");
    for (const auto* bad : {"0", "0g", "-1", "0x"}) EXPECT_FALSE(append_hex(out, bad)) << bad;
    out.clear();
    for (const auto* good : {"", "TQ==", "TWE=", "TWFu", "+/+/"})
        EXPECT_TRUE(append_base64(out, good)) << good;
    EXPECT_EQ(out, "MMaMan\xfb\xff\xbf");
    for (const auto* bad : {"TQ", "TQ=", "TR==", "====", "-_-_", "TW=u", "T"})
        EXPECT_FALSE(append_base64(out, bad)) << bad;
}

TEST(Addresses, have_their_family) {
    std::string out;
    EXPECT_TRUE(append_ipv4(out, "192.0.2.1"));
    EXPECT_EQ(out, std::string("\xc0\x00\x02\x01", 4));
    out.clear();
    EXPECT_TRUE(append_ipv6(out, "2001:db8::1"));
    EXPECT_TRUE(append_ipv6(out, "::ffff:192.0.2.1"));
    ASSERT_EQ(out.size(), 32U);
    EXPECT_EQ(out.substr(26), std::string("\xff\xff\xc0\x00\x02\x01", 6));
    EXPECT_FALSE(append_ipv4(out, "::ffff:192.0.2.1"));
    EXPECT_FALSE(append_ipv4(out, "192.0.2"));
    EXPECT_FALSE(append_ipv6(out, "192.0.2.1"));
}

}  // namespace
}  // namespace homeport::dns
