#include "net/linux/loop.hpp"

#include "net/linux/signal_watch.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <functional>

namespace homeport::net {
namespace {

using testing::ElementsAre;

/// A watched pipe with one byte in it: its event is pending.
struct Ready final : EventSource {
    explicit Ready(EpollLoop& l) : loop(l) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC), 0);
        read_end = Fd(ends[0]);
        write_end = Fd(ends[1]);
        poke();
        registration = *loop.add(read_end.get(), this);
    }
    ~Ready() { loop.remove(registration); }
    Ready(const Ready&) = delete;
    Ready& operator=(const Ready&) = delete;
    void poke() { EXPECT_EQ(::write(write_end.get(), "x", 1), 1); }
    void on_events(std::uint32_t) override {
        ++events;
        if (then) then();
    }
    EpollLoop& loop;
    Fd read_end, write_end;
    Registration registration;
    int events = 0;
    std::function<void()> then;
};

// A source may destroy itself and all others that have events in the same turn: they hear nothing.
TEST(EpollLoopTest, DestroyDuringDispatch) {
    EpollLoop loop;
    std::vector<std::unique_ptr<Ready>> sources;
    int heard = 0;
    for (int i = 0; i < 5; ++i) sources.push_back(std::make_unique<Ready>(loop));
    for (auto& source : sources) {
        source->then = [&] {
            ++heard;
            const auto dying = std::exchange(sources, {});
        };
    }
    loop.turn(1s);
    EXPECT_EQ(heard, 1);
    EXPECT_TRUE(sources.empty());
}

// A descriptor number used again in the same turn does not get the former owner's event.
TEST(EpollLoopTest, ReusedNumberGetsNoOldEvent) {
    EpollLoop loop;
    std::unique_ptr<Ready> first = std::make_unique<Ready>(loop),
                           second = std::make_unique<Ready>(loop);
    std::unique_ptr<Ready> reborn;
    const auto rebirth = [&](std::unique_ptr<Ready>& victim) {
        if (reborn != nullptr) return;
        victim.reset();
        reborn = std::make_unique<Ready>(loop);
    };
    first->then = [&] { rebirth(second); };
    second->then = [&] { rebirth(first); };
    loop.turn(1s);
    ASSERT_NE(reborn, nullptr);
    EXPECT_EQ(reborn->events, 0);
    loop.turn(1s);
    EXPECT_EQ(reborn->events, 1);
}

// Edges: an event that was told is not told again until something new happens.
TEST(EpollLoopTest, EdgesNotLevels) {
    EpollLoop loop;
    Ready source(loop);
    loop.turn(0s);
    loop.turn(0s);
    EXPECT_EQ(source.events, 1);
    source.poke();
    loop.turn(1s);
    EXPECT_EQ(source.events, 2);
}

// In one turn: sockets, then timers, then posted tasks, then what those posted.
TEST(EpollLoopTest, OrderOfATurn) {
    EpollLoop loop;
    std::vector<std::string> order;
    struct Note {
        std::vector<std::string>& order;
        void run() { order.push_back("timer"); }
    } note{order};
    Timer timer(loop.timers(), call<&Note::run>(&note));
    timer.arm(loop.now());
    Ready source(loop);
    source.then = [&] { order.push_back("socket"); };
    loop.post([&] {
        order.push_back("task");
        loop.post([&] { order.push_back("task of task"); });
    });
    loop.turn(1s);
    EXPECT_THAT(order, ElementsAre("socket", "timer", "task", "task of task"));
}

// Tasks that post for ever do not keep the loop from its sockets.
TEST(EpollLoopTest, EndlessPostingIsBounded) {
    EpollLoop loop;
    int runs = 0;
    std::function<void()> again = [&] {
        ++runs;
        loop.post([&] { again(); });
    };
    loop.post([&] { again(); });
    Ready source(loop);
    loop.turn(1s);
    loop.turn(1s);
    EXPECT_EQ(source.events, 1);
    EXPECT_LT(runs, 1000);
}

// A timer wakes the loop at its time, not before.
TEST(EpollLoopTest, TimersWake) {
    EpollLoop loop;
    struct Stop {
        EpollLoop& loop;
        void run() { loop.stop(); }
    } stop{loop};
    Timer timer(loop.timers(), call<&Stop::run>(&stop));
    const TimePoint deadline = loop.now() + 30ms;
    timer.arm(deadline);
    loop.run();
    EXPECT_GE(loop.now(), deadline);
    EXPECT_LT(loop.now(), deadline + 2s);
}

// Signals come as events; the handler may end the watch.
TEST(SignalWatchTest, TellsSignals) {
    EpollLoop loop;
    std::vector<int> heard;
    std::unique_ptr<SignalWatch> watch;
    watch = std::make_unique<SignalWatch>(loop, std::initializer_list<int>{SIGHUP, SIGUSR1},
                                          [&](int number) {
                                              heard.push_back(number);
                                              if (number == SIGUSR1) watch.reset();
                                          });
    std::raise(SIGHUP);
    loop.turn(1s);
    std::raise(SIGUSR1);
    loop.turn(1s);
    EXPECT_THAT(heard, ElementsAre(SIGHUP, SIGUSR1));
}

}  // namespace
}  // namespace homeport::net
