#include "app/park_memory.hpp"

#include "cli/state_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace homeport::app {
namespace {

struct ParkFileTest : ::testing::Test {
    const std::string folder = ::testing::TempDir() + "parks-" +
                               ::testing::UnitTest::GetInstance()->current_test_info()->name();
    const std::string path = folder + "/parks.json";
    ParkFileTest() {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directory(folder);
    }
    ~ParkFileTest() override { std::filesystem::remove_all(folder); }
    void write(std::string_view text) { ASSERT_TRUE(cli::write_private_file(path, text)); }
};

TEST_F(ParkFileTest, NothingYet) {
    const auto boards = ParkFile(path).load();
    ASSERT_TRUE(boards);
    EXPECT_TRUE(boards->empty());
}

TEST_F(ParkFileTest, LoadedAsSaved) {
    ParkBoards boards;
    boards["attic"].park("", {.kind = dns::ParkedAnswer::Kind::nothing});
    boards["attic"].park("we\"b\n", {.kind = dns::ParkedAnswer::Kind::addresses,
                                     .addresses = {IpAddress::v4({10, 0, 0, 1})}});
    boards["shed"].park("ssh", {});
    ASSERT_TRUE(ParkFile(path).save(boards));
    EXPECT_EQ(ParkFile(path).load().value(), boards);
    ASSERT_TRUE(ParkFile(path).save({}));
    EXPECT_TRUE(ParkFile(path).load()->empty());
}

TEST_F(ParkFileTest, Damaged) {
    for (const char* const text : {"", "{", "[]", "{\"attic\":1}", "{\"attic\":{\"web\":1}}",
                                   "{\"attic\":{\"web\":\"x\"}}"}) {
        write(text);
        const auto boards = ParkFile(path).load();
        ASSERT_FALSE(boards) << text;
        EXPECT_EQ(boards.error().code, Errc::invalid);
    }
}

TEST_F(ParkFileTest, NowhereToSave) {
    EXPECT_FALSE(ParkFile(folder + "/none/parks.json").save({}));
}

}  // namespace
}  // namespace homeport::app
