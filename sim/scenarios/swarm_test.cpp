// Fresh seeds at every run; a failing one is printed with the line that replays it.
//   HOMEPORT_SIM_SEEDS=N    how many (default 250)
//   HOMEPORT_SIM_SEED=S     exactly this one
//   HOMEPORT_SIM_TRACE=1    print every event (use with one seed)

#include "sim/scenarios/homeport_middle.hpp"
#include "sim/scenarios/plain_proxy.hpp"
#include "sim/scenarios/scenario.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>

namespace homeport::sim {
namespace {

std::optional<std::uint64_t> number_from_environment(const char* name) {
    const char* text = std::getenv(name);
    if (text == nullptr || *text == '\0') return std::nullopt;
    return std::strtoull(text, nullptr, 10);
}

/// The time of day at which the program started, in ms, with room for a run's seeds between.
std::uint64_t seed_of_the_day() {
    const auto ms = testing::UnitTest::GetInstance()->start_timestamp();
    return static_cast<std::uint64_t>(ms) % 1'000'000'000 * 1000;
}

/// Runs one seed; reports how to replay it when it fails.
std::optional<Report> run_seed(std::uint64_t seed, const MiddleKind& kind) {
    std::string swarm;
    try {
        Scenario scenario(seed, kind);
        swarm = scenario.swarm().describe();
        if (std::getenv("HOMEPORT_SIM_TRACE") != nullptr) {
            scenario.simulation().set_trace_sink([](TimePoint at, std::string_view what, auto a,
                                                    auto b) {
                fmt::print("{:>14} {} {} {}\n", at.time_since_epoch().count() / 1000, what, a, b);
            });
        }
        return scenario.run();
    } catch (const SimulationFailure& failure) {
        ADD_FAILURE() << failure.what() << "\n  swarm: " << swarm
                      << "\n  replay: HOMEPORT_SIM_SEED=" << seed
                      << " homeport_sim_test --gtest_filter=SwarmTest.FreshSeeds";
        return std::nullopt;
    }
}

// Rule: whatever the seed does to them, the guarantees hold.
TEST(SwarmTest, FreshSeeds) {
    const auto only = number_from_environment("HOMEPORT_SIM_SEED");
    const std::uint64_t base = only ? *only : seed_of_the_day();
    const std::uint64_t count =
        only ? 1 : number_from_environment("HOMEPORT_SIM_SEEDS").value_or(250);
    fmt::print("seeds {} to {}\n", base, base + count - 1);
    const MiddleKind kind = homeport_middle();
    std::map<std::string_view, std::size_t> outcomes;
    int failures = 0;
    for (std::uint64_t seed = base; seed < base + count && failures < 5; ++seed) {
        const auto report = run_seed(seed, kind);
        failures += report ? 0 : 1;
        if (!report) continue;
        if (only) fmt::print("  trace hash {:016x}\n", report->trace_hash);
        for (const Visitor::State state : report->states) ++outcomes[to_string(state)];
    }
    for (const auto& [state, visitors] : outcomes) fmt::print("  {}: {}\n", state, visitors);
}

// Rule: the world itself is fair: it breaks no promise that a plain proxy makes.
TEST(SwarmTest, PlainProxy) {
    const MiddleKind kind = plain_proxy();
    const std::uint64_t base = seed_of_the_day();
    for (std::uint64_t seed = base; seed < base + 50; ++seed) run_seed(seed, kind);
}

// Rule: a seed is replayed to the last event.
TEST(SwarmTest, SeedsReplayExactly) {
    const MiddleKind kind = homeport_middle();
    for (const std::uint64_t seed : {11u, 12u, 13u, 14u}) {
        const auto first = run_seed(seed, kind);
        const auto second = run_seed(seed, kind);
        ASSERT_TRUE(first && second);
        EXPECT_EQ(first->trace_hash, second->trace_hash) << seed;
        EXPECT_EQ(first->steps, second->steps) << seed;
    }
}

// Rule: nothing wrong with the world: every visitor completes.
TEST(SwarmTest, CalmWorldServesEverybody) {
    const Swarm calm;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const Report report = Scenario(seed, homeport_middle(), &calm).run();
        EXPECT_EQ(report.count(Visitor::State::completed), report.states.size()) << seed;
    }
}

}  // namespace
}  // namespace homeport::sim
