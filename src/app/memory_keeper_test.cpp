#include "app/memory_keeper.hpp"

#include "app/testing.hpp"

#include <gtest/gtest.h>

namespace homeport::app {
namespace {

class MemoryKeeperTest : public testing::Test {
protected:
    ManualLoop loop;
    ChunkPool pool;
    std::size_t streams = 0;
    int trims = 0;
    MemoryKeeper keeper{loop, pool, [this] { return streams; }, [this] { ++trims; }};

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

// It is all there again when it is needed.
TEST(GiveBackMemory, LosesNothing) {
    give_back_memory();
    EXPECT_EQ(std::string("still ") + "here", "still here");
}

}  // namespace
}  // namespace homeport::app
