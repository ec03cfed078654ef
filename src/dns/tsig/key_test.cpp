#include "dns/tsig/key.hpp"

#include "dns/tsig/testing.hpp"

#include <gtest/gtest.h>

namespace homeport::dns {
namespace {

using testing::kSecret;
using testing::make_key;
using testing::name;

TEST(TsigAlgorithm, HasOneNameInTextAndInMessages) {
    for (const auto* text : {"hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"}) {
        const auto algorithm = parse_tsig_algorithm(text);
        ASSERT_TRUE(algorithm) << text;
        EXPECT_EQ(to_text(*algorithm), text);
        EXPECT_EQ(name_of(*algorithm), name(text).view());
        EXPECT_TRUE(NameView::read(name_of(*algorithm).wire())) << text;
    }
    EXPECT_EQ(parse_tsig_algorithm("HMAC-SHA256"), TsigAlgorithm::sha256);
}

TEST(TsigAlgorithm, IsNoneOfTheBrokenAndTheUnknown) {
    for (const auto* text : {"", "hmac-md5", "hmac-md5.sig-alg.reg.int", "hmac-sha1", "sha256",
                             "hmac-sha256-128", "hmac-sha256.", "gss-tsig"}) {
        EXPECT_FALSE(parse_tsig_algorithm(text)) << text;
    }
}

TEST(TsigKey, HasASecretThatIsLongEnough) {
    const Name owner = name("key.");
    for (const std::size_t size :
         {std::size_t{0}, kMinTsigSecretBytes - 1, kMaxTsigSecretBytes + 1}) {
        const std::string secret(size, 's');
        const auto key = TsigKey::make(owner, TsigAlgorithm::sha256, as_bytes(secret));
        ASSERT_FALSE(key) << size;
        EXPECT_EQ(key.error().code, Errc::invalid);
    }
    for (const std::size_t size : {kMinTsigSecretBytes, kMaxTsigSecretBytes}) {
        const std::string secret(size, 's');
        EXPECT_TRUE(TsigKey::make(owner, TsigAlgorithm::sha256, as_bytes(secret))) << size;
    }
}

TEST(TsigKeys, AreFoundByNameInAnyCase) {
    std::vector<TsigKey> keys;
    for (const auto* text : {"b.example.", "A.example.", "example.", "a.b.example.", "."}) {
        keys.push_back(TsigKey::make(name(text), TsigAlgorithm::sha256, as_bytes(kSecret)).value());
    }
    auto made = TsigKeys::make(std::move(keys)).value();
    const TsigKey* const before = made.find(name("example."));
    const TsigKeys ring = std::move(made);
    EXPECT_EQ(ring.find(name("example.")), before);
    EXPECT_EQ(ring.size(), 5U);
    for (const auto* text : {"B.EXAMPLE.", "a.example.", "eXample.", "a.B.example.", "."}) {
        ASSERT_TRUE(ring.find(name(text))) << text;
        EXPECT_EQ(ring.find(name(text))->name(), name(text).view());
    }
    for (const auto* text : {"c.example.", "b.", "b.example.example.", "xample."})
        EXPECT_FALSE(ring.find(name(text))) << text;
    EXPECT_FALSE(TsigKeys().find(name("example.")));
}

TEST(TsigKeys, HaveDifferentNames) {
    std::vector<TsigKey> keys;
    for (const auto* text : {"key.", "other.", "KEY."})
        keys.push_back(TsigKey::make(name(text), TsigAlgorithm::sha512, as_bytes(kSecret)).value());
    const auto ring = TsigKeys::make(std::move(keys));
    ASSERT_FALSE(ring);
    EXPECT_EQ(ring.error().code, Errc::exists);
    EXPECT_EQ(ring.error().what, "two keys are named key.");
}

TEST(TsigKeys, AreNotTooMany) {
    const auto make = [](std::size_t count) {
        std::vector<TsigKey> keys;
        for (std::size_t i = 0; i < count; ++i)
            keys.push_back(TsigKey::make(name("k" + std::to_string(i)), TsigAlgorithm::sha256,
                                         as_bytes(kSecret))
                               .value());
        return TsigKeys::make(std::move(keys));
    };
    const auto full = make(kMaxTsigKeys);
    ASSERT_TRUE(full);
    for (std::size_t i = 0; i < kMaxTsigKeys; i += 777)
        EXPECT_TRUE(full->find(name("K" + std::to_string(i)))) << i;
    const auto more = make(kMaxTsigKeys + 1);
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, Errc::limit);
}

}  // namespace
}  // namespace homeport::dns
