#include "crypto/digest.hpp"

#include "core/text.hpp"

#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::crypto {
namespace {

std::string hmac(Hash hash, std::string_view key, std::string_view data) {
    const HmacKey prepared(hash, as_bytes(key));
    Hmac mac(prepared);
    mac.update(as_bytes(data));
    return to_hex(mac.finish().bytes());
}

std::string counting(int first, int last) {
    std::string bytes;
    for (int octet = first; octet <= last; ++octet) bytes += static_cast<char>(octet);
    return bytes;
}

// FIPS 180-4, from the example files of its authors.
TEST(Sha256, FollowsTheStandard) {
    EXPECT_EQ(to_hex(sha256({})),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

struct Vector {
    std::string key;
    std::string data;
    std::string_view sha224, sha256, sha384, sha512;
};

/// RFC 4231 sections 4.2 to 4.8 without 4.6, which cuts its MACs.
std::vector<Vector> vectors() {
    return {
        {std::string(20, '\x0b'), "Hi There",
         "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
         "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
         "faea9ea9076ede7f4af152e8b2fa9cb6",
         "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
         "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
        {"Jefe", "what do ya want for nothing?",
         "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
         "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
         "8e2240ca5e69e2c78b3239ecfab21649",
         "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
         "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
        {std::string(20, '\xaa'), std::string(50, '\xdd'),
         "7fb3cb3588c6c1f6ffa9694d7d6ad2649365b0c1f65d69d1ec8333ea",
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
         "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b"
         "2a5ab39dc13814b94e3ab6e101a34f27",
         "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
         "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"},
        {counting(1, 25), std::string(50, '\xcd'),
         "6c11506874013cac6a2abc1bb382627cec6a90d86efc012de7afec5a",
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
         "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e"
         "6801dd23c4a7d679ccf8a386c674cffb",
         "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
         "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd"},
        {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
         "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
         "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
         "0c2ef6ab4030fe8296248df163f44952",
         "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
         "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
        {std::string(131, '\xaa'),
         "This is a test using a larger than block-size key and a larger than block-size data. "
         "The key needs to be hashed before being used by the HMAC algorithm.",
         "3a854166ac5d9f023f54d517d0b39dbd946770db9c2b95c9f6f565d1",
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
         "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5"
         "a678cc31e799176d3860e6110c46523e",
         "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944"
         "b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58"},
    };
}

TEST(Hmac, GivesTheMacsOfRfc4231) {
    for (const Vector& vector : vectors()) {
        EXPECT_EQ(hmac(Hash::sha224, vector.key, vector.data), vector.sha224);
        EXPECT_EQ(hmac(Hash::sha256, vector.key, vector.data), vector.sha256);
        EXPECT_EQ(hmac(Hash::sha384, vector.key, vector.data), vector.sha384);
        EXPECT_EQ(hmac(Hash::sha512, vector.key, vector.data), vector.sha512);
    }
}

// RFC 4231 section 4.6: the first 128 bits.
TEST(Hmac, GivesTheMacThatRfc4231Cuts) {
    const std::string key(20, '\x0c');
    EXPECT_EQ(hmac(Hash::sha256, key, "Test With Truncation").substr(0, 32),
              "a3b6167473100ee06e0c796c2955552b");
    EXPECT_EQ(hmac(Hash::sha512, key, "Test With Truncation").substr(0, 32),
              "415fad6271580a531d4179bc891d87a6");
}

TEST(Hmac, DoesNotMindHowTheDataComes) {
    const HmacKey key(Hash::sha256, as_bytes("Jefe"));
    const std::string data(300, 'x');
    for (std::size_t first = 0; first <= data.size(); first += 37) {
        Hmac mac(key);
        mac.update(as_bytes(data).first(first));
        mac.update({});
        mac.update(as_bytes(data).subspan(first));
        EXPECT_EQ(to_hex(mac.finish().bytes()), hmac(Hash::sha256, "Jefe", data));
    }
}

TEST(Hmac, LeavesTheKeyAsItWas) {
    const HmacKey key(Hash::sha384, as_bytes("Jefe"));
    std::string first;
    for (int i = 0; i < 3; ++i) {
        Hmac abandoned(key);
        abandoned.update(as_bytes("never finished"));
        Hmac mac(key);
        mac.update(as_bytes("what do ya want for nothing?"));
        const Digest digest = mac.finish();
        EXPECT_EQ(digest.size(), digest_bytes(Hash::sha384));
        if (i == 0) first = to_hex(digest.bytes());
        EXPECT_EQ(to_hex(digest.bytes()), first);
    }
    EXPECT_EQ(first, vectors()[1].sha384);
}

}  // namespace
}  // namespace homeport::crypto
