/// Single rules of the session, each in the smallest story that can break it.
/// session_random_test.cpp tells the long ones.

#include "tunnel/protocol/session_testing.hpp"

#include <gtest/gtest.h>

namespace homeport::tunnel::testing {
namespace {

constexpr std::size_t kAll = 1 << 20;

struct SessionTest : ::testing::Test {
    World world{1};

    std::uint64_t attach() {
        const std::uint64_t link = world.attach();
        world.settle();
        return link;
    }
    void use(Talk& talk) {
        for (const auto& side : talk.sides) {
            if (side == nullptr) continue;
            side->establish();
            while (side->write(100'000)) {
            }
            while (side->read(100'000, world.now)) {
            }
        }
    }
    void work() {
        for (int round = 0; round < 20; ++round) {
            for (auto& [id, talk] : world.talks) use(talk);
            world.advance(11ms);
            world.settle();
        }
    }
    /// Moves what one side has to say on a link into the other side.
    void pass(int from, std::uint64_t link) {
        while (world.flush(from, link)) world.deliver(1 - from, link, kAll, true);
    }
    void expect_nothing_left() {
        world.talks.clear();
        for (int round = 0; round < 5; ++round) {
            world.advance(11ms);
            world.settle();
        }
        for (const auto& process : world.process) {
            EXPECT_EQ(process->session.streams(), 0U);
            EXPECT_EQ(process->session.budget().used(), 0U);
            EXPECT_EQ(process->pool.in_use(), 0U);
            EXPECT_FALSE(process->session.expects_answer());
        }
    }
    Result<> tell(Process& to, std::uint64_t link, const Frame& frame) {
        return to.session.on_frame(LinkId{link}, frame, ChunkRef(), world.now);
    }
};

// A link puts frames of its own between records, so that none may be torn by them.
TEST_F(SessionTest, RecordsOfLongListsHoldWholeFrames) {
    struct Quiet final : SessionObserver {
        void on_open(SessionStream&) override {}
        void on_output() override {}
        void on_link_obsolete(LinkId) override {}
        void on_attached(LinkId, bool) override {}
    } quiet;
    ChunkPool pool;
    Session session({.role = Session::Role::agent}, pool, quiet, 1 << 20, nullptr);
    session.start_attach({1}, 1);
    for (std::uint64_t id = 1; id <= 5000; ++id)
        session.queue_frame({1}, ResumeFrame{{id}, id, kMaxVarint});
    std::size_t frames = 0;
    while (true) {
        Record record(pool);
        session.next_record({1}, record, world.now);
        if (record.empty()) break;
        Bytes rest = record.out().written();
        for (; !rest.empty(); ++frames) {
            const auto parsed = parse_frame(rest, kMaxFrameBytes);
            ASSERT_TRUE(parsed && *parsed) << "frame " << frames;
            rest = rest.subspan((*parsed)->bytes);
        }
    }
    EXPECT_EQ(frames, 5002U) << "HELLO and RESUME_END came first";
}

// A visitor who comes while no link is there waits, and is served by the first one.
TEST_F(SessionTest, OpensWaitForALink) {
    Talk& talk = *world.open(3000, 5000);
    use(talk);
    EXPECT_FALSE(world.relay().session.attached());
    attach();
    EXPECT_FALSE(world.agent().last_resumed);
    work();
    EXPECT_TRUE(talk.sides[0]->clean() && talk.sides[1]->clean());
    expect_nothing_left();
}

// The first WELCOME and the OPEN behind it are lost: nobody has heard of the stream, so it goes on.
TEST_F(SessionTest, FirstWelcomeLost) {
    Talk& talk = *world.open(10, 10);
    const std::uint64_t link = world.attach();
    pass(1, link);
    while (world.flush(0, link)) {
    }
    ASSERT_TRUE(world.relay().session.attached());
    world.relay().drop(link);
    world.agent().drop(link);
    attach();
    work();
    EXPECT_TRUE(talk.sides[0]->clean());
    expect_nothing_left();
}

// A stream that opened over the old link, after the agent made its list for the new one, is not in
// that list and must not be taken for forgotten.
TEST_F(SessionTest, StreamYoungerThanTheList) {
    const std::uint64_t old_link = attach();
    const std::uint64_t new_link = world.attach();  // HELLO and list are made now
    Talk& talk = *world.open(10, 10);
    pass(0, old_link);
    use(talk);
    pass(1, old_link);  // the relay hears from the agent about the stream, and then of the list
    pass(1, new_link);
    world.settle();
    EXPECT_EQ(world.relay().session.active_link(), LinkId{new_link});
    work();
    EXPECT_TRUE(talk.sides[0]->clean() && talk.sides[1]->clean());
    expect_nothing_left();
}

// A window that was granted over the old link after the list was made is granted again over the new
// one: otherwise both sides wait for ever.
TEST_F(SessionTest, GrantLostWithTheOldLink) {
    const std::uint64_t old_link = attach();
    Talk& talk = *world.open(2 * kInitialWindowBytes, 0);
    pass(0, old_link);
    for (int round = 0; round < 10; ++round) {
        talk.sides[1]->establish();
        talk.sides[0]->write(kAll);
        world.settle();
    }
    ASSERT_EQ(talk.sides[1]->stream()->received().received(), kInitialWindowBytes);
    const std::uint64_t new_link = world.attach();
    while (talk.sides[1]->read(kAll, world.now)) {
    }
    while (world.flush(1, old_link)) {
    }
    world.cut(old_link);
    world.relay().links[old_link].incoming.clear();
    pass(1, new_link);
    world.settle();
    work();
    EXPECT_TRUE(talk.sides[1]->saw_end());
    expect_nothing_left();
}

// The agent cuts a stream after its list was made, and the RESET is lost with the old link.
TEST_F(SessionTest, ResetLostWithTheOldLink) {
    const std::uint64_t old_link = attach();
    Talk& talk = *world.open(10, 10);
    world.settle();
    const std::uint64_t new_link = world.attach();
    talk.sides[1]->cut();
    while (world.flush(1, old_link)) {
    }
    world.cut(old_link);
    world.relay().links[old_link].incoming.clear();
    pass(1, new_link);
    world.settle();
    EXPECT_TRUE(talk.sides[0]->told_of_failure());
    expect_nothing_left();
}

// A reset that was told in the list is answered, so that its stream can be forgotten.
TEST_F(SessionTest, ResetWhileDetached) {
    for (int side = 0; side < 2; ++side) {
        const std::uint64_t link = attach();
        Talk& talk = *world.open(10, 10);
        world.settle();
        world.relay().drop(link);
        world.agent().drop(link);
        talk.sides[side]->cut();
        attach();
        EXPECT_TRUE(talk.sides[1 - side]->told_of_failure());
        expect_nothing_left();
        world.cut(world.last_link());
        world.settle();
    }
}

// A stream whose end was acknowledged over the old link after the list was made: the peer may ask
// again.
TEST_F(SessionTest, LastAcknowledgementLostWithTheOldLink) {
    const std::uint64_t old_link = attach();
    Talk& talk = *world.open(10, 10);
    world.settle();
    const std::uint64_t new_link = world.attach();
    talk.sides[1]->establish();
    for (int side : {1, 0}) {
        talk.sides[side]->write(kAll);
        talk.sides[side]->write(kAll);
        world.advance(11ms);
        pass(side, old_link);
    }
    while (talk.sides[1]->read(kAll, world.now)) {
    }
    ASSERT_TRUE(talk.sides[1]->clean());
    world.advance(11ms);
    talk.sides[1]->release();
    while (world.flush(1, old_link)) {
    }
    world.cut(old_link);
    world.relay().links[old_link].incoming.clear();
    pass(1, new_link);
    world.settle();
    work();
    EXPECT_TRUE(talk.sides[0]->clean());
    expect_nothing_left();
}

// The old link dies while the list is coming in over the new one.
TEST_F(SessionTest, OldLinkDiesInTheMiddleOfTheList) {
    const std::uint64_t old_link = attach();
    for (int i = 0; i < 40; ++i) world.open(10, 10);
    world.settle();
    const std::uint64_t new_link = world.attach();
    world.flush(1, new_link);
    world.deliver(0, new_link, 200, false);
    ASSERT_EQ(world.relay().session.active_link(), LinkId{old_link});
    world.relay().drop(old_link);
    world.settle();
    EXPECT_EQ(world.relay().session.active_link(), LinkId{new_link});
    work();
    for (auto& [id, talk] : world.talks)
        EXPECT_TRUE(talk.sides[0]->clean() && talk.sides[1]->clean());
    expect_nothing_left();
}

// What goes out over the old link while the list is coming in is not taken for sent over the new
// one.
TEST_F(SessionTest, SentOverTheOldLinkAfterTheList) {
    const std::uint64_t old_link = attach();
    Talk& talk = *world.open(0, 10);
    world.settle();
    const std::uint64_t new_link = world.attach();
    world.flush(1, new_link);
    world.deliver(0, new_link, world.relay().links[new_link].incoming.size() - 1, false);
    talk.sides[0]->write(1);  // ends the stream
    while (world.flush(0, old_link)) {
    }
    world.agent().links[old_link].incoming.clear();
    world.deliver(0, new_link, 1, false);
    world.settle();
    work();
    EXPECT_TRUE(talk.sides[1]->saw_end());
    expect_nothing_left();
}

// A relay that starts anew counts its streams from one again. The agent's old streams fail, and the
// new ones with the same numbers work, also when everything arrives at once.
TEST_F(SessionTest, RelayRestartReusesNumbers) {
    attach();
    Talk& before = *world.open(10, 10);
    world.settle();
    Talker* const old = before.sides[1].get();
    world.restart(0);
    Talk& after = *world.open(20, 20);
    ASSERT_EQ(after.sides[0]->stream()->id(), old->stream()->id());
    attach();
    EXPECT_TRUE(old->told_of_failure());
    ASSERT_NE(after.sides[1], nullptr);
    work();
    EXPECT_TRUE(after.sides[0]->clean() && after.sides[1]->clean());
    expect_nothing_left();
}

// The list that an agent sends to a relay it takes for the old one says nothing about the new one's
// streams.
TEST_F(SessionTest, ResetForTheOldRelayDoesNotHitTheNewOne) {
    const std::uint64_t link = attach();
    Talk& before = *world.open(10, 10);
    world.settle();
    world.agent().drop(link);
    before.sides[1]->cut();
    world.restart(0);
    Talk& after = *world.open(20, 20);
    attach();
    work();
    EXPECT_TRUE(after.sides[0]->clean() && after.sides[1]->clean());
    expect_nothing_left();
}

// An agent that starts anew has none of the old streams: they are reset, never ended.
TEST_F(SessionTest, AgentRestart) {
    attach();
    Talk& before = *world.open(10, 100'000);
    work();
    Talk& during = *world.open(10, 100'000);
    world.settle();
    during.sides[1]->write(5000);
    world.settle();
    while (during.sides[0]->read(kAll, world.now)) {
    }
    world.restart(1);
    Talk& waiting = *world.open(10, 10);
    attach();
    EXPECT_FALSE(world.agent().last_resumed);
    EXPECT_TRUE(before.sides[0]->clean());
    EXPECT_TRUE(during.sides[0]->told_of_failure());
    EXPECT_FALSE(during.sides[0]->saw_end());
    work();
    EXPECT_TRUE(waiting.sides[0]->clean() || waiting.sides[0]->told_of_failure());
    expect_nothing_left();
}

// What had arrived complete before the agent was lost is still read to its end.
TEST_F(SessionTest, CompleteStreamsOutliveTheirPeer) {
    attach();
    Talk& whole = *world.open(10, 100'000);
    Talk& given_up = *world.open(10, 100'000);
    world.settle();
    for (Talk* talk : {&whole, &given_up}) {
        talk->sides[0]->write(kAll);
        talk->sides[0]->write(kAll);
        use(*talk);
    }
    for (int round = 0; round < 5; ++round) {
        world.advance(11ms);
        world.settle();
        for (Talk* talk : {&whole, &given_up}) {
            while (talk->sides[1]->write(kAll) || talk->sides[1]->read(kAll, world.now)) {
            }
        }
    }
    ASSERT_LT(whole.sides[0]->read_bytes(), 100'000U);
    world.restart(1);
    attach();
    given_up.sides[0]->release();
    work();
    EXPECT_TRUE(whole.sides[0]->clean());
    EXPECT_EQ(whole.sides[0]->read_bytes(), 100'000U);
    expect_nothing_left();
}

// After the window both sides start afresh, whichever noticed.
TEST_F(SessionTest, WindowOver) {
    for (int side = 0; side < 2; ++side) {
        attach();
        Talk& talk = *world.open(10, 10);
        world.settle();
        world.abandon(side);
        EXPECT_TRUE(talk.sides[side]->told_of_failure());
        attach();
        EXPECT_FALSE(world.agent().last_resumed);
        EXPECT_TRUE(talk.sides[1 - side]->told_of_failure());
        Talk& fresh = *world.open(10, 10);
        work();
        EXPECT_TRUE(fresh.sides[0]->clean());
        expect_nothing_left();
    }
}

// Frames at the wrong time are errors of the link, and nothing else happens.
TEST_F(SessionTest, FramesOutOfPlace) {
    const std::uint64_t link = attach();
    EXPECT_FALSE(tell(world.relay(), link, WelcomeFrame{kProtocolVersion}));
    EXPECT_FALSE(tell(world.relay(), link, OpenFrame{.stream = {9}}));
    EXPECT_FALSE(tell(world.relay(), link, ResumeFrame{.stream = {9}}));
    EXPECT_FALSE(tell(world.relay(), link, ResumeEndFrame{}));
    EXPECT_FALSE(tell(world.agent(), link, WelcomeFrame{kProtocolVersion}));
    EXPECT_FALSE(tell(world.agent(), link, ResumeEndFrame{}));
    EXPECT_FALSE(tell(world.agent(), link, HelloFrame{}));
    EXPECT_FALSE(tell(world.agent(), 77, PingFrame{}));  // no such link
    const std::uint64_t fresh = world.attach();
    EXPECT_FALSE(tell(world.agent(), fresh, ResumeFrame{.stream = {9}}));
    EXPECT_FALSE(tell(world.agent(), fresh, ResumeEndFrame{}));
    EXPECT_FALSE(tell(world.agent(), fresh, OpenFrame{.stream = {9}}));
    EXPECT_FALSE(tell(world.agent(), fresh, DataFrame{.stream = {9}}));
    EXPECT_FALSE(world.relay().session.on_hello(LinkId{99}, HelloFrame{.version = 2}));
    EXPECT_FALSE(tell(world.agent(), fresh, WelcomeFrame{2}));
    EXPECT_EQ(world.agent().session.streams(), 0U);
}

// Lies about streams are errors; frames of streams that are gone are not.
TEST_F(SessionTest, LiesAndLateFrames) {
    const std::uint64_t link = attach();
    Talk& talk = *world.open(10, 10);
    world.settle();
    const StreamId id = talk.sides[0]->stream()->id();
    EXPECT_FALSE(tell(world.relay(), link, AckFrame{id, 11, 0}));
    EXPECT_FALSE(tell(world.relay(), link, DataFrame{id, 5, as_bytes("gap")}));
    EXPECT_FALSE(tell(world.relay(), link, FinFrame{id, 5}));
    EXPECT_FALSE(tell(world.relay(), link, DataFrame{id, kMaxVarint, as_bytes("far")}));
    const StreamId gone{12345};
    EXPECT_TRUE(tell(world.relay(), link, AckFrame{gone, 11, 0}));
    EXPECT_TRUE(tell(world.relay(), link, DataFrame{gone, 5, as_bytes("gap")}));
    EXPECT_TRUE(tell(world.relay(), link, FinFrame{gone, 5}));
    EXPECT_TRUE(tell(world.relay(), link, OpenedFrame{gone}));
    EXPECT_TRUE(tell(world.relay(), link, ResetAckFrame{gone}));
    EXPECT_TRUE(tell(world.relay(), link, ResetFrame{gone, Errc::reset}));
    work();
    EXPECT_TRUE(talk.sides[0]->clean());
    expect_nothing_left();
}

// A peer that resets for ever and never reads is dropped, not remembered for ever.
TEST_F(SessionTest, ResetsAreBounded) {
    const std::uint64_t link = attach();
    bool refused = false;
    for (std::uint64_t i = 0; i <= kMaxOwedResetAcks && !refused; ++i) {
        refused = !tell(world.relay(), link, ResetFrame{{1000 + i}, Errc::reset});
    }
    EXPECT_TRUE(refused);
}

// An acknowledgement waits 10 ms for company; without a link there is nothing to wake up for.
TEST_F(SessionTest, AcknowledgementsWait) {
    const std::uint64_t link = attach();
    Talk& talk = *world.open(10, 0);
    world.settle();
    world.advance(1s);
    talk.sides[0]->write(kAll);
    world.settle();
    EXPECT_EQ(world.agent().session.next_deadline() - world.now, kAckDelay);
    EXPECT_TRUE(world.relay().session.expects_answer());
    world.advance(kAckDelay);
    world.settle();
    EXPECT_FALSE(world.relay().session.expects_answer());
    talk.sides[0]->write(kAll);
    world.settle();
    world.agent().drop(link);
    EXPECT_EQ(world.agent().session.next_deadline(), kNever);
    world.relay().drop(link);
    attach();
    work();
    expect_nothing_left();
}

// Before its target is connected a stream takes little; the answer of the agent opens it.
TEST_F(SessionTest, EarlyBytes) {
    attach();
    Talk& talk = *world.open(kAll, 0);
    while (talk.sides[0]->write(1000)) {
    }
    EXPECT_EQ(talk.sides[0]->written(), kEarlyBytes);
    world.settle();
    EXPECT_FALSE(talk.sides[0]->write(1000));
    talk.sides[1]->establish();
    world.settle();
    EXPECT_TRUE(talk.sides[0]->write(1000));
    work();
    expect_nothing_left();
}

// A request behind a bulk stream does not wait for it: small ones go first.
TEST_F(SessionTest, SmallBeforeBulk) {
    const std::uint64_t link = attach();
    Talk& bulk = *world.open(4 << 20, 0);
    Talk& small = *world.open(100, 0);
    world.settle();
    bulk.sides[1]->establish();
    small.sides[1]->establish();
    world.settle();
    for (int i = 0; i < 8; ++i) {
        bulk.sides[0]->write(kAll);
        for (int record = 0; record < 6; ++record) world.flush(0, link);
        world.deliver(1, link, kAll, false);
        while (bulk.sides[1]->read(kAll, world.now)) {
        }
        world.advance(11ms);
        pass(1, link);
    }
    bulk.sides[0]->write(kAll);
    ASSERT_GT(bulk.sides[0]->stream()->sending().unsent(), 2 * kRecordBytes);
    small.sides[0]->write(100);
    world.flush(0, link);
    EXPECT_EQ(small.sides[0]->stream()->sending().unsent(), 0U);
    work();
    expect_nothing_left();
}

}  // namespace
}  // namespace homeport::tunnel::testing
