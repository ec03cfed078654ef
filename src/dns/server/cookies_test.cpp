#include "dns/server/cookies.hpp"

#include "core/text.hpp"

#include <gtest/gtest.h>

namespace homeport::dns {
namespace {

std::vector<std::byte> hex(std::string_view text) {
    return from_hex(text).value();
}

SipKey key(std::string_view text) {
    SipKey key;
    std::ranges::copy(hex(text), key.begin());
    return key;
}

IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}

// The figures of the paper, appendix A, and of the authors' test vectors.
TEST(SipHash, KnownValues) {
    const SipKey count = key("000102030405060708090a0b0c0d0e0f");
    const auto input = hex("000102030405060708090a0b0c0d0e0f");
    EXPECT_EQ(siphash(count, {}), 0x726fdb47dd0e0e31U);
    EXPECT_EQ(siphash(count, Bytes(input).first(15)), 0xa129ca6149be45e5U);
    EXPECT_EQ(siphash(count, Bytes(input).first(8)), 0x93f5f5799a932462U);
}

// RFC 9018 appendix A.1: learning a new server cookie; A.3: IPv6.
TEST(Cookies, ExamplesOfTheRfc) {
    const Cookies four(key("e5e973e5a6b2a43f48e7dc849e37bfcf"));
    const auto client4 = hex("2464c4abcf10c957");
    const CookieOption option4 = four.option(client4, false, ip("198.51.100.100"), 1559731985);
    EXPECT_EQ(to_hex(option4), "000a00182464c4abcf10c957010000005cf79f111f8130c3eee29480");
    const Cookies six(key("445536bcd2513298075a5d379663c962"));
    const auto client6 = hex("22681ab97d52c298");
    const CookieOption option6 =
        six.option(client6, false, ip("2001:db8:220:1:59de:d0f4:8769:82b8"), 1559741961);
    EXPECT_EQ(to_hex(option6), "000a001822681ab97d52c298010000005cf7c609a6bb79d16625507a");
}

TEST(Cookies, ValidForOneRequesterAndForAnHour) {
    const Cookies cookies(key("e5e973e5a6b2a43f48e7dc849e37bfcf"));
    const IpAddress requester = ip("192.0.2.1");
    const auto client = hex("0102030405060708");
    const CookieOption option = cookies.option(client, false, requester, 1'000'000);
    const Bytes shown = Bytes(option).subspan(4);
    EXPECT_TRUE(cookies.valid(shown, requester, 1'000'000));
    EXPECT_TRUE(cookies.valid(shown, requester, 1'000'000 + kCookieLifetime));
    EXPECT_FALSE(cookies.valid(shown, requester, 1'000'001 + kCookieLifetime));
    EXPECT_TRUE(cookies.valid(shown, requester, 1'000'000 - kCookieAhead));
    EXPECT_FALSE(cookies.valid(shown, requester, 999'999 - kCookieAhead));
    EXPECT_FALSE(cookies.valid(shown, ip("192.0.2.2"), 1'000'000));
    EXPECT_FALSE(cookies.valid(client, requester, 1'000'000));
    for (std::size_t i = 0; i < shown.size(); ++i) {
        std::vector<std::byte> bent(shown.begin(), shown.end());
        bent[i] ^= std::byte{1};
        EXPECT_FALSE(cookies.valid(bent, requester, 1'000'000)) << i;
    }
    const Cookies others(key("00000000000000000000000000000000"));
    EXPECT_FALSE(others.valid(shown, requester, 1'000'000));
}

TEST(Cookies, YoungOnesAreKept) {
    const Cookies cookies(key("e5e973e5a6b2a43f48e7dc849e37bfcf"));
    const IpAddress requester = ip("2001:db8::1");
    const auto client = hex("0102030405060708");
    const CookieOption first = cookies.option(client, false, requester, 5000);
    const Bytes shown = Bytes(first).subspan(4);
    EXPECT_EQ(cookies.option(shown, true, requester, 5000 + kCookieRenewal - 1), first);
    const CookieOption second = cookies.option(shown, true, requester, 5000 + kCookieRenewal);
    EXPECT_NE(second, first);
    EXPECT_TRUE(cookies.valid(Bytes(second).subspan(4), requester, 5000 + kCookieRenewal));
}

}  // namespace
}  // namespace homeport::dns
