#include "sim/world/simulation.hpp"

#include "sim/world/host_loop.hpp"

#include <gmock/gmock.h>

namespace homeport::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Rule: events run in the order of (time, order of asking), and the clock stands at their time.
TEST(Simulation, RunsEventsInOrderOfTimeThenOfAsking) {
    Simulation simulation(1);
    std::vector<std::pair<int, Duration>> seen;
    const auto note = [&](int name) { seen.emplace_back(name, simulation.elapsed()); };
    simulation.after(20ms, [&] { note(3); });
    simulation.after(10ms, [&] { note(1); });
    simulation.after(10ms, [&] { note(2); });
    simulation.run_for(1s);
    EXPECT_THAT(seen, ElementsAre(std::pair(1, Duration(10ms)), std::pair(2, Duration(10ms)),
                                  std::pair(3, Duration(20ms))));
    EXPECT_EQ(simulation.elapsed(), 1s);
}

// Rule: run_until() stops at the step that makes its condition true, or at its limit.
TEST(Simulation, RunUntilStopsAtTheConditionOrTheLimit) {
    Simulation simulation(1);
    bool done = false;
    simulation.after(10ms, [&] { done = true; });
    EXPECT_TRUE(simulation.run_until([&] { return done; }, 1s));
    EXPECT_EQ(simulation.elapsed(), 10ms);
    EXPECT_FALSE(simulation.run_until([] { return false; }, 1s));
    EXPECT_EQ(simulation.elapsed(), 1010ms);
}

// Rule: a broken invariant ends the run at once and names seed and time.
TEST(Simulation, InvariantFailureNamesSeedAndTime) {
    Simulation simulation(77);
    simulation.on_step([&] {
        if (simulation.elapsed() >= 20ms) simulation.fail("the cat is out");
    });
    for (int i = 1; i <= 5; ++i) simulation.after(i * 10ms, [] {});
    try {
        simulation.run_for(1s);
        FAIL() << "no failure";
    } catch (const SimulationFailure& failure) {
        EXPECT_THAT(failure.what(), HasSubstr("seed 77 at 20 ms: the cat is out"));
    }
}

// Rule: work without end at one instant is found, not waited for.
TEST(Simulation, FindsLiveLocks) {
    Simulation events(1);
    std::function<void()> again = [&] { events.after(0ns, [&] { again(); }); };
    again();
    EXPECT_THROW(events.run_for(1s), SimulationFailure);

    Simulation tasks(1);
    HostLoop loop(tasks);
    std::function<void()> repost = [&] { loop.post([&] { repost(); }); };
    repost();
    EXPECT_THROW(tasks.run_for(1s), SimulationFailure);
}

struct Ticker {
    explicit Ticker(HostLoop& host_loop)
        : loop(host_loop), timer(loop.timers(), net::call<&Ticker::on_timer>(this)) {
        timer.arm(loop.now() + 15s);
    }
    void on_timer() {
        ++ticks;
        timer.arm(loop.now() + 15s);
    }
    HostLoop& loop;
    net::Timer timer;
    std::uint64_t ticks = 0;
};

// Rule: time costs nothing: a virtual year of 15 s timers runs in seconds.
TEST(Simulation, RunsAVirtualYearOfTimers) {
    Simulation simulation(1);
    HostLoop loop(simulation);
    Ticker ticker(loop);
    simulation.run_for(365 * 24h);
    EXPECT_EQ(ticker.ticks, 365u * 24 * 3600 / 15);
}

// Rule: a stopped process gets no callbacks; what is due runs when it goes on.
TEST(HostLoop, SuspensionHoldsTimersAndTasks) {
    Simulation simulation(1);
    HostLoop loop(simulation);
    Ticker ticker(loop);
    bool posted = false;
    loop.set_suspended(true);
    loop.post([&] { posted = true; });
    simulation.run_for(100s);
    EXPECT_EQ(ticker.ticks, 0u);
    EXPECT_FALSE(posted);
    loop.set_suspended(false);
    simulation.run_for(1s);
    EXPECT_EQ(ticker.ticks, 1u);
    EXPECT_TRUE(posted);
}

// Rule: posted tasks run in order of posting, also those posted by tasks, without time passing.
TEST(HostLoop, RunsPostedTasksInOrder) {
    Simulation simulation(1);
    HostLoop loop(simulation);
    std::vector<int> order;
    loop.post([&] {
        order.push_back(1);
        loop.post([&] { order.push_back(3); });
    });
    loop.post([&] { order.push_back(2); });
    simulation.run_for(0ns);
    EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

// Rule: the wall clock follows virtual time and can be set; the monotonic one does not care.
TEST(HostLoop, WallClockCanBeStepped) {
    Simulation simulation(1);
    HostLoop loop(simulation);
    simulation.run_for(90s);
    EXPECT_EQ(loop.wall(), HostLoop::kWallAtStart + 90);
    loop.step_wall(-3600);
    EXPECT_EQ(loop.wall(), HostLoop::kWallAtStart + 90 - 3600);
    EXPECT_EQ(loop.now().time_since_epoch(), 90s);
}

// Rule: the generator gives the same numbers everywhere, and keeps its ranges.
TEST(Random, IsFixedAndKeepsRanges) {
    Random random(42);
    Random same(42);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(random.next(), same.next());
    }
    for (int i = 0; i < 1000; ++i) {
        const auto size = random.size(100);
        EXPECT_TRUE(1 <= size && size <= 100);
        EXPECT_EQ(random.size(1), 1u);
        EXPECT_LE(random.between(3, 5) - 3, 2u);
    }
    EXPECT_EQ(Random(1).next(), 17794777749029511236u);
}

}  // namespace
}  // namespace homeport::sim
