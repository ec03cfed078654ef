#include "crypto/p256.hpp"

#include "core/text.hpp"

#include <gmock/gmock.h>

namespace homeport::crypto {
namespace {

using Octets = std::vector<std::byte>;

Octets hex(std::string_view text) {
    return from_hex(text).value();
}
template <class Fixed>
Fixed fixed(std::string_view text) {
    Fixed out{};
    const Octets octets = hex(text);
    EXPECT_EQ(octets.size(), out.size());
    std::ranges::copy(octets, out.begin());
    return out;
}

/// PKCS#8 of an EC key on prime256v1, without its public half, up to the 32 octets of the number.
constexpr std::string_view kPkcs8Start =
    "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420";
/// RFC 6979 appendix A.2.5.
constexpr std::string_view kNumber =
    "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
constexpr std::string_view kPublicKey =
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr std::string_view kSignatureOfSample =
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

P256Key known_key() {
    return P256Key::from_pkcs8(hex(std::string(kPkcs8Start) + std::string(kNumber))).value();
}

TEST(P256, VectorsOfRfc6979) {
    const auto public_key = fixed<P256PublicKey>(kPublicKey);
    EXPECT_EQ(known_key().public_key(), public_key);
    const auto signature = fixed<P256Signature>(kSignatureOfSample);
    EXPECT_TRUE(verify(public_key, as_bytes("sample"), signature));
    EXPECT_FALSE(verify(public_key, as_bytes("Sample"), signature));
}

TEST(P256, SignaturesAreGoodForTheirMessageAndKeyOnly) {
    P256Key key = known_key();
    P256Key other = P256Key::generate().value();
    // Numbers with zeros in front are as long as others: one of 128 halves has one.
    for (int i = 0; i < 300; ++i) {
        const std::string message = "message " + std::to_string(i);
        P256Signature signature = key.sign(as_bytes(message)).value();
        EXPECT_TRUE(verify(key.public_key(), as_bytes(message), signature));
        if (i > 20) continue;
        EXPECT_FALSE(verify(other.public_key(), as_bytes(message), signature));
        EXPECT_FALSE(verify(key.public_key(), as_bytes("another"), signature));
        signature[static_cast<std::size_t>(i)] ^= std::byte{1};
        EXPECT_FALSE(verify(key.public_key(), as_bytes(message), signature));
    }
    EXPECT_TRUE(verify(key.public_key(), {}, key.sign({}).value()));
}

TEST(P256, NonsenseIsNoSignatureAndNoKey) {
    P256Key key = known_key();
    EXPECT_FALSE(verify(key.public_key(), as_bytes("x"), P256Signature{}));
    P256PublicKey off_the_curve = key.public_key();
    off_the_curve[63] ^= std::byte{1};
    EXPECT_FALSE(verify(off_the_curve, as_bytes("x"), key.sign(as_bytes("x")).value()));
    EXPECT_FALSE(verify(P256PublicKey{}, as_bytes("x"), key.sign(as_bytes("x")).value()));
}

TEST(P256, KeysSurviveBeingStored) {
    const P256Key key = P256Key::generate().value();
    const Octets der = key.to_pkcs8().value();
    P256Key again = P256Key::from_pkcs8(der).value();
    EXPECT_EQ(again.public_key(), key.public_key());
    EXPECT_TRUE(verify(key.public_key(), as_bytes("x"), again.sign(as_bytes("x")).value()));
    EXPECT_NE(P256Key::generate().value().public_key(), key.public_key());
}

TEST(P256, OtherKeysAreRefused) {
    // RFC 8410 section 10.3: Ed25519.
    const Octets ed25519 =
        hex("302e020100300506032b657004220420"
            "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842");
    const Octets der =
        P256Key::generate().value().to_pkcs8().value();  // with its public half at the end
    Octets longer = der;
    longer.push_back(std::byte{0});
    Octets mixed = der;
    mixed.back() ^= std::byte{1};  // of the public half
    const Octets zero = hex(std::string(kPkcs8Start) + std::string(64, '0'));
    for (const Octets& bad : {Octets{}, ed25519, longer, mixed, zero}) {
        const auto key = P256Key::from_pkcs8(bad);
        ASSERT_FALSE(key) << to_hex(bad);
        EXPECT_EQ(key.error().code, Errc::invalid) << key.error().what;
    }
    for (std::size_t size = 0; size < der.size(); ++size)
        EXPECT_FALSE(P256Key::from_pkcs8(Bytes(der).first(size))) << size;
}

}  // namespace
}  // namespace homeport::crypto
