#include "net/pump.hpp"

#include "net/pump_testing.hpp"

#include <gtest/gtest.h>

namespace homeport::net {
namespace {

using testing::FakeLoop;
using testing::KernelStream;
using testing::Line;
using testing::TunnelStream;

struct PumpTest : ::testing::Test {
    FakeLoop loop;
    ChunkPool pool;
    std::shared_ptr<Line> outer = std::make_shared<Line>(loop);
    std::shared_ptr<Line> inner = std::make_shared<Line>(loop);
    std::unique_ptr<Pump> pump = std::make_unique<Pump>(loop, std::make_unique<KernelStream>(outer),
                                                        std::make_unique<TunnelStream>(inner),
                                                        call<&PumpTest::on_done>(this));
    int done = 0;
    bool failed = false;

    void on_done() {
        ++done;
        failed = pump->failed();
        pump.reset();  // allowed inside the call
    }
};

// Bytes go both ways, and ends travel direction by direction; the pump is done after both.
TEST_F(PumpTest, CopiesBothWaysWithHalfClose) {
    pump->start();
    outer->send("question");
    outer->shut();
    loop.run();
    EXPECT_EQ(inner->take(), "question");
    EXPECT_TRUE(inner->half_closed());
    EXPECT_EQ(done, 0);
    inner->send("answer");
    inner->shut();
    loop.run();
    EXPECT_EQ(outer->take(), "answer");
    EXPECT_EQ(done, 1);
    EXPECT_FALSE(failed);
    EXPECT_TRUE(outer->saw_end());
    EXPECT_FALSE(outer->saw_reset());
}

// A cut tunnel stream is a reset for the visitor, never a clean end.
TEST_F(PumpTest, ErrorOfInnerResetsOuter) {
    pump->start();
    inner->send("half an ans");
    loop.run();
    inner->cut();
    loop.run();
    EXPECT_EQ(done, 1);
    EXPECT_TRUE(failed);
    EXPECT_TRUE(outer->saw_reset());
}

TEST_F(PumpTest, ErrorOfOuterResetsInner) {
    pump->start();
    loop.run();
    outer->cut();
    loop.run();
    EXPECT_EQ(done, 1);
    EXPECT_TRUE(inner->saw_reset());
}

// An error after one direction ended cleanly still resets.
TEST_F(PumpTest, ErrorAfterHalfCloseResets) {
    pump->start();
    outer->shut();
    loop.run();
    inner->cut();
    loop.run();
    EXPECT_TRUE(failed);
    EXPECT_TRUE(outer->saw_reset());
}

// A reader that stops stops the pump's reading of the other side; nothing is lost when he goes on.
TEST_F(PumpTest, StoppedReaderHoldsTheSender) {
    outer->window = 1000;
    inner->window = 1000;
    pump->start();
    const std::string text(200'000, 'x');
    inner->send(text);
    outer->send(text);
    ASSERT_TRUE(loop.run());
    EXPECT_EQ(outer->seen().size(), 1000U);
    EXPECT_EQ(inner->seen().size(), 1000U);
    EXPECT_GT(outer->unread(), 100'000U);
    std::string out;
    std::string in;
    for (int i = 0; i < 1000 && out.size() + in.size() < 2 * text.size(); ++i) {
        out += outer->take();
        in += inner->take();
        loop.run();
    }
    EXPECT_EQ(out, text);
    EXPECT_EQ(in, text);
}

// One turn moves a bounded count; the rest follows in later turns of the loop.
TEST_F(PumpTest, TurnsAreBounded) {
    inner->window = outer->window = 10 << 20;
    outer->send(std::string(1 << 20, 'a'));
    pump->start();
    EXPECT_LE(inner->seen().size(), kPumpTurnBytes);
    loop.run_once();
    EXPECT_LE(inner->seen().size(), 2 * kPumpTurnBytes);
    loop.run();
    EXPECT_EQ(inner->seen().size(), std::size_t{1} << 20);
}

// Bytes read before the pump go first.
TEST_F(PumpTest, LeadsGoFirst) {
    std::uint64_t in = 0;
    std::uint64_t out = 0;
    pump->count_into({&in, &out});
    SliceQueue hello;
    hello.append_copy(pool, as_bytes("hello "));
    SliceQueue banner;
    banner.append_copy(pool, as_bytes("banner "));
    pump->lead_in(std::move(hello));
    pump->lead_out(std::move(banner));
    inner->window = 4;
    outer->send("rest");
    inner->send("more");
    pump->start();
    std::string got;
    for (int i = 0; i < 10; ++i) {
        loop.run();
        got += inner->take();
    }
    EXPECT_EQ(got, "hello rest");
    EXPECT_EQ(outer->take(), "banner more");
    EXPECT_EQ(in, 10U);
    EXPECT_EQ(out, 11U);
    EXPECT_EQ(pool.in_use(), 0U);
}

// The end is never reported from inside start(), where the owner is not ready for it.
TEST_F(PumpTest, DoneComesFromTheLoop) {
    outer->cut();
    pump->start();
    EXPECT_EQ(done, 0);
    loop.run();
    EXPECT_EQ(done, 1);
}

// A pump that dies with a turn posted leaves nothing behind.
TEST_F(PumpTest, DiesWithTurnPending) {
    inner->window = 10 << 20;
    outer->send(std::string(1 << 20, 'a'));
    pump->start();
    pump.reset();
    loop.run();
    EXPECT_EQ(done, 0);
    EXPECT_TRUE(outer->closed());
}

}  // namespace
}  // namespace homeport::net
