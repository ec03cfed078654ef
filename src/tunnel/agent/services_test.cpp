#include "tunnel/agent/services.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace homeport::tunnel {
namespace {

config::Service web() {
    config::Service service{.name = "web", .kind = ServiceKind::http};
    service.hosts = {*HostGlob::parse("home.example.net")};
    service.target = {.host = "127.0.0.1", .ports = {8080, 8080}, .unix_path = {}};
    service.proxy_protocol = ProxyProtocol::v2;
    return service;
}

config::Service games() {
    config::Service service{.name = "games", .kind = ServiceKind::tcp};
    service.ports = PortRange{42000, 42010};
    service.target = {.host = "10.0.0.5", .ports = {27000, 27010}, .unix_path = {}};
    return service;
}

config::Service ssh() {
    config::Service service{.name = "ssh", .kind = ServiceKind::tcp};
    service.ports = PortRange{2222, 2222};
    service.target = {.host = "localhost", .ports = {22, 22}, .unix_path = {}};
    return service;
}

config::Service socket() {
    config::Service service{.name = "app", .kind = ServiceKind::tls};
    service.hosts = {*HostGlob::parse("app.example.net")};
    service.target = {.host = {}, .ports = {}, .unix_path = "/run/app.sock"};
    return service;
}

std::uint32_t id_of(const Services& services, std::string_view name) {
    for (const Offer& offer : services.offers()) {
        if (offer.name == name) return offer.id;
    }
    return 0;
}

OpenInfo info(std::uint32_t service, int port) {
    return {
        .service = service, .port = static_cast<std::uint16_t>(port), .visitor = {}, .local = {}};
}

TEST(Services, RouteToTheirTargets) {
    Services services;
    services.replace({web(), games(), ssh(), socket()});
    const auto http = services.route(info(id_of(services, "web"), 0)).value();
    EXPECT_EQ(http.target.to_string(), "127.0.0.1:8080");
    EXPECT_EQ(http.proxy_protocol, ProxyProtocol::v2);
    EXPECT_EQ(services.route(info(id_of(services, "ssh"), 2222)).value().target.to_string(),
              "localhost:22");
    const auto unix_route = services.route(info(id_of(services, "app"), 0)).value();
    EXPECT_EQ(unix_route.unix_path, "/run/app.sock");
    EXPECT_TRUE(unix_route.target.host.empty());
}

// A range maps port by port.
TEST(Services, Ranges) {
    Services services;
    services.replace({games()});
    const std::uint32_t id = id_of(services, "games");
    for (int i = 0; i <= 10; ++i) {
        EXPECT_EQ(services.route(info(id, 42000 + i)).value().target.port, 27000 + i);
    }
    EXPECT_FALSE(services.route(info(id, 41999)));
    EXPECT_FALSE(services.route(info(id, 42011)));
    EXPECT_FALSE(services.route(info(id, 0)));
    EXPECT_FALSE(services.route(info(id, 27000)));
}

// Whatever numbers a relay makes up, only targets of the settings come out, for the ports they were
// given.
TEST(Services, NothingElseIsReachable) {
    Services services;
    services.replace({web(), games(), ssh(), socket()});
    std::mt19937 random(1);
    std::set<std::string> reached;
    for (int i = 0; i < 200'000; ++i) {
        const std::uint32_t id =
            random() % 8 == 0 ? static_cast<std::uint32_t>(random()) : random() % 8;
        const int port = random() % 2 == 0 ? static_cast<int>(random() % 65536)
                                           : static_cast<int>(41990 + random() % 30);
        const auto route = services.route(info(id, random() % 16 == 0 ? 0 : port));
        if (!route) {
            ASSERT_EQ(route.error().code, Errc::denied);
            continue;
        }
        reached.insert(route->unix_path + route->target.to_string());
    }
    std::set<std::string> configured{"127.0.0.1:8080", "localhost:22", "/run/app.sock:0"};
    for (int i = 0; i <= 10; ++i) configured.insert("10.0.0.5:" + std::to_string(27000 + i));
    for (const std::string& target : reached) EXPECT_TRUE(configured.contains(target)) << target;
    EXPECT_GE(reached.size(), configured.size() - 2);
}

// An unchanged service keeps its number and its counters; a changed or removed one is gone for
// good.
TEST(Services, ReloadKeepsTheUnchanged) {
    Services services;
    EXPECT_TRUE(services.replace({web(), games(), ssh()}).empty());
    const std::uint32_t web_id = id_of(services, "web");
    const std::uint32_t games_id = id_of(services, "games");
    const std::uint32_t ssh_id = id_of(services, "ssh");
    services.status(web_id)->bytes_in = 77;
    services.on_results({{web_id, true, ""}, {games_id, false, "taken"}, {99, true, ""}});

    config::Service moved = ssh();
    moved.target.ports = {2022, 2022};
    EXPECT_EQ(services.replace({moved, web()}), (std::vector<std::uint32_t>{games_id, ssh_id}));
    EXPECT_EQ(id_of(services, "web"), web_id);
    EXPECT_EQ(services.status(web_id)->bytes_in, 77U);
    EXPECT_TRUE(services.status(web_id)->accepted);
    EXPECT_NE(id_of(services, "ssh"), ssh_id);
    EXPECT_EQ(services.status(ssh_id), nullptr);
    EXPECT_FALSE(services.route(info(ssh_id, 2222)));
    EXPECT_FALSE(services.route(info(games_id, 42000)));
    EXPECT_EQ(services.route(info(id_of(services, "ssh"), 2222)).value().target.port, 2022);

    // A number never comes back for something else.
    services.replace({web(), games(), ssh()});
    EXPECT_NE(id_of(services, "games"), games_id);
    EXPECT_NE(id_of(services, "ssh"), ssh_id);
    EXPECT_EQ(services.all().size(), 3U);
}

// What the home keeps to itself stays there: ports of data connections, hook and login.
TEST(Services, OffersSayWhoComesStraight) {
    config::Service files{.name = "files", .kind = ServiceKind::ftp};
    files.hosts = {*HostGlob::parse("ftp.example.net")};
    files.ports = PortRange{21, 21};
    files.direct = Direct::only;
    files.passive = PortRange{50000, 50010};
    files.address_hook = {"/bin/secret-hook"};
    files.check_login = "user:secret-password";
    Services services;
    services.replace({ssh(), files});
    const auto offers = services.offers();
    ASSERT_EQ(offers.size(), 2U);
    EXPECT_EQ(offers[0].direct, Direct::never);
    EXPECT_EQ(offers[1].direct, Direct::only);
    EXPECT_EQ(offers[1].hosts, files.hosts);
    EXPECT_EQ(offers[1].ports, files.ports);
    const std::string wire(as_text(encode_offers(offers)));
    EXPECT_EQ(wire.find("secret"), std::string::npos);
    EXPECT_EQ(decode_offers(as_bytes(wire)).value(), offers);
}

TEST(Services, OffersSayNothingOfTargets) {
    Services services;
    services.replace({web(), games()});
    const auto offers = services.offers();
    ASSERT_EQ(offers.size(), 2U);
    const std::string wire(as_text(encode_offers(offers)));
    EXPECT_EQ(wire.find("127.0.0.1"), std::string::npos);
    EXPECT_EQ(wire.find("10.0.0.5"), std::string::npos);
    EXPECT_EQ(decode_offers(as_bytes(wire)).value(), offers);
}

}  // namespace
}  // namespace homeport::tunnel
