#include "sim/scenarios/cast.hpp"

#include "core/assert.hpp"

namespace homeport::sim {
namespace {

IpAddress ip(std::string_view text) {
    const auto address = IpAddress::parse(text);
    HOMEPORT_ASSERT(address.has_value());
    return *address;
}

}  // namespace

std::unique_ptr<Cast> make_cast(Wire& wire, Judge& judge, bool behind_router, HostOptions options) {
    const auto add = [&](std::string name, std::string_view address, Router* router) -> Host& {
        options.addresses = {ip(address)};
        options.router = router;
        return wire.add_host(std::move(name), options);
    };
    Router* const router = behind_router ? &wire.add_router("router", "198.51.100.20") : nullptr;
    Host& visitors = add("visitors", "203.0.113.5", nullptr);
    Host& relay = add("relay", "192.0.2.1", nullptr);
    Host& home = add("home", behind_router ? "192.168.1.2" : "198.51.100.21", router);
    Host& target = add("target", behind_router ? "192.168.1.10" : "198.51.100.20", router);
    wire.set_name(kRelayName, {ip("192.0.2.1")});
    wire.set_name(kHomeName, {ip("198.51.100.20")});
    return std::make_unique<Cast>(Cast{wire, judge, visitors, relay, home, target, router,
                                       Endpoint{ip("192.0.2.1"), 8080},
                                       Endpoint{target.options().addresses.front(), 80}});
}

}  // namespace homeport::sim
