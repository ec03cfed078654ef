#pragma once
/// For tests of the UPnP parts: a home with a router at 192.168.1.1 and this machine at .20.

#include "reach/portmap/fake_igd_world.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace homeport::reach::testing {

using Phase = MappingReport::Phase;

inline IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}

inline UpnpOptions home_options() {
    UpnpOptions options;
    options.own_v4 = ip("192.168.1.20");
    options.gateways = {ip("192.168.1.1")};
    options.is_public = [](const IpAddress& address) {
        return is_public(address) || Cidr::parse("203.0.113.0/24")->contains(address);
    };
    return options;
}

inline UpnpOptions home_options_v6() {
    UpnpOptions options = home_options();
    options.own_v6 = ip("2001:db8:1::20");
    options.gateways.push_back(ip("2001:db8:1::1"));
    return options;
}

inline MappingWish wish(std::uint64_t id, std::uint16_t port = 443,
                        Transport transport = Transport::tcp) {
    MappingWish wish;
    wish.id = MappingId{id};
    wish.transport = transport;
    wish.internal = {ip("192.168.1.20"), port};
    wish.external_port = port;
    wish.nonce[0] = static_cast<std::byte>(id);
    wish.description = "homeport";
    return wish;
}

inline MappingWish wish_v6(std::uint64_t id, std::uint16_t port = 443) {
    MappingWish wished = wish(id, port);
    wished.internal.address = ip("2001:db8:1::20");
    return wished;
}

/// The home, with a router that has started an hour ago.
struct Home {
    explicit Home(UpnpOptions options = home_options()) : world(std::move(options)) {
        world.routers.push_back(&router);
    }
    void start() { world.machine->start(world.now); }
    void want(const MappingWish& wished) { world.machine->want(wished, world.now); }
    /// The usual beginning: found, and one wish, 443 by TCP, asked for.
    const MappingReport& map(Duration time = 12s) {
        start();
        want(wish(1));
        world.run_for(time);
        return world.of(1);
    }
    bool listed(const std::string& port = "443", const std::string& protocol = "TCP") const {
        return router.table.contains({port, protocol});
    }
    /// Somebody else's mapping.
    void taken(const std::string& client, const std::string& port = "443") {
        router.table[{port, "TCP"}] = {client, port, "other", "1", kNever};
    }

    FakeIgd router;
    IgdWorld world;
};

}  // namespace homeport::reach::testing
