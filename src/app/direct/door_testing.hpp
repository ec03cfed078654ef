#pragma once
/// For the tests of the door: it stands on loopback, with real sockets on both sides of it.

#include "app/direct/door.hpp"
#include "net/linux/entropy.hpp"
#include "net/linux/linux_test_peers.hpp"
#include "reach/wire/knock.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>

namespace homeport::app::testing {

using net::Talker;

inline constexpr std::uint16_t kHttpPort = 80;
inline constexpr std::uint16_t kTlsPort = 443;
inline constexpr std::uint16_t kTcpPort = 2222;

inline ProbeToken token() {
    ProbeToken token;
    token.fill(std::byte{5});
    return token;
}

inline std::string knock() {
    reach::KnockNonce nonce;
    nonce.fill(std::byte{6});
    return reach::knock_text(nonce);
}

inline config::Service service(std::string name, ServiceKind kind, std::uint16_t target) {
    config::Service service;
    service.name = std::move(name);
    service.kind = kind;
    service.direct = Direct::automatic;
    service.target = {"127.0.0.1", {target, target}, ""};
    if (kind == ServiceKind::tcp) {
        service.ports = PortRange{kTcpPort, kTcpPort};
    } else {
        service.hosts = {*HostGlob::parse("*.example.net"), *HostGlob::parse("home.example.net")};
    }
    return service;
}

struct DoorTest : net::LinuxTest {
    void open(bool translated = true) {
        Door::Options options;
        options.address = net::loopback().address;
        options.translated = translated;
        options.http_port = kHttpPort;
        options.tls_port = kTlsPort;
        options.token = token();
        door = std::make_unique<Door>(Door::World{loop, network, entropy, log, pool}, options);
    }
    config::Service to_target(std::string name, ServiceKind kind) const {
        return service(std::move(name), kind, target->local().port);
    }
    void serve(ServiceKind kind) { door->set_services({to_target("s", kind)}); }
    Endpoint inside(std::size_t opening = 0) const {
        return net::loopback(door->openings().at(opening).internal);
    }
    /// A visitor at that opening.
    Talker& visit(std::size_t opening = 0) {
        dial(inside(opening));
        EXPECT_NE(dialled, nullptr);
        return *dialled;
    }
    /// The connection that the target has got, from 1.
    Talker& at_target(std::size_t count = 1) {
        EXPECT_TRUE(turn_until([&] { return accepted.size() >= count; }));
        return *accepted.at(count - 1);
    }
    bool hears(const Talker& talker, std::string_view text) {
        return turn_until([&] { return talker.text.find(text) != std::string::npos; });
    }
    bool ends(const Talker& talker) {
        return turn_until([&] { return talker.ended.has_value(); });
    }
    bool proves(std::size_t opening) {
        Talker& relay = visit(opening);
        relay.send(knock());
        EXPECT_TRUE(ends(relay));
        return reach::is_proof(as_bytes(relay.text), token(), as_bytes(knock()), false,
                               door->openings().at(opening).external);
    }

    NullLog log;
    net::KernelEntropy entropy;
    ChunkPool pool;
    std::unique_ptr<net::Listener> target = listen(net::loopback());
    std::unique_ptr<Door> door;
};

}  // namespace homeport::app::testing
