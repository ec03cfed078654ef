#include "app/memory_keeper.hpp"

#include "app/testing.hpp"

#include <gtest/gtest.h>
#include <fstream>
#include <string>

namespace homeport::app {
namespace {

class MemoryKeeperTest : public testing::Test {
protected:
    ManualLoop loop;
    ChunkPool pool;
    std::size_t streams = 0;
    int trims = 0;
    bool rested = false;
    MemoryKeeper keeper{loop, pool, [this] { return streams; },
                        [this](bool at_rest) {
                            ++trims;
                            rested = at_rest;
                        }};

    void SetUp() override {
        loop.pass(5s);
        ASSERT_EQ(std::exchange(trims, 0), 1) << "what starting took";
    }
};

// Within five seconds after the load fell, and once more for what lingers; not before, nor for
// ever.
TEST_F(MemoryKeeperTest, TrimsAfterStreamsEnded) {
    streams = 100;
    loop.pass(10s);
    EXPECT_EQ(trims, 0);
    streams = 0;
    loop.pass(5s);
    EXPECT_EQ(trims, 1);
    loop.pass(60s);
    EXPECT_EQ(trims, 2);
}

TEST_F(MemoryKeeperTest, TrimsAfterABurstOverLastingStreams) {
    streams = 5;
    std::vector<ChunkRef> blocks;
    for (int i = 0; i < 100; ++i) blocks.push_back(pool.take());
    loop.pass(10s);
    blocks.clear();
    loop.pass(5s);
    EXPECT_EQ(trims, 1);
}

// A load that keeps falling does not put it off.
TEST_F(MemoryKeeperTest, SlowFallIsTrimmedOnTheWay) {
    streams = 1000;
    loop.pass(4s);
    for (int i = 0; i < 20; ++i) {
        streams -= 10;
        loop.pass(1s);
    }
    EXPECT_GE(trims, 4);
}

// Pages of code are left alone while many streams are there.
TEST_F(MemoryKeeperTest, CodeIsGivenBackAtRestOnly) {
    EXPECT_TRUE(rested);
    streams = 1000;
    loop.pass(4s);
    streams = 900;
    loop.pass(5s);
    EXPECT_FALSE(rested);
    streams = 0;
    loop.pass(5s);
    EXPECT_TRUE(rested);
}

std::size_t resident_file_pages_kib() {
    std::ifstream status("/proc/self/status");
    std::string word;
    std::size_t kib = 0;
    while (status >> word && word != "RssFile:") {
    }
    status >> kib;
    return kib;
}

TEST(GiveBackMemory, PagesOfCodeLeave) {
    const std::size_t before = resident_file_pages_kib();
    ASSERT_GT(before, 0U);
    give_back_memory(true);
    EXPECT_LT(resident_file_pages_kib(), before);
}

}  // namespace
}  // namespace homeport::app
