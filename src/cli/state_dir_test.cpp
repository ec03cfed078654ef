#include "cli/state_dir.hpp"

#include "cli/paired_relay.hpp"
#include "cli/testing.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace homeport::cli {
namespace {

unsigned mode_of(const std::string& path) {
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777U : 0;
}

PairedRelay example() {
    PairedRelay paired{{"relay.example.net", 7843}, {}, "relay1", "attic"};
    paired.key.bytes.fill(std::byte{0xab});
    return paired;
}

TEST(StateDir, IsMadePrivate) {
    const TempDir dir;
    ASSERT_TRUE(prepare_state_dir(dir / "a/b"));
    EXPECT_EQ(mode_of(dir / "a/b"), 0700U);
    EXPECT_TRUE(prepare_state_dir(dir / "a/b"));
}

// Who can write the directory can replace the keys in it.
TEST(StateDir, LooseOrStrangeOnesAreRefused) {
    const TempDir dir;
    ASSERT_TRUE(prepare_state_dir(dir / "loose"));
    for (const unsigned mode : {0770U, 0702U}) {
        ::chmod((dir / "loose").c_str(), mode);
        const auto refused = prepare_state_dir(dir / "loose");
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::denied);
    }
    EXPECT_FALSE(prepare_state_dir(dir.write("file", "x")));
}

TEST(StateDir, PairingIsReadBack) {
    const TempDir dir;
    EXPECT_EQ(load_paired_relay(dir.path()).error().code, Errc::not_found);
    ASSERT_TRUE(save_paired_relay(dir.path(), example()));
    EXPECT_EQ(mode_of(dir / "relay.json"), 0600U);
    EXPECT_EQ(load_paired_relay(dir.path()).value(), example());
}

// Written beside and renamed: a reader with the old file open keeps the old bytes, and nothing is
// left over.
TEST(StateDir, PairingIsReplacedAtomically) {
    const TempDir dir;
    ASSERT_TRUE(save_paired_relay(dir.path(), example()));
    std::ifstream old_file(dir / "relay.json");
    PairedRelay other = example();
    other.relay = "relay2";
    ASSERT_TRUE(save_paired_relay(dir.path(), other));
    const std::string old_text((std::istreambuf_iterator<char>(old_file)), {});
    EXPECT_NE(old_text.find("relay1"), std::string::npos);
    EXPECT_EQ(load_paired_relay(dir.path()).value(), other);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

TEST(StateDir, FailedWriteKeepsTheOldFile) {
    const TempDir dir;
    std::filesystem::create_directory(dir / "relay.json");  // cannot be replaced by a file
    EXPECT_FALSE(save_paired_relay(dir.path(), example()));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

TEST(StateDir, LooseOrDamagedPairingIsRefused) {
    const TempDir dir;
    ASSERT_TRUE(save_paired_relay(dir.path(), example()));
    ::chmod((dir / "relay.json").c_str(), 0620);
    EXPECT_EQ(load_paired_relay(dir.path()).error().code, Errc::denied);
    for (const char* text :
         {"", "[]", "{}", R"({"address":"a:1","key":"abcd"})", R"({"address":1,"key":2})"}) {
        dir.write("relay.json", text);
        EXPECT_EQ(load_paired_relay(dir.path()).error().code, Errc::invalid) << text;
    }
    dir.write("relay.json", std::string(70'000, ' '));
    EXPECT_EQ(load_paired_relay(dir.path()).error().code, Errc::limit);
}

}  // namespace
}  // namespace homeport::cli
