#include "sim/world/peers.hpp"

#include "sim/world/test_world.hpp"

#include <gmock/gmock.h>

namespace homeport::sim {
namespace {

using testing::HasSubstr;

// Rule: the pattern is a function of seed and offset, however it is cut.
TEST(Pattern, FindsWhatIsWrong) {
    std::array<std::byte, 100> bytes;
    fill_pattern(7, 0, bytes);
    std::array<std::byte, 61> part;
    fill_pattern(7, 13, part);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), bytes.begin() + 13));
    EXPECT_EQ(find_wrong_byte(7, 13, part), std::nullopt);
    part[60] ^= std::byte{1};
    EXPECT_EQ(find_wrong_byte(7, 13, part), 60u);
    EXPECT_TRUE(find_wrong_byte(7, 14, part));
    EXPECT_TRUE(find_wrong_byte(8, 13, part));
}

struct Meeting : TwoHosts {
    explicit Meeting(std::uint64_t seed = 1) : TwoHosts(seed) {}
    Judge judge{simulation};
    Target target{judge, server.loop(), server.network(), at("192.0.2.1:80")};

    std::unique_ptr<Visitor> visit(const VisitorPlan& plan, Duration limit = 100s) {
        VisitorPlan full = plan;
        full.to = at("192.0.2.1:80");
        auto visitor = std::make_unique<Visitor>(judge, client.loop(), client.network(), full);
        simulation.run_until([&] { return visitor->over(); }, limit);
        return visitor;
    }
};

// Rule: every mode completes over a well path, with every quirk.
TEST(Peers, CompleteEveryMode) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Meeting world(seed);
        world.simulation.quirks() = {.partial = 0.3,
                                     .again = 0.2,
                                     .spurious = 0.2,
                                     .late_posts = 0.3,
                                     .shuffle = true,
                                     .wake_delay = 100us};
        for (const auto mode : {Order::Mode::serve, Order::Mode::echo, Order::Mode::upload}) {
            const VisitorPlan plan{.order = {.mode = mode, .seed = seed, .length = 300'000},
                                   .half_close = seed % 2 == 0};
            EXPECT_EQ(world.visit(plan)->state(), Visitor::State::completed) << seed;
        }
        EXPECT_EQ(world.target.counts().served, 3u);
    }
}

// Rule: a target that resets makes the visitor's stream cut, not ended; a visitor may leave.
TEST(Peers, AbortAndLeave) {
    Meeting world;
    const Order order{.seed = 3, .length = 500'000, .abort_at = 100'000};
    EXPECT_EQ(world.visit({.order = order})->state(), Visitor::State::cut);
    const auto left = world.visit({.order = {.seed = 3, .length = 500'000}, .leave_at = 77'777});
    EXPECT_EQ(left->state(), Visitor::State::left);
    EXPECT_EQ(left->received(), 77'777u);
    world.simulation.run_for(1s);
    EXPECT_EQ(world.target.open(), 0u);
}

// Rule: pauses of the reader itself are no stall; a black path is.
TEST(Peers, StallsAreMeasured) {
    Meeting world;
    const Pace pace{.burst_bytes = 10'000, .pause = 1s, .stop_at = 55'000, .stop_for = 20s};
    const auto slow = world.visit({.order = {.seed = 3, .length = 100'000}, .pace = pace}, 200s);
    EXPECT_EQ(slow->state(), Visitor::State::completed);
    EXPECT_LT(slow->longest_stall(), 1s);
    EXPECT_GT(slow->finished_at().time_since_epoch(), 29s);

    world.wire.path(world.server, world.client).bytes_per_second = 100'000;
    world.simulation.after(1s, [&] { world.wire.cut(world.client, world.server); });
    world.simulation.after(11s, [&] { world.wire.heal(world.client, world.server); });
    const auto stalled = world.visit({.order = {.seed = 4, .length = 500'000}});
    EXPECT_EQ(stalled->state(), Visitor::State::completed);
    EXPECT_GE(stalled->longest_stall(), 9s);
}

/// Sends `bytes` of a pattern with `seed` to whoever comes, then ends cleanly.
struct Liar {
    Liar(Host& host, std::uint64_t seed, std::size_t bytes) {
        listener = *host.network().listen(at("192.0.2.1:81"), {}, [=, this](auto stream) {
            std::vector<std::byte> buffer(bytes);
            fill_pattern(seed, 0, buffer);
            plug.set(std::move(stream));
            plug->write(buffer);
            plug->shutdown_write();
        });
    }
    std::unique_ptr<net::Listener> listener;
    Plug plug;
};

std::string violation_of(std::uint64_t sent_seed, std::size_t sent_bytes) {
    TwoHosts world;
    Judge judge{world.simulation};
    Liar liar(world.server, sent_seed, sent_bytes);
    Visitor visitor(judge, world.client.loop(), world.client.network(),
                    {.to = at("192.0.2.1:81"), .order = {.seed = 5, .length = 1000}});
    try {
        world.simulation.run_for(10s);
    } catch (const SimulationFailure& failure) {
        return failure.what();
    }
    return std::string(to_string(visitor.state()));
}

// Rule: a clean end too early, a byte too many and a wrong byte end the simulation.
TEST(Peers, ViolationsAreFound) {
    EXPECT_EQ(violation_of(5, 1000), "completed");
    EXPECT_THAT(violation_of(5, 999), HasSubstr("clean end at byte 999 of 1000"));
    EXPECT_THAT(violation_of(5, 1001), HasSubstr("more bytes than there are"));
    EXPECT_THAT(violation_of(6, 1000), HasSubstr("wrong byte"));
}

// Rule: an upload that ends cleanly before its length is a violation at the target.
TEST(Peers, TruncatedUploadIsFound) {
    Meeting world;
    world.dial();
    world.simulation.run_for(1s);
    std::array<std::byte, 100> bytes;
    Writer writer(bytes);
    Order{.mode = Order::Mode::upload, .seed = 5, .length = 1000}.write(writer);
    fill_pattern(5, 0, MutableBytes(bytes).subspan(Order::kBytes));
    world.client_end->write(Bytes(bytes));
    world.client_end->shutdown_write();
    EXPECT_THROW(world.simulation.run_for(1s), SimulationFailure);
}

}  // namespace
}  // namespace homeport::sim
