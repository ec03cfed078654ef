#include "net/linux/network.hpp"

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <cstring>
#include <thread>

namespace homeport::net {
namespace {

/// Brings the loopback link of this thread's network namespace up or down.
void set_loopback(bool up) {
    const Fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    request.ifr_name[0] = 'l';
    request.ifr_name[1] = 'o';
    request.ifr_flags = static_cast<short>(up ? IFF_UP : 0);
    EXPECT_EQ(::ioctl(fd.get(), SIOCSIFFLAGS, &request), 0);
}

int count_calls(EpollLoop& loop, const int& calls) {
    const TimePoint end = loop.now() + 200ms;
    while (loop.now() < end) loop.turn(20ms);
    return calls;
}

// A burst of changes is one call; a destroyed watch calls no more. Runs in a namespace of its own.
TEST(ChangeWatchTest, JoinsBursts) {
    bool allowed = true;
    std::thread([&] {
        allowed = ::unshare(CLONE_NEWNET) == 0;
        if (!allowed) return;
        EpollLoop loop;
        LinuxNetwork network(loop);
        int calls = 0;
        auto watch = network.watch_changes([&] { ++calls; });
        EXPECT_EQ(count_calls(loop, calls), 0);
        for (const bool up : {true, false, true}) set_loopback(up);
        EXPECT_EQ(count_calls(loop, calls), 1);
        set_loopback(false);
        EXPECT_EQ(count_calls(loop, calls), 2);
        set_loopback(true);
        watch.reset();
        EXPECT_EQ(count_calls(loop, calls), 2);
    }).join();
    if (!allowed) GTEST_SKIP() << "needs the right to make a network namespace";
}

}  // namespace
}  // namespace homeport::net
