#include "names/tokens.hpp"

#include <gmock/gmock.h>

namespace homeport::names {
namespace {

TokenBits bits(unsigned seed) {
    TokenBits bits;
    for (std::size_t i = 0; i < bits.size(); ++i)
        bits[i] = static_cast<std::byte>(seed * 37 + i * 101);
    return bits;
}

TEST(TokensTest, TextAndBack) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        const std::string text = token_text(bits(seed));
        EXPECT_EQ(text.size(), kTokenTextBytes);
        EXPECT_EQ(parse_token(text), bits(seed)) << text;
    }
    // RFC 4648 section 10: "foobar" is "mzxw6ytboi".
    TokenBits known{};
    std::ranges::copy(as_bytes("foobar"), known.begin());
    EXPECT_TRUE(token_text(known).starts_with("hp_mzxw6ytbo"));
}

TEST(TokensTest, Syntax) {
    const std::string good = token_text(bits(1));
    EXPECT_FALSE(parse_token("").has_value());
    EXPECT_FALSE(parse_token(good.substr(1)).has_value());
    EXPECT_FALSE(parse_token(good + "a").has_value());
    EXPECT_FALSE(parse_token("xx_" + good.substr(3)).has_value());
    for (const char c : {'A', '1', '0', '8', '-', '\0'}) {
        std::string bad = good;
        bad[10] = c;
        EXPECT_FALSE(parse_token(bad).has_value()) << c;
    }
    std::string other_end = token_text({});
    other_end.back() = 'b';
    EXPECT_FALSE(parse_token(other_end).has_value()) << "the last bits say nothing";
}

TEST(TokensTest, HashesAreKeyed) {
    const KeyedHash one(Secret{std::byte{1}});
    const KeyedHash two(Secret{std::byte{2}});
    EXPECT_EQ(hash_token(one, bits(1)), hash_token(one, bits(1)));
    EXPECT_NE(hash_token(one, bits(1)), hash_token(one, bits(2)));
    EXPECT_NE(hash_token(one, bits(1)), hash_token(two, bits(1)));
    EXPECT_NE(one.mac("token", bits(1)), one.mac("other", bits(1)));
    EXPECT_NE(one.number("token", bits(1)), two.number("token", bits(1)));
}

TEST(TokensTest, Ids) {
    const TokenHash hash = hash_token(KeyedHash(Secret{}), bits(3));
    EXPECT_EQ(parse_token_id(token_id(hash)), hash);
    EXPECT_FALSE(parse_token_id("00").has_value());
    EXPECT_FALSE(parse_token_id(std::string(32, 'g')).has_value());
}

}  // namespace
}  // namespace homeport::names
