#include "net/linux/loop_mailbox.hpp"

#include <gmock/gmock.h>
#include <memory>
#include <thread>

namespace homeport::net {
namespace {

// Tasks of several threads all run on the loop's thread, those of one thread in its order.
TEST(LoopMailboxTest, TasksOfManyThreadsRunOnTheLoop) {
    constexpr int kThreads = 4;
    constexpr int kEach = 1000;
    EpollLoop loop;
    LoopMailbox mailbox(loop);
    std::vector<int> next(kThreads, 0);
    int ran = 0;
    bool in_order = true;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < kEach; ++i) {
                mailbox.send([&, thread, i] {
                    in_order = in_order && next[static_cast<std::size_t>(thread)]++ == i;
                    if (++ran == kThreads * kEach) loop.stop();
                });
            }
        });
    }
    loop.run();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(ran, kThreads * kEach);
    EXPECT_TRUE(in_order);
}

// A task that is sent while tasks run is run too, in a later turn.
TEST(LoopMailboxTest, ATaskMaySend) {
    EpollLoop loop;
    LoopMailbox mailbox(loop);
    mailbox.send([&] { mailbox.send([&] { loop.stop(); }); });
    loop.run();
}

// What was not run when the mailbox goes is destroyed.
TEST(LoopMailboxTest, WhatIsLeftIsDestroyed) {
    EpollLoop loop;
    auto held = std::make_shared<int>(1);
    {
        LoopMailbox mailbox(loop);
        mailbox.send([held] {});
        EXPECT_EQ(held.use_count(), 2);
    }
    EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace homeport::net
