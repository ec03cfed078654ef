#include "crypto/password.hpp"

#include <gtest/gtest.h>
#include <array>

namespace homeport::crypto {
namespace {

std::array<std::byte, kPasswordSaltBytes> salt(unsigned char number) {
    std::array<std::byte, kPasswordSaltBytes> made{};
    made[0] = std::byte{number};
    return made;
}

TEST(Password, OnlyTheRightOne) {
    const auto encoded = encode_password("correct horse", salt(1));
    ASSERT_TRUE(encoded);
    EXPECT_EQ(encoded->substr(0, 14), "scrypt$14$8$1$");
    EXPECT_TRUE(is_password("correct horse", *encoded));
    EXPECT_FALSE(is_password("correct horsf", *encoded));
    EXPECT_FALSE(is_password("", *encoded));
    EXPECT_NE(encode_password("correct horse", salt(2)).value(), *encoded);
}

// RFC 7914 section 12, the third vector, cut to our length of key.
TEST(Password, KnownVector) {
    EXPECT_TRUE(is_password("pleaseletmein",
                            "scrypt$14$8$1$U29kaXVtQ2hsb3JpZGU=$"
                            "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI="));
}

// What somebody wrote into the store cannot make a check endless or fail open.
TEST(Password, NoneOfThese) {
    for (const auto* encoded :
         {"", "scrypt", "scrypt$14$8$1$$", "plain$x", "scrypt$63$8$1$AAAA$AAAA",
          "scrypt$14$999$1$AAAA$AAAA", "scrypt$-1$8$1$AAAA$AAAA", "scrypt$14$8$1$*$*"})
        EXPECT_FALSE(is_password("", encoded)) << encoded;
}

}  // namespace
}  // namespace homeport::crypto
