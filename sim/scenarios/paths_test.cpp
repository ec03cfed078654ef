// How well the tunnel uses a path, in virtual time: the same visitors once through homeport and
// once through a plain proxy, that is what TCP alone reaches over the same path.

#include "sim/scenarios/cast.hpp"
#include "sim/scenarios/homeport_middle.hpp"
#include "sim/scenarios/plain_proxy.hpp"
#include "sim/world/target.hpp"
#include "sim/world/visitor.hpp"

#include <gtest/gtest.h>
#include <algorithm>

namespace homeport::sim {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

/// The line between relay and home, each way.
struct Line {
    Duration delay;
    std::uint64_t bytes_per_second;
};

class Trial {
public:
    Trial(const MiddleKind& kind, const Line& line) {
        const bool inside = kind.promises.behind_router;
        // Buffers as large as Linux lets them grow.
        cast_ = make_cast(wire_, judge_, inside,
                          {.send_buffer_bytes = 6 * kMiB, .receive_buffer_bytes = 6 * kMiB});
        Host& line_end = inside ? cast_->home : cast_->target;
        for (Path* path :
             {&wire_.path(cast_->relay, line_end), &wire_.path(line_end, cast_->relay)}) {
            path->delay = line.delay;
            path->bytes_per_second = line.bytes_per_second;
        }
        target_ = std::make_unique<Target>(judge_, cast_->target.loop(), cast_->target.network(),
                                           cast_->target_address);
        middle_ = kind.make(*cast_);
        middle_->start();
        const bool ready = simulation_.run_until([this] { return middle_->ready(); }, 60s);
        EXPECT_TRUE(ready);
    }

    void download(std::uint64_t bytes, const Pace& pace = {}, Duration start_after = 0s) {
        VisitorPlan plan{.to = cast_->published, .start_after = start_after, .pace = pace};
        plan.order = {.seed = visitors_.size() + 1, .length = bytes};
        visitors_.push_back(std::make_unique<Visitor>(judge_, cast_->visitors.loop(),
                                                      cast_->visitors.network(), plan));
    }

    /// Until all downloads but those that stand still are there.
    Duration run() {
        const TimePoint start = simulation_.now();
        const auto done = [](const auto& visitor) {
            return visitor->over() || visitor->plan().pace.stop_at != Pace::kNoStop;
        };
        const bool ended =
            simulation_.run_until([&] { return std::ranges::all_of(visitors_, done); }, 3000s);
        EXPECT_TRUE(ended);
        return simulation_.now() - start;
    }

private:
    Simulation simulation_{1};
    Wire wire_{simulation_};
    Judge judge_{simulation_};
    std::unique_ptr<Cast> cast_;
    std::unique_ptr<Middle> middle_;
    std::unique_ptr<Target> target_;
    std::vector<std::unique_ptr<Visitor>> visitors_;
};

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

// One download over 100 ms at 100 Mbit/s takes hardly longer than without a tunnel.
TEST(Paths, LongAndFat) {
    const Line line{.delay = 50ms, .bytes_per_second = 12'500'000};
    Trial plain(plain_proxy(), line);
    plain.download(60 * kMiB);
    Trial tunnel(homeport_middle(config::Resume{}), line);
    tunnel.download(60 * kMiB);
    const double by_tcp = seconds(plain.run());
    const double by_tunnel = seconds(tunnel.run());
    EXPECT_GE(by_tcp / by_tunnel, 0.9) << by_tcp << " s plain, " << by_tunnel << " s tunnelled";
}

// Beside small answers, which keep its window short, it is still not held up by the window.
TEST(Paths, LongAndFatBesideSmallAnswers) {
    const Line line{.delay = 50ms, .bytes_per_second = 12'500'000};
    const auto time_of_both = [&line](const MiddleKind& kind) {
        Trial trial(kind, line);
        trial.download(60 * kMiB);
        for (int i = 0; i < 100; ++i) trial.download(1000, {}, i * 50ms);
        return seconds(trial.run());
    };
    const double by_tcp = time_of_both(plain_proxy());
    const double by_tunnel = time_of_both(homeport_middle(config::Resume{}));
    EXPECT_GE(by_tcp / by_tunnel, 0.85) << by_tcp << " s plain, " << by_tunnel << " s tunnelled";
}

// One of a hundred stops reading: the others get all that the line can carry.
TEST(Paths, StoppedReader) {
    const Line line{.delay = 10ms, .bytes_per_second = 5'000'000};
    const auto time_of_99 = [&line](const Pace& of_the_hundredth) {
        Trial trial(homeport_middle(config::Resume{}), line);
        for (int i = 0; i < 99; ++i) trial.download(kMiB / 2);
        trial.download(kMiB / 2, of_the_hundredth);
        return seconds(trial.run());
    };
    const double all_read = time_of_99({});
    const double one_stopped = time_of_99({.stop_at = 1000, .stop_for = 4000s});
    EXPECT_LE(one_stopped, all_read * 1.05);
}

}  // namespace
}  // namespace homeport::sim
