#include "sim/world/seeded_entropy.hpp"
#include "sim/world/test_world.hpp"

#include <gmock/gmock.h>

namespace homeport::sim {
namespace {

// Rule: the kernel of a stopped process goes on: it accepts and receives up to its buffers.
TEST(Host, SuspendedKernelReceives) {
    TwoHosts world;
    world.listen();
    world.server.suspend();
    world.dial();
    world.simulation.run_for(1s);
    ASSERT_TRUE(world.client_end);
    EXPECT_EQ(world.accepted, 0);
    EXPECT_GT(world.client_end.fill(), kSocketBufferBytes - 1);
    world.simulation.run_for(60s);
    world.client_end.fill();
    EXPECT_EQ(world.server_end.got, "");
    world.server.resume();
    world.simulation.run_for(10s);
    EXPECT_EQ(world.accepted, 1);
    EXPECT_EQ(world.server_end.got.size(), 2 * kSocketBufferBytes);
}

struct Program {
    explicit Program(TwoHosts& world) : world_(world) { world.listen(); }
    ~Program() {
        // A program's last words after SIGKILL reach nobody.
        if (world_.server_end) world_.server_end->write(as_bytes("last words"));
        world_.server_end.close();
        world_.listener.reset();
    }
    TwoHosts& world_;
};

struct ServerProgram : TwoHosts {
    ServerProgram() {
        server.set_program([this] { return std::make_shared<Program>(*this); });
        server.start();
        dial();
        simulation.run_for(100ms);
    }
    ~ServerProgram() { server.kill(); }
};

// Rule: after SIGKILL the kernel resets the connections; the program can be started again.
TEST(Host, KillEndsConnections) {
    ServerProgram world;
    ASSERT_TRUE(world.client_end && world.server_end);
    world.server.kill();
    EXPECT_FALSE(world.server.running());
    world.simulation.run_for(1s);
    EXPECT_TRUE(world.client_end.failed());
    EXPECT_EQ(world.client_end.got, "");

    world.dial();
    world.simulation.run_for(1s);
    EXPECT_EQ(world.error, Errc::refused);
    world.server.start();
    world.dial();
    world.simulation.run_for(1s);
    EXPECT_EQ(world.accepted, 2);
}

// Rule: SIGKILL with unread bytes is a reset.
TEST(Host, KillWithUnreadBytesResets) {
    ServerProgram world;
    world.server_end.reading = false;
    world.client_end->write(as_bytes("unread"));
    world.simulation.run_for(1s);
    world.server_end.drain();
    world.server.suspend();
    world.client_end->write(as_bytes("more"));
    world.simulation.run_for(1s);
    world.server.kill();
    world.simulation.run_for(1s);
    EXPECT_TRUE(world.client_end.failed());
}

// Rule: a power cut says nothing; once power is back, the next segment is answered with a reset.
TEST(Host, PowerCutIsSilent) {
    ServerProgram world;
    world.server.power_cut();
    world.client_end->write(as_bytes("anybody?"));
    world.simulation.run_for(30s);
    EXPECT_FALSE(world.client_end.failed() || world.client_end.ended());
    world.server.power_on();
    world.simulation.run_for(60s);
    EXPECT_TRUE(world.client_end.failed());
}

// Rule: a paused listener leaves visitors in the backlog; beyond it their SYNs are dropped.
TEST(Host, PausedListenerKeepsTheBacklog) {
    TwoHosts world;
    world.listener = *world.server.network().listen(at("0.0.0.0:80"), {.backlog = 2},
                                                    [&](auto) { ++world.accepted; });
    world.listener->pause(true);
    std::vector<std::unique_ptr<net::Handle>> dials;
    int connected = 0;
    for (int i = 0; i < 3; ++i) {
        dials.push_back(
            world.client.network().dial(at("192.0.2.1:80"), {.timeout = 60s},
                                        [&](auto result) { connected += result ? 1 : 0; }));
        world.simulation.run_for(20ms);
    }
    EXPECT_EQ(connected, 2);
    EXPECT_EQ(world.accepted, 0);
    world.listener->pause(false);
    world.simulation.run_for(60s);
    EXPECT_EQ(connected, 3);
    EXPECT_EQ(world.accepted, 3);
}

// Rule: listening tells apart: address in use, not ours; port 0 is given a number.
TEST(Host, ListenErrors) {
    TwoHosts world;
    net::Network& network = world.server.network();
    const auto ignore = [](auto) {};
    const auto any = network.listen(Endpoint{}, {}, ignore);
    ASSERT_TRUE(any);
    EXPECT_NE((*any)->local().port, 0);
    EXPECT_EQ(network.listen(at("198.51.100.1:80"), {}, ignore).error().code, Errc::invalid);
    const auto first = network.listen(at("192.0.2.1:80"), {}, ignore);
    EXPECT_EQ(network.listen(at("192.0.2.1:80"), {}, ignore).error().code, Errc::exists);
}

// Rule: names can change, vanish and fail; numbers need no server.
TEST(Host, ResolvesNames) {
    TwoHosts world;
    world.wire.set_name("relay.example", {ip("192.0.2.1")});
    std::vector<std::unique_ptr<net::Handle>> lookups;
    const auto ask = [&](const char* name) {
        std::string answer;
        lookups.push_back(world.client.network().resolve(name, [&](auto result) {
            answer =
                result ? result->front().to_string() : std::string(to_string(result.error().code));
        }));
        EXPECT_EQ(answer, "");
        world.simulation.run_for(10s);
        return answer;
    };
    EXPECT_EQ(ask("relay.example"), "192.0.2.1");
    world.wire.set_name("relay.example", {ip("192.0.2.2")});
    EXPECT_EQ(ask("relay.example"), "192.0.2.2");
    EXPECT_EQ(ask("other.example"), "not_found");
    world.wire.fail_lookups(true);
    EXPECT_EQ(ask("relay.example"), "timed_out");
    EXPECT_EQ(ask("192.0.2.9"), "192.0.2.9");
    world.wire.fail_lookups(false);
    world.client.set_link(false);
    EXPECT_EQ(ask("relay.example"), "timed_out");
}

// Rule: a change of addresses is told once per burst; connections of the old address are black.
TEST(Host, AddressChangeIsTold) {
    TwoHosts world;
    world.connect();
    int told = 0;
    auto watch = world.client.network().watch_changes([&] { ++told; });
    world.client.set_addresses({});
    world.client.set_addresses({ip("198.51.100.2")});
    world.simulation.run_for(1s);
    EXPECT_EQ(told, 1);
    world.client_end->write(as_bytes("lost"));
    world.simulation.run_for(10s);
    EXPECT_EQ(world.server_end.got, "");
    watch.reset();
    world.client.announce_change();
    world.simulation.run_for(1s);
    EXPECT_EQ(told, 1);
    world.client.set_addresses({ip("198.51.100.1")});
    world.simulation.run_for(60s);
    EXPECT_EQ(world.server_end.got, "lost");
}

// Rule: entropy is a function of the seed.
TEST(SeededEntropy, IsSeeded) {
    SeededEntropy one(Random(1));
    SeededEntropy same(Random(1));
    SeededEntropy other(Random(2));
    const auto value = one.u64();
    EXPECT_EQ(value, same.u64());
    EXPECT_NE(value, other.u64());
}

}  // namespace
}  // namespace homeport::sim
