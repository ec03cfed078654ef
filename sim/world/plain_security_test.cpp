#include "sim/world/plain_security.hpp"

#include "sim/world/test_world.hpp"

#include <gmock/gmock.h>

namespace homeport::sim {
namespace {

PublicKey key(char letter) {
    PublicKey key;
    key.bytes.fill(static_cast<std::byte>(letter));
    return key;
}

struct SecurePair : TwoHosts {
    PlainSecurity client_security{client.loop(), key('c')};
    PlainSecurity server_security{server.loop(), key('s')};
    Plug client_plug;
    Plug server_plug;
    net::SecureStream* client_stream = nullptr;
    net::SecureStream* server_stream = nullptr;

    explicit SecurePair(std::uint64_t seed = 1) : TwoHosts(seed) {}

    void meet(const PublicKey& expected) {
        listener = *server.network().listen(at("192.0.2.1:80"), {}, [this](auto stream) {
            auto secure = server_security.accept(std::move(stream));
            server_stream = secure.get();
            server_plug.set(std::move(secure));
        });
        handle = client.network().dial(at("192.0.2.1:80"), {}, [this, expected](auto result) {
            auto secure = client_security.connect(std::move(*result), expected);
            client_stream = secure.get();
            client_plug.set(std::move(secure));
        });
        simulation.run_for(1s);
    }
};

// Rule: both keys are known when established, which on_writable() tells.
TEST(PlainSecurity, ExchangesKeys) {
    SecurePair world;
    world.meet(key('s'));
    ASSERT_TRUE(world.client_stream->established() && world.server_stream->established());
    EXPECT_EQ(world.client_stream->peer_key(), key('s'));
    EXPECT_EQ(world.server_stream->peer_key(), key('c'));
    EXPECT_EQ(world.server_stream->protocol(), net::kLinkProtocol);
    EXPECT_GE(world.client_plug.writable_edges, 1);
    world.client_plug->write(as_bytes("hello"));
    world.client_plug->shutdown_write();
    world.simulation.run_for(1s);
    EXPECT_EQ(world.server_plug.got, "hello");
    EXPECT_TRUE(world.server_plug.ended());
}

// Rule: another key than expected: no stream, an error by both edges, a reason for the log.
TEST(PlainSecurity, RefusesAnotherKey) {
    SecurePair world;
    world.meet(key('x'));
    EXPECT_TRUE(world.client_plug.failed());
    EXPECT_FALSE(world.client_stream->established());
    EXPECT_THAT(world.client_stream->failure(), testing::HasSubstr("another key"));
    EXPECT_TRUE(world.server_plug.failed());
}

// Rule: who does not speak the protocol fails.
TEST(PlainSecurity, RefusesStrangers) {
    SecurePair world;
    world.listener = *world.server.network().listen(at("192.0.2.1:80"), {}, [&](auto stream) {
        auto secure = world.server_security.accept(std::move(stream));
        world.server_stream = secure.get();
        world.server_plug.set(std::move(secure));
    });
    world.dial();
    world.simulation.run_for(1s);
    world.client_end->write(as_bytes("GET / HTTP/1.1\r\n"));
    world.simulation.run_for(1s);
    EXPECT_TRUE(world.server_plug.failed());
    EXPECT_FALSE(world.server_stream->established());
}

// Rule: bytes beyond the socket's buffer wait in the backlog, which is bounded; destroying the
// stream still delivers all that was taken.
TEST(PlainSecurity, BacklogIsBoundedAndDelivered) {
    SecurePair world(9);
    world.simulation.quirks().partial = 0.3;
    world.server_plug.reading = false;
    world.meet(key('s'));
    std::size_t taken = world.client_plug.fill();
    world.simulation.run_for(10s);
    taken += world.client_plug.fill();
    EXPECT_GT(world.client_stream->backlog(), 0U);
    EXPECT_LE(world.client_stream->backlog(), 64U * 1024);
    EXPECT_EQ(world.client_plug->write(as_bytes("x")).status, net::IoResult::Status::again);
    world.client_plug.close();
    world.server_plug.reading = true;
    world.server_plug.drain();
    world.simulation.run_for(60s);
    EXPECT_EQ(world.server_plug.got.size(), taken);
    EXPECT_TRUE(world.server_plug.ended());
}

// Rule: a handler may destroy its stream from inside an edge, also when both are due.
TEST(PlainSecurity, HandlerMayDestroyTheStream) {
    SecurePair world;
    world.client_plug.close_on_edge = true;
    world.meet(key('x'));
    EXPECT_FALSE(world.client_plug);
    EXPECT_TRUE(world.server_plug.failed());
}

}  // namespace
}  // namespace homeport::sim
