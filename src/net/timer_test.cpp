#include "net/timer.hpp"
#include "net/memory_world.hpp"

#include <gmock/gmock.h>
#include <memory>
#include <random>
#include <vector>

namespace homeport::net {
namespace {

using testing::ElementsAre;

/// A timer that notes its number when it runs.
struct Noted {
    Noted(TimerQueue& queue, std::vector<int>& notes, int number)
        : notes_(notes), number_(number), timer(queue, call<&Noted::run>(this)) {}
    void run() {
        notes_.push_back(number_);
        if (then) then();
    }
    std::vector<int>& notes_;
    int number_;
    Timer timer;
    Task then;
};

struct TimerTest : testing::Test {
    TimerQueue queue;
    std::vector<int> notes;
    Noted one{queue, notes, 1}, two{queue, notes, 2}, three{queue, notes, 3};
    TimePoint start{10s};
};

// Timers run by deadline, not by arming.
TEST_F(TimerTest, RunsInOrderOfDeadline) {
    one.timer.arm(start + 3s);
    two.timer.arm(start + 1s);
    three.timer.arm(start + 2s);
    EXPECT_EQ(queue.next_deadline(), start + 1s);
    EXPECT_EQ(queue.run_due(start + 2s), 2u);
    EXPECT_THAT(notes, ElementsAre(2, 3));
    EXPECT_EQ(queue.next_deadline(), start + 3s);
}

// At the same instant, who was armed first runs first; arming again goes to the back.
TEST_F(TimerTest, TiesRunInOrderOfArming) {
    one.timer.arm(start);
    two.timer.arm(start);
    three.timer.arm(start);
    one.timer.arm(start);
    queue.run_due(start);
    EXPECT_THAT(notes, ElementsAre(2, 3, 1));
}

// A timer cancelled by an earlier one of the same instant does not run.
TEST_F(TimerTest, CancelInCallback) {
    one.timer.arm(start);
    two.timer.arm(start);
    one.then = [&] { two.timer.cancel(); };
    EXPECT_EQ(queue.run_due(start), 1u);
    EXPECT_FALSE(two.timer.armed());
    EXPECT_EQ(queue.next_deadline(), kNever);
}

// A callback may destroy its own timer and others.
TEST_F(TimerTest, DestroyInCallback) {
    auto self = std::make_unique<Noted>(queue, notes, 7);
    auto other = std::make_unique<Noted>(queue, notes, 8);
    self->timer.arm(start);
    other->timer.arm(start);
    one.timer.arm(start);
    const auto destroy = [&] {
        other.reset();
        self.reset();
    };
    self->then = [&] { destroy(); };
    queue.run_due(start);
    EXPECT_THAT(notes, ElementsAre(7, 1));
    EXPECT_EQ(queue.size(), 0u);
}

// A timer armed for now by a callback waits for the next call: no endless turn.
TEST_F(TimerTest, ArmedMeanwhileWaits) {
    one.timer.arm(start);
    one.then = [&] { one.timer.arm(start); };
    EXPECT_EQ(queue.run_due(start), 1u);
    EXPECT_EQ(queue.run_due(start), 1u);
}

// A timer armed into the past by a callback may delay those that are due to the next call, not lose
// them.
TEST_F(TimerTest, ArmedIntoThePastLosesNobody) {
    one.timer.arm(start + 1s);
    two.timer.arm(start + 2s);
    one.then = [&] { three.timer.arm(start); };
    queue.run_due(start + 5s);
    queue.run_due(start + 5s);
    EXPECT_THAT(notes, testing::UnorderedElementsAre(1, 2, 3));
    EXPECT_EQ(queue.size(), 0u);
}

// Whatever is armed, moved and cancelled, the rest comes out sorted.
TEST_F(TimerTest, HeapStaysSorted) {
    std::mt19937 random(1);
    std::vector<std::unique_ptr<Noted>> many;
    for (int i = 0; i < 500; ++i) many.push_back(std::make_unique<Noted>(queue, notes, i));
    for (int step = 0; step < 5000; ++step) {
        Timer& timer = many[random() % many.size()]->timer;
        if (random() % 3 == 0) {
            timer.cancel();
        } else {
            timer.arm(start + std::chrono::milliseconds(random() % 1000));
        }
    }
    std::vector<TimePoint> deadlines(many.size());
    for (std::size_t i = 0; i < many.size(); ++i) deadlines[i] = many[i]->timer.deadline();
    queue.run_due(start + 1s);
    for (std::size_t i = 1; i < notes.size(); ++i) {
        EXPECT_LE(deadlines[notes[i - 1]], deadlines[notes[i]]);
    }
    EXPECT_GT(notes.size(), 100u);
}

}  // namespace
}  // namespace homeport::net
