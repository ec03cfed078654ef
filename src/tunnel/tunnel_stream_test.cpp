/// Streams through two drivers and their links, as their users see them.

#include "tunnel/tunnel_stream.hpp"

#include "tunnel/link_testing.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace homeport::tunnel::testing {
namespace {

using net::IoResult;
using Status = IoResult::Status;

struct Edges final : net::StreamHandler {
    int readable = 0;
    int writable = 0;
    std::function<void()> then;
    void on_readable() override {
        ++readable;
        if (then) std::exchange(then, nullptr)();
    }
    void on_writable() override { ++writable; }
};

struct TunnelStreamTest : ::testing::Test {
    std::optional<Pair> pair{std::in_place};
    std::unique_ptr<TunnelStream> stream;

    ~TunnelStreamTest() override { stream.reset(); }

    /// Attaches, opens and connects one stream.
    TunnelStream& connect() {
        pair->attach();
        stream = pair->open();
        pair->pump();
        far().establish();
        pair->pump();
        EXPECT_TRUE(stream->established());
        return *stream;
    }
    TunnelStream& far() { return *pair->agent.opened.back(); }
    /// Writes all of `text`, reading at the other end meanwhile.
    std::string transfer(net::Stream& from, net::Stream& to, std::string_view text) {
        std::string got;
        for (int round = 0; round < 10'000 && got.size() < text.size(); ++round) {
            while (true) {
                const IoResult result = from.write(as_bytes(text.substr(written_)));
                if (written_ += result.bytes;
                    result.status != Status::ok || written_ == text.size())
                    break;
            }
            pair->advance(1ms);
            got += drain(to).first;
        }
        written_ = 0;
        return got;
    }

private:
    std::size_t written_ = 0;
};

TEST_F(TunnelStreamTest, BytesBothWaysAndHalfClose) {
    connect();
    const std::string up = text_of(100'000);
    const std::string down = text_of(1'000'000);
    EXPECT_EQ(transfer(*stream, far(), up), up);
    stream->shutdown_write();
    pair->advance(15ms);
    EXPECT_EQ(drain(far()), std::pair(std::string(), Status::eof));
    EXPECT_EQ(drain(*stream).second, Status::again);
    EXPECT_EQ(transfer(far(), *stream, down), down);  // the other direction goes on
    far().shutdown_write();
    pair->advance(15ms);
    EXPECT_EQ(drain(*stream).second, Status::eof);
}

// The links' reads may end anywhere.
TEST_F(TunnelStreamTest, AnyPieces) {
    connect();
    const std::string text = text_of(200'000);
    for (const std::size_t piece : {1000, 4097, 16'384, 16'385, 30'000}) {
        pair->piece = piece;
        EXPECT_EQ(transfer(*stream, far(), text), text) << piece;
    }
}

// Edges: `again` on read is followed by one call when bytes, the end or a failure come.
TEST_F(TunnelStreamTest, ReadableEdge) {
    connect();
    Edges edges;
    stream->set_handler(&edges);
    EXPECT_EQ(drain(*stream).second, Status::again);
    far().write(as_bytes("hi"));
    pair->pump();
    EXPECT_GE(edges.readable, 1);
    EXPECT_EQ(drain(*stream).first, "hi");
    const int before = edges.readable;
    far().shutdown_write();
    pair->pump();
    EXPECT_GT(edges.readable, before);
    EXPECT_EQ(drain(*stream).second, Status::eof);
    stream->set_handler(nullptr);
}

// A full stream answers `again`, and tells when there is room, also when only sending made it.
TEST_F(TunnelStreamTest, WritableEdge) {
    connect();
    Edges edges;
    stream->set_handler(&edges);
    pair->wires[0].relay->window = 0;
    const std::string text = text_of(400'000);
    std::size_t written = 0;
    while (true) {
        const IoResult result = stream->write(as_bytes(std::string_view(text).substr(written)));
        if (result.status == Status::again) break;
        written += result.bytes;
    }
    EXPECT_EQ(stream->room(), 0U);
    pair->loop.run();
    EXPECT_EQ(edges.writable, 0);
    pair->silence(LinkId{1});  // bytes go out, but no acknowledgement comes back
    pair->wires[0].relay->window = 10 << 20;
    pair->wires[0].relay->take();
    pair->loop.run();
    EXPECT_GE(edges.writable, 1);
    EXPECT_GT(stream->room(), 0U);
    stream->set_handler(nullptr);
}

// The target cannot be reached: the visitor's side learns why.
TEST_F(TunnelStreamTest, Refused) {
    pair->attach();
    stream = pair->open();
    pair->pump();
    Edges edges;
    stream->set_handler(&edges);
    far().refuse(Errc::refused);
    pair->pump();
    EXPECT_EQ(edges.readable, 1);
    EXPECT_EQ(edges.writable, 1);
    EXPECT_EQ(drain(*stream).second, Status::error);
    EXPECT_EQ(stream->failure(), Errc::refused);
    EXPECT_FALSE(stream->established());
    stream->set_handler(nullptr);
}

// Reset, or destroyed before its end: the other end sees an error, never a clean end.
TEST_F(TunnelStreamTest, CutIsNoEnd) {
    connect();
    stream->write(as_bytes("half an ans"));
    pair->pump();
    stream.reset();
    pair->pump();
    EXPECT_EQ(drain(far()).second, Status::error);
    EXPECT_EQ(far().write(as_bytes("x")).status, Status::error);
    pair->agent.opened.clear();
    pair->advance(20ms);
    EXPECT_EQ(pair->relay.driver.session().streams(), 0U);
    EXPECT_EQ(pair->agent.driver.session().streams(), 0U);
}

// A handler may destroy the stream from inside a call.
TEST_F(TunnelStreamTest, DestroyedInsideACall) {
    connect();
    Edges edges;
    stream->set_handler(&edges);
    edges.then = [this] { stream.reset(); };
    far().reset();
    pair->pump();
    EXPECT_EQ(stream, nullptr);
    EXPECT_EQ(edges.readable, 1);
    EXPECT_EQ(edges.writable, 0);
}

// Straight from a socket into the buffer and out of it, never more than asked or than there is room
// for.
TEST_F(TunnelStreamTest, FillAndDrain) {
    connect();
    const auto source_line = std::make_shared<Line>(pair->loop);
    const auto sink_line = std::make_shared<Line>(pair->loop);
    net::testing::KernelStream source(source_line);
    net::testing::KernelStream sink(sink_line);
    const std::string text = text_of(600'000);
    source_line->send(text);
    sink_line->window = 1000;
    EXPECT_LE(stream->fill_from(source, 10).bytes, 10U);
    std::string got;
    bool sink_failed = false;
    for (int round = 0; round < 20'000 && got.size() < text.size(); ++round) {
        while (stream->fill_from(source, 256 * 1024).status == Status::ok) {
        }
        pair->pump();
        const IoResult result = far().drain_to(sink, 700, sink_failed);
        ASSERT_LE(result.bytes, 700U);
        ASSERT_FALSE(sink_failed);
        got += sink_line->take();
        if (round % 50 == 0) pair->advance(10ms);
    }
    EXPECT_EQ(got, text);

    source_line->shut();
    EXPECT_EQ(stream->fill_from(source, 100).status, Status::eof);
    stream->shutdown_write();
    pair->advance(15ms);
    EXPECT_EQ(far().drain_to(sink, 100, sink_failed).status, Status::eof);
    EXPECT_FALSE(sink_failed);
    far().write(as_bytes("answer"));
    pair->pump();
    sink_line->cut();
    EXPECT_EQ(stream->drain_to(sink, 100, sink_failed).status, Status::error);
    EXPECT_TRUE(sink_failed);
}

// A link dies in the middle of a transfer: over the next one it goes on at the exact byte.
TEST_F(TunnelStreamTest, OutlivesItsLink) {
    connect();
    const std::string text = text_of(3'000'000);
    std::size_t written = 0;
    std::string got;
    for (int round = 0; round < 400 && got.size() < text.size(); ++round) {
        written += stream->write(as_bytes(std::string_view(text).substr(written))).bytes;
        pair->advance(1ms);
        got += drain(far()).first;
        if (round % 3 == 1) {
            pair->kill(LinkId{pair->wires.size()});
            EXPECT_FALSE(pair->relay.driver.healthy());
            pair->attach();
            pair->pump();
            EXPECT_TRUE(pair->agent.resumed);
        }
    }
    EXPECT_EQ(got, text);
    EXPECT_GT(pair->agent.driver.status(true).resumes_total, 1U);
}

// A silent link under load turns suspect at both ends within a quarter of a second; a fresh one
// heals it.
TEST_F(TunnelStreamTest, SilenceIsNoticed) {
    connect();
    const LinkId first = pair->agent.driver.session().active_link();
    pair->silence(first);
    stream->write(as_bytes("anybody there?"));
    pair->advance(250ms);
    EXPECT_FALSE(pair->relay.driver.healthy());
    EXPECT_EQ(pair->relay.driver.status(true).state, SessionState::resuming);
    pair->attach();
    pair->pump();
    EXPECT_TRUE(pair->relay.driver.healthy());
    EXPECT_EQ(drain(far()).first, "anybody there?");
    EXPECT_FALSE(pair->relay.driver.has_link(first));
}

// An idle pair costs next to nothing: one question in 20 s from one of the ends.
TEST_F(TunnelStreamTest, IdleIsQuiet) {
    connect();
    pair->advance(5s);
    const auto sent = [this] {
        return pair->relay.driver.active_link()->bytes_sent() +
               pair->agent.driver.active_link()->bytes_sent();
    };
    const std::uint64_t before = sent();
    pair->advance(100s);
    EXPECT_LE(sent() - before, 2U * 6 * 2 * 10);
    EXPECT_TRUE(pair->relay.driver.healthy());
}

TEST(FailedStream, ReportsByBothEdges) {
    FakeLoop loop;
    auto stream = make_failed_stream(loop, Errc::limit, {}, {});
    Edges edges;
    stream->set_handler(&edges);
    EXPECT_EQ(edges.readable, 0);
    loop.run();
    EXPECT_EQ(edges.readable, 1);
    EXPECT_EQ(edges.writable, 1);
    EXPECT_EQ(drain(*stream).second, Status::error);
    EXPECT_EQ(stream->failure(), Errc::limit);
    stream->set_handler(&edges);
    edges.then = [&stream] { stream.reset(); };
    loop.run();
    EXPECT_EQ(edges.readable, 2);
    EXPECT_EQ(edges.writable, 1);
}

}  // namespace
}  // namespace homeport::tunnel::testing
