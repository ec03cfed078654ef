#include "sim/world/test_world.hpp"

#include <gmock/gmock.h>

namespace homeport::sim {
namespace {

// Rule: a connection is made in one round trip, bytes travel one way in the path's delay.
TEST(Socket, ConnectsAndDelivers) {
    TwoHosts world;
    world.connect();
    ASSERT_TRUE(world.client_end);
    ASSERT_TRUE(world.server_end);
    EXPECT_EQ(world.dialled_at, 10ms);
    EXPECT_EQ(world.server_end->peer().address, ip("198.51.100.1"));
    EXPECT_EQ(world.server_end->local(), at("192.0.2.1:80"));

    world.client_end->write(as_bytes("hello"));
    world.simulation.run_for(4ms);
    EXPECT_EQ(world.server_end.got, "");
    world.simulation.run_for(1ms);
    EXPECT_EQ(world.server_end.got, "hello");
}

// Rule: half-close: the end of one direction leaves the other open.
TEST(Socket, HalfCloseLeavesTheOtherDirectionOpen) {
    TwoHosts world;
    world.connect();
    world.client_end->write(as_bytes("question"));
    world.client_end->shutdown_write();
    world.simulation.run_for(1s);
    EXPECT_TRUE(world.server_end.ended());
    EXPECT_EQ(world.client_end->write(as_bytes("x")).status, net::IoResult::Status::error);
    world.server_end->write(as_bytes("answer"));
    world.simulation.run_for(1s);
    EXPECT_EQ(world.client_end.got, "answer");
    EXPECT_FALSE(world.client_end.ended());
}

// Rule: what write() took is delivered although the stream is destroyed, then comes the end.
TEST(Socket, CloseDeliversWhatWasTaken) {
    TwoHosts world;
    world.connect();
    const std::size_t taken = world.client_end.fill();
    EXPECT_GE(taken, kSocketBufferBytes);
    world.client_end.close();
    world.simulation.run_for(10s);
    EXPECT_EQ(world.server_end.got.size(), taken);
    EXPECT_TRUE(world.server_end.ended());
    world.server_end.close();
    world.simulation.run_for(200s);
    EXPECT_EQ(world.client.sockets() + world.server.sockets(), 0u);
}

// Rule: reset() is never a clean end for the peer, and ends this side at once.
TEST(Socket, ResetIsSeenAsError) {
    TwoHosts world;
    world.connect();
    world.client_end->write(as_bytes("half"));
    world.client_end->reset();
    EXPECT_EQ(world.client_end->write(as_bytes("x")).status, net::IoResult::Status::error);
    world.simulation.run_for(1s);
    EXPECT_TRUE(world.server_end.failed());
    EXPECT_EQ(world.server_end->write(as_bytes("x")).status, net::IoResult::Status::error);
}

// Rule: a reset lost on the way leaves the other side waiting; the accepting end asks a silent peer
// and learns it, also when nothing comes back at all.
TEST(Socket, ALostResetIsFoundByAsking) {
    for (const bool silent : {false, true}) {
        TwoHosts world;
        world.connect();
        world.simulation.run_for(1s);
        world.wire.path(world.client, world.server).blocked = true;
        world.client_end->reset();
        world.simulation.run_for(1s);
        world.wire.path(world.client, world.server).blocked = silent;
        world.simulation.run_for(kAskSilent - 3s);
        EXPECT_FALSE(world.server_end.failed());
        world.simulation.run_for(4s + kAskSilentTimes * kAskSilentAgain);
        EXPECT_TRUE(world.server_end.failed());
    }
}

// Rule: a silent peer that is still there answers, and the connection lives on.
TEST(Socket, ASilentPeerThatLivesIsKept) {
    TwoHosts world;
    world.connect();
    world.simulation.run_for(10 * kAskSilent);
    world.client_end->write(as_bytes("still here"));
    world.simulation.run_for(1s);
    EXPECT_EQ(world.server_end.got, "still here");
}

// Rule: a process that closes without having read everything cuts the connection (as Linux does).
TEST(Socket, CloseWithUnreadBytesResets) {
    TwoHosts world;
    world.server_end.reading = false;
    world.connect();
    world.client_end->write(as_bytes("unread"));
    world.simulation.run_for(1s);
    world.server_end.close();
    world.simulation.run_for(1s);
    EXPECT_TRUE(world.client_end.failed());
}

// Rule: bytes for a process that has closed are answered with a reset.
TEST(Socket, WritingToAClosedPeerResets) {
    TwoHosts world;
    world.connect();
    world.server_end.close();
    world.simulation.run_for(1s);
    EXPECT_TRUE(world.client_end.ended());
    EXPECT_EQ(world.client_end->write(as_bytes("x")).status, net::IoResult::Status::ok);
    world.simulation.run_for(1s);
    EXPECT_EQ(world.client_end->write(as_bytes("x")).status, net::IoResult::Status::error);
}

// Rule: both buffers full, write() answers `again`; one edge comes when the reader has made room.
TEST(Socket, BackPressureEndsWithOneEdge) {
    TwoHosts world;
    world.server_end.reading = false;
    world.connect();
    std::size_t taken = world.client_end.fill();
    world.simulation.run_for(10s);
    taken += world.client_end.fill();
    world.simulation.run_for(10s);
    EXPECT_EQ(taken, 2 * kSocketBufferBytes);
    EXPECT_EQ(world.client_end->write(as_bytes("x")).status, net::IoResult::Status::again);
    const int edges = world.client_end.writable_edges;

    world.server_end.reading = true;
    world.server_end.drain();
    world.simulation.run_for(10s);
    EXPECT_EQ(world.client_end.writable_edges, edges + 1);
    EXPECT_EQ(world.server_end.got.size(), taken);
}

// Rule: who did not get `again` gets no edge (without quirks), however much arrives.
TEST(Socket, NoEdgeForWhoDoesNotWait) {
    TwoHosts world;
    world.server_end.reading = false;
    world.connect();
    for (int i = 0; i < 10; ++i) {
        world.client_end->write(as_bytes("bytes"));
        world.simulation.run_for(1s);
    }
    EXPECT_EQ(world.server_end.readable_edges, 0);
    EXPECT_EQ(world.client_end.writable_edges, 0);
}

// Rule: with quirks edges come for nothing, reads and writes are partial; the bytes stay right.
TEST(Socket, QuirksKeepTheBytes) {
    TwoHosts world(5);
    world.simulation.quirks() = {.partial = 0.5,
                                 .again = 0.3,
                                 .spurious = 0.5,
                                 .late_posts = 0.5,
                                 .shuffle = true,
                                 .wake_delay = 1ms};
    world.connect();
    std::string sent;
    for (int i = 0; i < 300; ++i) {
        const std::string text(static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
        const auto result =
            text.empty() ? net::IoResult::again() : world.client_end->write(as_bytes(text));
        sent += text.substr(0, result.bytes);
        world.simulation.run_for(2ms);
    }
    world.simulation.run_for(1s);
    EXPECT_EQ(world.server_end.got, sent);
    EXPECT_GT(world.client_end.writable_edges + world.client_end.readable_edges, 20);
}

// Rule: a handler may destroy its stream from inside an edge, also when both edges are due.
TEST(Socket, HandlerMayDestroyTheStream) {
    TwoHosts world;
    world.connect();
    world.client_end.fill();
    world.client_end.close_on_edge = true;
    world.server_end->write(as_bytes("x"));
    world.simulation.run_for(10s);
    EXPECT_FALSE(world.client_end);
}

// Rule: what arrived before a reset can be read (Linux), unless the seed says that it is lost.
TEST(Socket, ResetMayDiscard) {
    for (const bool discards : {false, true}) {
        TwoHosts world;
        world.simulation.quirks().reset_discards = discards;
        world.server_end.reading = false;
        world.connect();
        world.client_end->write(as_bytes("early"));
        world.simulation.run_for(1s);
        world.client_end->reset();
        world.simulation.run_for(1s);
        world.server_end.reading = true;
        world.server_end.drain();
        EXPECT_TRUE(world.server_end.failed());
        EXPECT_EQ(world.server_end.got, discards ? "" : "early");
    }
}

// Rule: an end that came before the reset is none when bytes before it were thrown away.
TEST(Socket, DiscardedBytesDoNotLookLikeAnEnd) {
    TwoHosts world;
    world.simulation.quirks().reset_discards = true;
    world.server_end.reading = false;
    world.connect();
    world.client_end->write(as_bytes("all of it"));
    world.client_end->shutdown_write();
    world.simulation.run_for(1s);
    world.client_end->reset();
    world.simulation.run_for(1s);
    world.server_end.reading = true;
    world.server_end.drain();
    EXPECT_TRUE(world.server_end.failed());
    EXPECT_EQ(world.server_end.got, "");
}

// Rule: Unix sockets connect within a host only.
TEST(Socket, UnixDomain) {
    TwoHosts world;
    Plug inside;
    const auto listener = *world.server.network().listen(
        net::UnixPath{"/run/x"}, {}, [&](auto stream) { inside.set(std::move(stream)); });
    Plug near;
    const auto dial_near = world.server.network().dial(
        net::UnixPath{"/run/x"}, {}, [&](auto result) { near.set(std::move(*result)); });
    bool refused = false;
    const auto dial_far = world.client.network().dial(
        net::UnixPath{"/run/x"}, {}, [&](auto result) { refused = !result.has_value(); });
    world.simulation.run_for(1s);
    ASSERT_TRUE(near);
    near->write(as_bytes("hi"));
    world.simulation.run_for(1s);
    EXPECT_EQ(inside.got, "hi");
    EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace homeport::sim
