/// Streams that leave their link: between a relay's and an agent's session, with a connection in
/// memory beside them.

#include "tunnel/bypass_stream.hpp"

#include "net/memory_world.hpp"
#include "net/pump.hpp"
#include "tunnel/limits.hpp"
#include "tunnel/link_testing.hpp"

#include <gtest/gtest.h>
#include <random>

namespace homeport::tunnel::testing {
namespace {

using Status = IoResult::Status;

struct Desk final : BypassDesk {
    int asked = 0;
    int gone = 0;
    void on_bulk(BypassStream&) override { ++asked; }
    void on_gone(BypassStream&) override { ++gone; }
};

struct BypassTest : ::testing::Test {
    Pair pair;
    RecordingNetwork network;
    Desk desk;
    std::unique_ptr<BypassStream> visitor;  ///< the relay's end
    std::unique_ptr<BypassStream> target;   ///< the agent's end

    BypassTest() {
        pair.attach();
        connect();
    }
    ~BypassTest() override {
        visitor.reset();
        target.reset();
        pair.pump();
    }
    void connect() {
        visitor = std::make_unique<BypassStream>(network, pair.open(), desk);
        pair.pump();
        pair.agent.opened.back()->establish();
        target = std::make_unique<BypassStream>(network, std::move(pair.agent.opened.back()), desk);
        pair.agent.opened.pop_back();
        pair.pump();
    }
    /// Both ends agree; the agent begins.
    void divert() {
        auto [at_relay, at_agent] = net::memory::make_pair(pair.loop);
        visitor->await(std::move(at_relay));
        target->divert(std::move(at_agent));
    }
    std::string arrived(net::Stream& stream) {
        pair.advance(20ms);
        return drain(stream).first;
    }
    Status state(net::Stream& stream) {
        pair.advance(20ms);
        return drain(stream).second;
    }
    static void say(net::Stream& stream, std::string_view text) {
        ASSERT_EQ(stream.write(as_bytes(text)).bytes, text.size());
    }
};

// What was said before the change of way comes before what was said after it, in both directions,
// and each direction ends by itself.
TEST_F(BypassTest, NothingIsLostOnTheChange) {
    say(*visitor, "one ");
    say(*target, "eins ");
    divert();
    say(*target, "zwei ");
    pair.advance(1ms);  // the relay learns that the agent has begun
    say(*visitor, "two ");
    EXPECT_EQ(arrived(*target), "one two ");
    EXPECT_EQ(arrived(*visitor), "eins zwei ");
    target->shutdown_write();
    EXPECT_EQ(state(*visitor), Status::eof);
    say(*visitor, "three");
    EXPECT_EQ(arrived(*target), "three");
    EXPECT_EQ(state(*target), Status::again);
    visitor->shutdown_write();
    EXPECT_EQ(state(*target), Status::eof);
}

// An end that was told over the link holds, although the stream left it afterwards.
TEST_F(BypassTest, EndBeforeTheChange) {
    say(*visitor, "all");
    visitor->shutdown_write();
    divert();
    say(*target, "answer");
    EXPECT_EQ(arrived(*target), "all");
    EXPECT_EQ(state(*target), Status::eof);
    EXPECT_EQ(arrived(*visitor), "answer");
    target->shutdown_write();
    EXPECT_EQ(state(*visitor), Status::eof);
}

// The agent's end over the link may overtake its first byte beside it: it is no end of the stream.
TEST_F(BypassTest, EndOvertakesTheChange) {
    auto [at_relay, at_agent] = net::memory::make_pair(pair.loop);
    visitor->await(std::move(at_relay));
    say(*target, "first ");
    target->shutdown_write();
    EXPECT_EQ(arrived(*visitor), "first ");
    EXPECT_EQ(state(*visitor), Status::again);
    const std::string_view go_and_more("\x01second", 7);
    say(*at_agent, go_and_more);
    EXPECT_EQ(arrived(*visitor), "second");
}

// An agent that thinks better of it leaves the stream on the link, ends included.
TEST_F(BypassTest, AgentStays) {
    for (const std::string_view farewell : {"", "\x17 an encrypted goodbye"}) {
        auto [at_relay, at_agent] = net::memory::make_pair(pair.loop);
        visitor->await(std::move(at_relay));
        if (!farewell.empty()) say(*at_agent, farewell);
        at_agent.reset();
        pair.advance(20ms);
        EXPECT_TRUE(visitor->linked());
        say(*visitor, "still here");
        EXPECT_EQ(arrived(*target), "still here");
    }
    target->shutdown_write();
    EXPECT_EQ(state(*visitor), Status::eof);
}

// A connection that breaks takes the stream with it, before and after the change: nobody may take a
// part for the whole.
TEST_F(BypassTest, BrokenWayIsNoEnd) {
    for (const bool begun : {false, true}) {
        if (begun) connect();
        auto [at_relay, at_agent] = net::memory::make_pair(pair.loop);
        visitor->await(std::move(at_relay));
        if (begun) {
            target->divert(std::move(at_agent));
            say(*target, "a part");
            pair.advance(20ms);
            target->reset();
        } else {
            at_agent->reset();
        }
        EXPECT_EQ(state(*visitor), Status::error) << begun;
        EXPECT_EQ(state(*target), Status::error) << begun;
    }
}

// The link may go for good: what left it goes on.
TEST_F(BypassTest, OutlivesTheLink) {
    divert();
    pair.advance(20ms);
    EXPECT_EQ(state(*visitor), Status::again);
    EXPECT_EQ(state(*target), Status::again);
    pair.kill(LinkId{1});
    for (auto* driver : {&pair.relay.driver, &pair.agent.driver}) {
        driver->session().abandon();
        driver->session().dispatch();
    }
    say(*target, "alone");
    EXPECT_EQ(arrived(*visitor), "alone");
}

// It asks once it has moved much, and again after much more when it was refused.
TEST_F(BypassTest, AsksWhenItPays) {
    const std::string block(16'000, 'b');
    std::uint64_t moved = 0;
    const auto move_until = [&](std::uint64_t bytes) {
        while (moved < bytes) {
            say(*target, block);
            moved += arrived(*visitor).size();
        }
    };
    move_until(kBypassAfterBytes / 2);
    EXPECT_EQ(desk.asked, 0);
    move_until(kBypassAfterBytes * 3);
    EXPECT_EQ(desk.asked, 2) << "once at each end";
    target->stay();
    move_until(kBypassAfterBytes * 3 + kBypassAgainBytes / 2);
    EXPECT_EQ(desk.asked, 2);
    move_until(kBypassAfterBytes * 4 + kBypassAgainBytes);
    EXPECT_EQ(desk.asked, 3);
}

/// A visitor, or a target: says `text`, ends, and hears.
struct Talker {
    std::unique_ptr<net::Stream> stream;
    std::string text;
    std::string heard;
    std::optional<Status> ended;
    std::size_t said = 0;
    bool shut = false;

    void turn(std::mt19937& random) {
        const std::size_t most = 1 + random() % 60'000;
        const std::string_view next = std::string_view(text).substr(said).substr(0, most);
        if (!next.empty()) said += stream->write(as_bytes(next)).bytes;
        if (said == text.size() && !std::exchange(shut, true)) stream->shutdown_write();
        const auto [got, status] = drain(*stream);
        heard += got;
        if (status != Status::again) ended = status;
    }
};

// Pumps at both ends, small pipes, any moment for the change, any lengths.
TEST_F(BypassTest, AnyMomentAnyLength) {
    std::mt19937 random(42);
    for (int trial = 0; trial < 60; ++trial) {
        connect();
        Talker left;
        Talker right;
        left.text = text_of(random() % 800'000);
        right.text = text_of(random() % 800'000);
        auto [left_outer, left_inner] = net::memory::make_pair(pair.loop, 1 + random() % 20'000);
        auto [right_outer, right_inner] = net::memory::make_pair(pair.loop, 1 + random() % 20'000);
        auto [at_relay, at_agent] = net::memory::make_pair(pair.loop, 1 + random() % 50'000);
        left.stream = std::move(left_outer);
        right.stream = std::move(right_outer);
        BypassStream& relay_end = *visitor;
        BypassStream& agent_end = *target;
        int done = 0;
        const auto on_done = net::Callback{[](void* count) { ++*static_cast<int*>(count); }, &done};
        net::Pump relay_pump(pair.loop, std::move(left_inner), std::move(visitor), on_done);
        net::Pump agent_pump(pair.loop, std::move(right_inner), std::move(target), on_done);
        relay_pump.start();
        agent_pump.start();
        const int await_at = static_cast<int>(random() % 100);
        const int divert_at = await_at + static_cast<int>(random() % 20);
        for (int turn = 0; turn < 20'000 && done < 2; ++turn) {
            if (turn == await_at && done == 0) relay_end.await(std::move(at_relay));
            if (turn == divert_at && done == 0 && at_relay == nullptr)
                agent_end.divert(std::move(at_agent));
            left.turn(random);
            right.turn(random);
            pair.advance(1ms);
        }
        left.turn(random);
        right.turn(random);
        ASSERT_EQ(done, 2) << trial;
        ASSERT_EQ(right.heard, left.text) << trial;
        ASSERT_EQ(left.heard, right.text) << trial;
        ASSERT_EQ(left.ended, Status::eof) << trial;
        ASSERT_EQ(right.ended, Status::eof) << trial;
    }
    EXPECT_EQ(desk.gone, 2 * 60 + 2);
}

}  // namespace
}  // namespace homeport::tunnel::testing
