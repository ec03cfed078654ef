#include "sim/world/test_world.hpp"

#include <gmock/gmock.h>

namespace homeport::sim {
namespace {

// Rule: nobody listens: refused after a round trip.
TEST(Wire, RefusesWhereNobodyListens) {
    TwoHosts world;
    world.dial();
    world.simulation.run_for(1s);
    EXPECT_EQ(world.error, Errc::refused);
    EXPECT_EQ(world.dialled_at, 10ms);
}

// Rule: a SYN into a black hole is repeated after 1 s and 3 s; the dial times out when told to.
TEST(Wire, RepeatsSynAndTimesOut) {
    TwoHosts world;
    world.listen();
    world.wire.cut(world.client, world.server);
    world.dial();
    world.simulation.after(2s, [&] { world.wire.heal(world.client, world.server); });
    world.simulation.run_for(60s);
    EXPECT_TRUE(world.client_end);
    EXPECT_EQ(world.dialled_at, 3010ms);

    TwoHosts dark;
    dark.listen();
    dark.wire.cut(dark.client, dark.server);
    dark.dial(5s);
    dark.simulation.run_for(60s);
    EXPECT_EQ(dark.error, Errc::timed_out);
    EXPECT_EQ(dark.dialled_at, 5s);
    EXPECT_EQ(dark.client.sockets(), 0u);
}

// Rule: without a network a dial fails at once, from the loop.
TEST(Wire, UnreachableWithoutLink) {
    TwoHosts world;
    world.client.set_link(false);
    world.dial();
    EXPECT_FALSE(world.error);
    world.simulation.run_for(1ms);
    EXPECT_EQ(world.error, Errc::unreachable);
}

// Rule: a destroyed dial calls nobody.
TEST(Wire, DestroyedDialIsSilent) {
    TwoHosts world;
    world.listen();
    world.dial();
    world.simulation.run_for(1ms);
    world.handle.reset();
    world.simulation.run_for(60s);
    EXPECT_FALSE(world.client_end);
    EXPECT_FALSE(world.error);
    EXPECT_EQ(world.accepted, 0);
    EXPECT_EQ(world.server.sockets(), 0u);
}

// Rule: bytes sent into a black hole arrive late, after the next retransmission, and in order.
TEST(Wire, BlackHoleHealsLate) {
    TwoHosts world;
    world.connect();
    world.wire.cut(world.client, world.server);
    for (const char* text : {"one ", "two ", "three"}) {
        world.client_end->write(as_bytes(text));
        world.simulation.run_for(10s);
    }
    EXPECT_EQ(world.server_end.got, "");
    world.wire.heal(world.client, world.server);
    const TimePoint healed = world.simulation.now();
    EXPECT_TRUE(world.simulation.run_until([&] { return !world.server_end.got.empty(); }, 60s));
    EXPECT_GT(world.simulation.now() - healed, 1s);
    world.simulation.run_for(1s);
    EXPECT_EQ(world.server_end.got, "one two three");
}

// Rule: a path black in one direction only: data arrives, its acknowledgement does not.
TEST(Wire, OneWayBlackHole) {
    TwoHosts world;
    world.connect();
    world.wire.path(world.server, world.client).blocked = true;
    world.client_end->write(as_bytes("there"));
    world.server_end->write(as_bytes("back"));
    world.simulation.run_for(10s);
    EXPECT_EQ(world.server_end.got, "there");
    EXPECT_EQ(world.client_end.got, "");
    world.wire.path(world.server, world.client).blocked = false;
    world.simulation.run_for(60s);
    EXPECT_EQ(world.client_end.got, "back");
    EXPECT_EQ(world.server_end.got, "there");
}

// Rule: a connection whose path never heals ends with an error, after many minutes.
TEST(Wire, GivesUpAtLast) {
    TwoHosts world;
    world.connect();
    world.client_end->write(as_bytes("x"));
    world.wire.cut(world.client, world.server);
    world.client_end->write(as_bytes("y"));
    world.simulation.run_for(300s);
    EXPECT_FALSE(world.client_end.failed());
    world.simulation.run_for(1000s);
    EXPECT_TRUE(world.client_end.failed());
}

// Rule: bandwidth is shared and kept: 1 MB at 100 KB/s takes 10 s.
TEST(Wire, BandwidthLimits) {
    TwoHosts world;
    world.connect();
    world.wire.path(world.client, world.server).bytes_per_second = 100'000;
    std::size_t taken = world.client_end.fill();
    const TimePoint start = world.simulation.now();
    while (taken < 1'000'000) {
        world.simulation.run_for(100ms);
        taken += world.client_end.fill();
    }
    world.simulation.run_until([&] { return world.server_end.got.size() == taken; }, 60s);
    const auto expected = Duration(static_cast<std::int64_t>(taken * 10'000));
    EXPECT_GT(world.simulation.now() - start, expected);
    EXPECT_LT(world.simulation.now() - start, expected * 11 / 10);
}

// Rule: loss delays, it never reorders or drops.
TEST(Wire, LossDelaysOnly) {
    TwoHosts world(3);
    world.connect();
    world.wire.path(world.client, world.server).loss = 0.3;
    std::string sent;
    for (int i = 0; i < 100; ++i) {
        sent += std::to_string(i);
        world.client_end->write(as_bytes(std::to_string(i)));
        world.simulation.run_for(10ms);
    }
    EXPECT_LT(world.server_end.got.size(), sent.size());
    world.simulation.run_for(10s);
    EXPECT_EQ(world.server_end.got, sent);
}

// Rule: a box on the path may cut a connection; both ends learn it.
TEST(Wire, PathReset) {
    TwoHosts world;
    world.connect();
    world.wire.reset_connections(world.client, world.server);
    world.simulation.run_for(1s);
    EXPECT_TRUE(world.client_end.failed());
    EXPECT_TRUE(world.server_end.failed());
}

struct HomeBehindRouter : TwoHosts {
    Router& router = wire.add_router("router", "203.0.113.7");
    Host& home =
        wire.add_host("home", HostOptions{.addresses = {ip("192.168.1.2")}, .router = &router});
    Plug home_end;
    std::unique_ptr<net::Handle> home_dial;

    void connect_home() {
        listen();
        home_dial = home.network().dial(at("192.0.2.1:80"), {},
                                        [this](auto result) { home_end.set(std::move(*result)); });
        simulation.run_for(100ms);
    }
};

// Rule: the far end sees the router's address, and answers come back through it.
TEST(Router, Translates) {
    HomeBehindRouter world;
    world.connect_home();
    EXPECT_EQ(world.server_end->peer().address, ip("203.0.113.7"));
    EXPECT_EQ(world.home_end->local().address, ip("192.168.1.2"));
    world.server_end->write(as_bytes("welcome"));
    world.home_end->write(as_bytes("hello"));
    world.simulation.run_for(1s);
    EXPECT_EQ(world.home_end.got, "welcome");
    EXPECT_EQ(world.server_end.got, "hello");
}

// Rule: after a silent change of address old connections are black holes in both directions, and a
// new dial works once the gap is over.
TEST(Router, SilentChangeIsABlackHole) {
    HomeBehindRouter world;
    world.connect_home();
    world.router.change_external_address(ip("203.0.113.99"), 5s);
    EXPECT_FALSE(world.wire.host_is_online(world.home));
    world.home_end->write(as_bytes("lost"));
    world.server_end->write(as_bytes("lost"));
    world.simulation.run_for(30s);
    EXPECT_TRUE(world.wire.host_is_online(world.home));
    EXPECT_EQ(world.home_end.got + world.server_end.got, "");
    EXPECT_FALSE(world.home_end.failed() || world.server_end.failed());

    Plug& old_end = world.server_end;
    Plug fresh;
    const auto dial = world.home.network().dial(
        at("192.0.2.1:80"), {}, [&](auto result) { fresh.set(std::move(*result)); });
    old_end.reading = false;
    world.simulation.run_for(1s);
    ASSERT_TRUE(fresh);
    EXPECT_EQ(world.server_end->peer().address, ip("203.0.113.99"));
}

// Rule: with a relay that answers RST, the home learns of the change as soon as it sends; the
// relay's side learns nothing.
TEST(Router, ResetChangeTellsTheHomeOnly) {
    HomeBehindRouter world;
    world.router.strangers = Router::Strangers::reset;
    world.connect_home();
    world.router.change_external_address(ip("203.0.113.99"), 1s);
    world.simulation.run_for(2s);
    EXPECT_FALSE(world.home_end.failed());
    world.home_end->write(as_bytes("anybody?"));
    world.server_end->write(as_bytes("anybody?"));
    world.simulation.run_for(1s);
    EXPECT_TRUE(world.home_end.failed());
    EXPECT_FALSE(world.server_end.failed());
}

// Rule: the old address may belong to somebody else, whose router answers RST to the relay.
TEST(Router, OldAddressMayAnswer) {
    HomeBehindRouter world;
    world.router.old_address = Router::OldAddress::reset;
    world.connect_home();
    world.router.change_external_address(ip("203.0.113.99"), 1s);
    world.server_end->write(as_bytes("anybody?"));
    world.simulation.run_for(1s);
    EXPECT_TRUE(world.server_end.failed());
    EXPECT_FALSE(world.home_end.failed());
}

// Rule: a mapping that was idle too long is forgotten.
TEST(Router, ForgetsIdleMappings) {
    HomeBehindRouter world;
    world.router.idle_timeout = 60s;
    world.connect_home();
    for (int i = 0; i < 5; ++i) {
        world.simulation.run_for(50s);
        world.server_end->write(as_bytes("."));
    }
    world.simulation.run_for(70s);
    EXPECT_EQ(world.home_end.got, ".....");
    world.server_end->write(as_bytes("."));
    world.simulation.run_for(10s);
    EXPECT_EQ(world.home_end.got, ".....");
}

std::uint64_t hash_of_run(std::uint64_t seed) {
    TwoHosts world(seed);
    world.simulation.quirks() = {
        .partial = 0.5, .again = 0.1, .spurious = 0.1, .shuffle = true, .wake_delay = 100us};
    world.wire.default_path().jitter = 3ms;
    world.connect();
    world.client_end.fill();
    world.simulation.run_for(10s);
    return world.simulation.trace_hash();
}

// Rule: the same seed gives the same world to the last event, another seed another one.
TEST(Wire, SeedDecidesEverything) {
    EXPECT_EQ(hash_of_run(1), hash_of_run(1));
    EXPECT_EQ(hash_of_run(2), hash_of_run(2));
    EXPECT_NE(hash_of_run(1), hash_of_run(2));
}

}  // namespace
}  // namespace homeport::sim
