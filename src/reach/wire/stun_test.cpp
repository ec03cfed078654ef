#include "reach/wire/stun.hpp"

#include "core/text.hpp"
#include "reach/wire/stun_testing.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using testing::at;
using testing::stun_id;
using testing::StunBuilder;

std::vector<std::byte> hex(std::string_view text) {
    return from_hex(text).value();
}

bool refused(const StunBuilder& builder) {
    return !parse_stun_answer(builder.bytes());
}

TEST(StunRequest, HasTheBytesOfTheStandard) {
    std::array<std::byte, kStunRequestBytes> room{};
    EXPECT_EQ(to_hex(write_stun_request(stun_id(1), {}, room)),
              "000100002112a4420102030405060708090a0b0c");
    EXPECT_EQ(to_hex(write_stun_request(stun_id(1), {.address = true, .port = true}, room)),
              "000100082112a4420102030405060708090a0b0c0003000400000006");
    EXPECT_EQ(to_hex(write_stun_request(stun_id(1), {.port = true}, room)).substr(48), "00000002");
}

// RFC 5769 section 2.2: 192.0.2.1:32853, with SOFTWARE, MESSAGE-INTEGRITY and FINGERPRINT.
TEST(StunAnswer, OfRfc5769ForIpv4IsRead) {
    const auto answer = parse_stun_answer(hex(
        "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147"
        "e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"));
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->mapped, at("192.0.2.1:32853"));
    EXPECT_TRUE(answer->mapped_by_xor);
    EXPECT_EQ(answer->error, 0);
}

// RFC 5769 section 2.3.
TEST(StunAnswer, OfRfc5769ForIpv6IsRead) {
    const auto answer = parse_stun_answer(hex(
        "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a147"
        "0113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004"
        "c8fb0b4c"));
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->mapped, at("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
}

TEST(StunAnswer, FallsBackToTheAddressInClear) {
    const auto plain = StunBuilder(stun_id(1)).address(0x0001, at("203.0.113.5:4000")).bytes();
    const auto answer = parse_stun_answer(plain);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->mapped, at("203.0.113.5:4000"));
    EXPECT_FALSE(answer->mapped_by_xor);
    EXPECT_EQ(answer->id, stun_id(1));
}

// A NAT that rewrites addresses in packets must not win over the XORed one, whatever the order.
TEST(StunAnswer, PrefersTheHiddenAddressAndTheFirstOfTwo) {
    const auto answer = parse_stun_answer(StunBuilder(stun_id(1))
                                              .address(0x0001, at("10.0.0.7:1"))
                                              .xor_address(at("203.0.113.5:4000"))
                                              .xor_address(at("203.0.113.6:4000"))
                                              .bytes());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->mapped, at("203.0.113.5:4000"));
}

TEST(StunAnswer, TellsTheServersOtherAddresses) {
    const auto answer = parse_stun_answer(StunBuilder(stun_id(1))
                                              .xor_address(at("203.0.113.5:4000"))
                                              .address(0x802b, at("198.51.100.1:3478"))
                                              .address(0x802c, at("198.51.100.2:3479"))
                                              .bytes());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->origin, at("198.51.100.1:3478"));
    EXPECT_EQ(answer->other, at("198.51.100.2:3479"));
}

TEST(StunAnswer, MayBeAnError) {
    const auto answer = parse_stun_answer(
        StunBuilder(stun_id(1), 0x0111).attribute(0x0009, {0, 0, 4, 20, 'N', 'o', 7}).bytes());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error, 420);
    EXPECT_EQ(answer->reason, "No?");
    EXPECT_FALSE(answer->mapped);
    EXPECT_TRUE(refused(StunBuilder(stun_id(1), 0x0111)));
    EXPECT_TRUE(refused(StunBuilder(stun_id(1), 0x0111).attribute(0x0009, {0, 0, 4, 100})));
    EXPECT_TRUE(refused(StunBuilder(stun_id(1), 0x0111).attribute(0x0009, {0, 0, 2, 0})));
    EXPECT_TRUE(refused(StunBuilder(stun_id(1), 0x0111).attribute(0x0009, {0, 0, 4})));
}

TEST(StunAnswer, ChecksTheFingerprintWhenThereIsOne) {
    StunBuilder good(stun_id(1));
    good.xor_address(at("203.0.113.5:4000")).fingerprint();
    EXPECT_TRUE(parse_stun_answer(good.bytes()));
    for (std::size_t at_byte = 8; at_byte < good.bytes().size(); ++at_byte) {
        auto bytes = good.bytes();
        bytes[at_byte] ^= std::byte{0x10};
        const bool type_of_fingerprint = at_byte >= 32 && at_byte < 36;
        EXPECT_TRUE(type_of_fingerprint || !parse_stun_answer(bytes)) << at_byte;
    }
    EXPECT_TRUE(refused(good.attribute(0x8022, {'x', 0, 0, 0})));  // it has to be the last
}

// Section 6.3.3: such an answer counts as a failure; others are optional.
TEST(StunAnswer, WithAnAttributeThatMustBeUnderstoodIsRefused) {
    EXPECT_TRUE(
        refused(StunBuilder(stun_id(1)).xor_address(at("203.0.113.5:1")).attribute(0x0030, {})));
    EXPECT_FALSE(
        refused(StunBuilder(stun_id(1)).xor_address(at("203.0.113.5:1")).attribute(0x8030, {})));
    // What old servers add is known.
    EXPECT_FALSE(refused(StunBuilder(stun_id(1))
                             .xor_address(at("203.0.113.5:1"))
                             .address(0x0004, at("198.51.100.1:3478"))
                             .address(0x0005, at("198.51.100.2:3479"))));
}

TEST(StunAnswer, WithAMalformedAddressIsRefused) {
    const std::vector<std::vector<unsigned>> values{
        {},
        {0, 1, 0, 80, 192, 0, 2},
        {0, 1, 0, 80, 192, 0, 2, 1, 0},
        {0, 2, 0, 80, 192, 0, 2, 1},
        {0, 3, 0, 80, 192, 0, 2, 1},
        {0, 1, 0, 0, 192, 0, 2, 1},  // port 0
    };
    for (const auto& value : values)
        EXPECT_TRUE(refused(StunBuilder(stun_id(1)).attribute(0x0001, value)));
    EXPECT_TRUE(refused(StunBuilder(stun_id(1))));
}

TEST(StunAnswer, ThatIsCutOrLongerIsRefused) {
    const auto whole = StunBuilder(stun_id(1)).xor_address(at("203.0.113.5:4000")).bytes();
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(parse_stun_answer(Bytes(whole).first(size))) << size;
    auto longer = whole;
    longer.resize(longer.size() + 4);
    EXPECT_FALSE(parse_stun_answer(longer));
}

TEST(StunAnswer, OfAnotherKindIsRefused) {
    EXPECT_TRUE(refused(StunBuilder(stun_id(1), 0x0001).xor_address(at("203.0.113.5:1"))));
    EXPECT_TRUE(refused(StunBuilder(stun_id(1), 0x0103).xor_address(at("203.0.113.5:1"))));
    auto bytes = StunBuilder(stun_id(1)).xor_address(at("203.0.113.5:1")).bytes();
    bytes[4] = std::byte{0};  // not the cookie
    EXPECT_FALSE(parse_stun_answer(bytes));
}

TEST(StunAnswer, HasALimitOfAttributesAndOfBytes) {
    StunBuilder many(stun_id(1));
    many.xor_address(at("203.0.113.5:1"));
    for (std::size_t i = 1; i < kMaxStunAttributes; ++i) many.attribute(0x8030, {});
    EXPECT_FALSE(refused(many));
    EXPECT_TRUE(refused(many.attribute(0x8030, {})));
    EXPECT_TRUE(refused(StunBuilder(stun_id(1))
                            .xor_address(at("203.0.113.5:1"))
                            .attribute(0x8030, std::vector<unsigned>(kMaxStunBytes, 0))));
}

}  // namespace
}  // namespace homeport::reach
