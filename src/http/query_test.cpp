#include "http/query.hpp"

#include "http/limits.hpp"

#include <gmock/gmock.h>

namespace homeport::http {
namespace {

using ::testing::HasSubstr;

std::string decoded(std::string_view text, Plus plus = Plus::itself) {
    const auto result = percent_decode(text, plus);
    return result ? *result : "refused: " + result.error().what;
}

std::string listed(std::string_view text) {
    const auto parsed = Parameters::parse(text);
    if (!parsed) return "refused: " + parsed.error().what;
    std::string list;
    for (const auto& [name, value] : parsed->all()) list += "[" + name + "=" + value + "]";
    return list;
}

TEST(PercentDecodeTest, Escapes) {
    EXPECT_EQ(decoded(""), "");
    EXPECT_EQ(decoded("plain/+text"), "plain/+text");
    EXPECT_EQ(decoded("a%20b%2Fc%2f%25"), "a b/c/%");
    EXPECT_EQ(decoded("%00%ff"), std::string("\0\xff", 2));
    EXPECT_EQ(decoded("a+b%2B", Plus::blank), "a b+");
    EXPECT_EQ(decoded("%2541"), "%41") << "decoded once only";
}

TEST(PercentDecodeTest, BrokenEscapes) {
    for (const std::string_view text : {"%", "a%", "%4", "%4g", "%g4", "%%41", "% 41", "%+1"}) {
        EXPECT_THAT(decoded(text), HasSubstr("%25")) << text;
    }
}

TEST(ParametersTest, Splits) {
    EXPECT_EQ(listed(""), "");
    EXPECT_EQ(listed("a=1&b=2&a=3"), "[a=1][b=2][a=3]");
    EXPECT_EQ(listed("&&a=1&&flag&=x&b="), "[a=1][flag=][=x][b=]");
    EXPECT_EQ(listed("k=v=w&n%3D=%26"), "[k=v=w][n==&]");
    EXPECT_EQ(listed("hostname=a.example.net,b.example.net&myip=2001:db8::1"),
              "[hostname=a.example.net,b.example.net][myip=2001:db8::1]");
    EXPECT_THAT(listed("a=1&b=%zz"), HasSubstr("refused"));
    EXPECT_THAT(listed("a%=1"), HasSubstr("refused"));
}

TEST(ParametersTest, FindsTheFirst) {
    const auto parsed = Parameters::parse("a=1&a=2&empty");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->find("a"), "1");
    EXPECT_EQ(parsed->find("empty"), "");
    EXPECT_EQ(parsed->find("A"), std::nullopt);
}

TEST(ParametersTest, Limits) {
    std::string many;
    for (std::size_t i = 0; i < kMaxParameters; ++i) many += "a&";
    EXPECT_TRUE(Parameters::parse(many));
    EXPECT_EQ(Parameters::parse(many + "a").error().code, Errc::limit);
    EXPECT_TRUE(Parameters::parse(std::string(kMaxQueryBytes, 'a')));
    EXPECT_EQ(Parameters::parse(std::string(kMaxQueryBytes + 1, 'a')).error().code, Errc::limit);
}

}  // namespace
}  // namespace homeport::http
