#include "tunnel/link.hpp"

#include "tunnel/limits.hpp"
#include "tunnel/link_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <list>

namespace homeport::tunnel::testing {
namespace {

struct LinkTest : ::testing::Test, LinkUser {
    FakeLoop loop;
    ChunkPool pool;
    std::shared_ptr<Line> line = std::make_shared<Line>(loop);
    std::unique_ptr<Link> link;
    std::vector<std::string> frames;  ///< as written again
    std::vector<std::string> records;
    std::list<std::string> given;  ///< records refer to them
    int ups = 0;
    int batches = 0;
    std::vector<std::string> downs;
    std::function<Result<>(const Frame&)> on_frame;

    ~LinkTest() override {
        link.reset();
        EXPECT_EQ(pool.in_use(), 0U);
    }
    void start(std::size_t max_frame_bytes = kMaxFrameBytes) {
        link = std::make_unique<Link>(LinkId{1}, loop, pool, std::make_unique<SecureLine>(line),
                                      *this, max_frame_bytes);
        loop.run();
    }

    void on_link_up(Link&) override { ++ups; }
    Result<> on_link_frame(Link&, const Frame& frame, const ChunkRef& chunk) override {
        if (const auto* data = std::get_if<DataFrame>(&frame); data != nullptr && chunk) {
            // Views lie in the block that is handed over with them.
            EXPECT_GE(data->payload.data(), chunk.data());
            EXPECT_LE(data->payload.data() + data->payload.size(), chunk.data() + kChunkBytes);
        }
        frames.push_back(bytes_of(frame));
        return on_frame ? on_frame(frame) : Result<>{};
    }
    void on_link_batch(Link&) override { ++batches; }
    void next_link_record(Link&, Record& record) override {
        if (records.empty()) return;
        given.push_back(records.front());
        records.erase(records.begin());
        record.add(as_bytes(given.back()));
    }
    void on_link_down(Link&, const std::string& reason) override { downs.push_back(reason); }
};

// A frame that arrives in two parts, cut at any byte, is the same frame.
TEST_F(LinkTest, FramesStraddleReads) {
    const std::string payload(300, 'p');
    const std::vector<std::string> sent{bytes_of(PingFrame{7}),
                                        bytes_of(DataFrame{{5}, 9, as_bytes(payload)}),
                                        bytes_of(ParkFrame{1, true, "web", "", ""})};
    const std::string text = sent[0] + sent[1] + sent[2];
    start();
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        frames.clear();
        line->send(text.substr(0, cut));
        loop.run();
        line->send(text.substr(cut));
        loop.run();
        ASSERT_EQ(frames, sent) << cut;
        ASSERT_EQ(pool.in_use(), 0U) << "an idle link holds no buffer";
    }
    EXPECT_EQ(ups, 1);
}

// Large DATA frames in reads of any size, so that they end anywhere in a block, and long runs of
// them.
TEST_F(LinkTest, LargeFramesInPiecesOfAnySize) {
    std::vector<std::string> sent;
    std::string text;
    for (std::size_t i = 0; i < 40; ++i) {
        const std::string payload(i * 397 % 16000, static_cast<char>('a' + i % 26));
        sent.push_back(bytes_of(DataFrame{{i}, i, as_bytes(payload)}));
        text += sent.back();
    }
    start();
    for (const std::size_t piece : {1, 7, 100, 5000, 8191, 8192, 8193, 16383, 16384, 100'000}) {
        frames.clear();
        for (std::size_t done = 0; done < text.size(); done += piece) {
            line->send(text.substr(done, piece));
            if (piece > 1 || done % 97 == 0) loop.run();
        }
        loop.run();
        ASSERT_EQ(frames, sent) << piece;
        ASSERT_EQ(pool.in_use(), 0U) << piece;
    }
}

// After one long frame the link goes back to blocks, so that bulk data is not copied for ever.
TEST_F(LinkTest, LongFramesDoNotStick) {
    start();
    std::vector<bool> in_block;
    const std::string offers(100'000, 'o');
    const std::string payload(6000, 'p');
    std::string text = bytes_of(AnnounceFrame{as_bytes(offers)});
    for (int i = 0; i < 50; ++i) text += bytes_of(DataFrame{{1}, 0, as_bytes(payload)});
    struct Spy final : LinkUser {
        std::size_t blocks = 0;
        std::size_t offers = 0;
        void on_link_up(Link&) override {}
        Result<> on_link_frame(Link&, const Frame& frame, const ChunkRef& chunk) override {
            if (const auto* announce = std::get_if<AnnounceFrame>(&frame))
                offers = announce->offers.size();
            if (std::holds_alternative<DataFrame>(frame) && chunk) ++blocks;
            return {};
        }
        void on_link_batch(Link&) override {}
        void next_link_record(Link&, Record&) override {}
        void on_link_down(Link&, const std::string&) override {}
    } spy;
    link->set_user(spy);
    for (std::size_t done = 0; done < text.size(); done += 16'000) {
        line->send(text.substr(done, 16'000));
        loop.run();
    }
    EXPECT_EQ(spy.offers, offers.size());
    EXPECT_GT(spy.blocks, 0U);
    link->set_user(*this);
}

// What is not trusted yet may only send short frames.
TEST_F(LinkTest, LimitBeforeTrust) {
    start(kMaxFirstFrameBytes);
    const std::string offers(2000, 'o');
    line->send(bytes_of(AnnounceFrame{as_bytes(offers)}).substr(0, 10));
    loop.run();
    EXPECT_EQ(downs.size(), 1U);
    EXPECT_TRUE(line->saw_reset());

    line = std::make_shared<Line>(loop);
    start(kMaxFirstFrameBytes);
    link->trust();
    line->send(bytes_of(AnnounceFrame{as_bytes(offers)}));
    loop.run();
    EXPECT_EQ(frames.size(), 1U);
    EXPECT_EQ(downs.size(), 1U);
}

// A malformed frame, or one that the user refuses, cuts the link; frames before it counted, none
// after it.
TEST_F(LinkTest, ProtocolErrors) {
    start();
    line->send(bytes_of(PingFrame{1}) + std::string("\x7f\x00", 2) + bytes_of(PingFrame{2}));
    loop.run();
    EXPECT_EQ(frames.size(), 1U);
    EXPECT_THAT(downs, ::testing::ElementsAre(::testing::HasSubstr("malformed")));
    EXPECT_TRUE(line->saw_reset());

    line = std::make_shared<Line>(loop);
    start();
    frames.clear();
    on_frame = [](const Frame&) -> Result<> { return fail(Errc::protocol, "not this one"); };
    line->send(bytes_of(PingFrame{1}) + bytes_of(PingFrame{2}));
    loop.run();
    EXPECT_EQ(frames.size(), 1U);
    EXPECT_EQ(downs.back(), "not this one");
}

// The user may end the link inside a frame; nothing more is handed over, and nobody is called
// again.
TEST_F(LinkTest, ClosedInsideAFrame) {
    start();
    on_frame = [this](const Frame&) -> Result<> {
        link->cut();
        return {};
    };
    line->send(bytes_of(PingFrame{1}) + bytes_of(PingFrame{2}));
    loop.run();
    EXPECT_EQ(frames.size(), 1U);
    EXPECT_TRUE(downs.empty());
    EXPECT_EQ(batches, 0);
}

TEST_F(LinkTest, PeerCloses) {
    start();
    line->send(bytes_of(PingFrame{1}));
    line->shut();
    loop.run();
    EXPECT_EQ(frames.size(), 1U);
    EXPECT_THAT(downs, ::testing::ElementsAre("the peer closed the link"));
}

TEST_F(LinkTest, LineIsCut) {
    start();
    line->cut();
    loop.run();
    EXPECT_THAT(downs, ::testing::ElementsAre("cut by the test"));
}

// Nothing is said before the keys are proven; then everything, in order: the link's own frames
// first.
TEST_F(LinkTest, WaitsForTheKeys) {
    line->start_away();
    start();
    link->send(PingFrame{1});
    records = {"record one.", "record two."};
    link->want_flush();
    loop.run();
    EXPECT_EQ(line->seen(), "");
    EXPECT_EQ(ups, 0);
    line->establish();
    loop.run();
    EXPECT_EQ(ups, 1);
    EXPECT_EQ(line->seen(), bytes_of(PingFrame{1}) + "record one.record two.");
}

// A stream that takes nothing for a while gets every byte once.
TEST_F(LinkTest, LittleRoom) {
    line->window = 100;
    start();
    std::string expected = bytes_of(PingFrame{3});
    link->send(PingFrame{3});
    for (int i = 0; i < 5; ++i) {
        records.push_back(std::string(1000 + i, static_cast<char>('a' + i)));
        expected += records.back();
    }
    link->want_flush();
    std::string got;
    for (int i = 0; i < 200; ++i) {
        loop.run();
        got += line->take();
    }
    EXPECT_EQ(got, expected);
    EXPECT_EQ(link->bytes_sent(), expected.size());
}

// close() delivers what was said; cut() does not care.
TEST_F(LinkTest, CloseIsPolite) {
    start();
    link->send(StoppingFrame{});
    link->close();
    EXPECT_EQ(line->seen(), bytes_of(StoppingFrame{}));
    EXPECT_TRUE(line->saw_end());
    EXPECT_TRUE(link->closed());
    EXPECT_TRUE(downs.empty());
}

// A peer that asks without end and never reads is not answered without end.
TEST_F(LinkTest, PongsAreBounded) {
    line->window = 0;
    start();
    for (int i = 0; i < 100'000; ++i) link->send(PongFrame{static_cast<std::uint64_t>(i)});
    loop.run();
    EXPECT_TRUE(downs.empty());
    line->window = 10 << 20;
    line->take();
    loop.run();
    EXPECT_LE(line->seen().size(), kMaxPongBacklogBytes + kRecordBytes);
}

// One link takes its share of a turn, and goes on in the next without a new edge.
TEST_F(LinkTest, TurnsAreShared) {
    start();
    const std::string payload(15'000, 'p');
    std::string text;
    while (text.size() < 3 * kLinkTurnBytes) text += bytes_of(DataFrame{{1}, 0, as_bytes(payload)});
    line->send(text);
    loop.run_once();
    EXPECT_LE(link->bytes_received(), kLinkTurnBytes + kChunkBytes);
    loop.run();
    EXPECT_EQ(link->bytes_received(), text.size());
}

}  // namespace
}  // namespace homeport::tunnel::testing
