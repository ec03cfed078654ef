#include "net/tls/identity.hpp"

#include "core/text.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace homeport::net {
namespace {

using testing::HasSubstr;

struct IdentityTest : testing::Test {
    IdentityTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "identity-XXXXXX").string();
        directory = ::mkdtemp(pattern.data());
        path = directory + "/key.pem";
    }
    ~IdentityTest() override { std::filesystem::remove_all(directory); }

    std::string directory;
    std::string path;
};

// What is saved is loaded again; the file is for its owner only, whatever the umask.
TEST_F(IdentityTest, SaveAndLoad) {
    const auto made = Identity::generate();
    ASSERT_TRUE(made);
    const mode_t before = ::umask(0);
    ASSERT_TRUE(made->save(path));
    ::umask(before);
    struct stat status{};
    ::stat(path.c_str(), &status);
    EXPECT_EQ(status.st_mode & 07777, 0600u);
    const auto loaded = Identity::load(path);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->public_key(), made->public_key());
    EXPECT_NE(loaded->public_key(), Identity::generate()->public_key());
}

// A key file is never overwritten.
TEST_F(IdentityTest, NeverOverwrites) {
    const auto made = Identity::generate();
    ASSERT_TRUE(made->save(path));
    EXPECT_EQ(Identity::generate()->save(path).error().code, Errc::exists);
    EXPECT_EQ(Identity::load(path)->public_key(), made->public_key());
}

// A key that others may read or change is refused, with the remedy.
TEST_F(IdentityTest, OpenModesAreRefused) {
    ASSERT_TRUE(Identity::generate()->save(path));
    for (const mode_t mode : {0640u, 0604u, 0620u, 0602u, 0644u}) {
        ::chmod(path.c_str(), mode);
        const auto loaded = Identity::load(path);
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().code, Errc::denied);
        EXPECT_THAT(loaded.error().what, HasSubstr("chmod 600 " + path));
    }
    ::chmod(path.c_str(), 0400);
    EXPECT_TRUE(Identity::load(path));
}

// A key of another user is refused (only root can make the file for this test).
TEST_F(IdentityTest, OtherOwnerIsRefused) {
    ASSERT_TRUE(Identity::generate()->save(path));
    if (::chown(path.c_str(), 12345, 12345) != 0) GTEST_SKIP() << "needs root";
    EXPECT_EQ(Identity::load(path).error().code, Errc::denied);
}

// No file, garbage, another kind of key, a symbolic link: each says what is wrong.
TEST_F(IdentityTest, WhatIsNoKey) {
    EXPECT_EQ(Identity::load(path).error().code, Errc::not_found);
    std::ofstream(path) << "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    ::chmod(path.c_str(), 0600);
    EXPECT_EQ(Identity::load(path).error().code, Errc::invalid);
    std::ofstream(path) << std::string(10'000, 'x');
    EXPECT_EQ(Identity::load(path).error().code, Errc::invalid);
    std::filesystem::remove(path);
    std::filesystem::create_symlink("/dev/null", path);
    EXPECT_FALSE(Identity::load(path));
}

// The first start makes the key, the next ones find it.
TEST_F(IdentityTest, LoadOrCreate) {
    const auto first = Identity::load_or_create(path);
    ASSERT_TRUE(first);
    EXPECT_EQ(Identity::load_or_create(path)->public_key(), first->public_key());
}

// Two processes that start at once agree on one key; the slower one takes what it finds.
TEST_F(IdentityTest, TwoCreatorsAgree) {
    const auto first = Identity::generate();
    const auto second = Identity::generate();
    ASSERT_TRUE(first->save(path));
    const auto late = second->save(path);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::exists);
    EXPECT_EQ(Identity::load_or_create(path)->public_key(), first->public_key());
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& file :
         std::filesystem::directory_iterator(std::filesystem::path(path).parent_path()))
        ++files;
    EXPECT_EQ(files, 1U) << "no draft is left behind";
}

// FIPS 180-4, the one-block message.
TEST(Sha256Test, KnownAnswer) {
    EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace homeport::net
