#include "tunnel/protocol/token.hpp"

#include "core/text.hpp"
#include "tunnel/protocol/limits.hpp"
#include "tunnel/protocol/session_testing.hpp"

#include <gtest/gtest.h>

namespace homeport::tunnel {
namespace {

Token sample() {
    Token token;
    token.relay = {"relay.example.net", 4433};
    for (std::size_t i = 0; i < token.relay_key.bytes.size(); ++i) {
        token.relay_key.bytes[i] = static_cast<std::byte>(i * 7);
    }
    token.secret.fill(std::byte{0xab});
    token.expires = 1'900'000'000;
    token.agent = "attic";
    return token;
}

TEST(Token, RoundTrip) {
    const Token token = sample();
    EXPECT_TRUE(token.to_text().starts_with("hp1."));
    EXPECT_EQ(Token::parse(token.to_text()).value(), token);
    Token extreme = sample();
    extreme.relay = {std::string(kMaxNameBytes, 'h'), 65535};
    extreme.agent = std::string(kMaxNameBytes, 'a');
    extreme.expires = static_cast<UnixSeconds>(kMaxVarint);
    EXPECT_EQ(Token::parse(extreme.to_text()).value(), extreme);
}

// The word is short enough to be typed and to fit a QR code, and goes through any shell.
TEST(Token, IsOnePlainWord) {
    const std::string text = sample().to_text();
    EXPECT_LT(text.size(), 160U);
    for (const char c : text) {
        EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ||
                    c == '.');
    }
}

TEST(Token, SaysWhatIsWrong) {
    const auto what = [](std::string_view text) { return Token::parse(text).error().what; };
    EXPECT_NE(what("").find("no homeport token"), std::string::npos);
    EXPECT_NE(what("https://example.net").find("no homeport token"), std::string::npos);
    EXPECT_NE(what("hp2.abc").find("another version"), std::string::npos);
    EXPECT_NE(what("hp1.").find("damaged"), std::string::npos);
    EXPECT_NE(what("hp1.a b").find("damaged"), std::string::npos);
    EXPECT_NE(what("hp1." + std::string(4000, 'A')).find("damaged"), std::string::npos);
}

// Cut anywhere or with any one character changed: refused, never another token.
TEST(Token, DamageIsFound) {
    const std::string text = sample().to_text();
    for (std::size_t size = 0; size < text.size(); ++size) {
        EXPECT_FALSE(Token::parse(std::string_view(text).substr(0, size))) << size;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (const char c : {'A', 'z', '0', '-', ' ', '\n'}) {
            std::string changed = text;
            if (changed[i] == c) continue;
            changed[i] = c;
            EXPECT_FALSE(Token::parse(changed)) << i << c;
        }
    }
    EXPECT_FALSE(Token::parse(text + "A"));
    EXPECT_FALSE(Token::parse(text + text));
}

// A right check sum over nonsense: refused, no crash.
TEST(Token, NonsenseWithARightCheckSum) {
    testing::Random random(5);
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::byte> body(random.below(90));
        for (std::byte& byte : body) byte = static_cast<std::byte>(random.next());
        if (!body.empty() && random.one_in(2)) body[0] = std::byte{3};
        std::uint32_t sum = 2166136261U;
        for (const std::byte byte : body)
            sum = (sum ^ std::to_integer<std::uint32_t>(byte)) * 16777619U;
        for (int shift = 24; shift >= 0; shift -= 8)
            body.push_back(static_cast<std::byte>(sum >> shift));
        const auto token = Token::parse("hp1." + to_base64url(body));
        if (!token) continue;
        EXPECT_EQ(Token::parse(token->to_text()).value(), *token);
    }
}

}  // namespace
}  // namespace homeport::tunnel
