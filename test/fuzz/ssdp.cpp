// SSDP: anybody in the network can send it. What is read keeps to its limits, and a location that
// a search takes is at a gateway or a neighbour.

#include "core/assert.hpp"
#include "reach/portmap/upnp_search.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

using namespace homeport;
using namespace homeport::reach;

namespace {

struct Nowhere final : MachineOutput {
    void send(const Endpoint&, Bytes) override {}
    void call(HttpCall) override {}
    void report(const MappingReport&) override {}
    void report(const RouterReport&) override {}
};

UpnpOptions home() {
    UpnpOptions options;
    options.own_v4 = IpAddress::v4({192, 168, 1, 20});
    options.gateways = {IpAddress::v4({192, 168, 1, 1})};
    return options;
}

bool plain(std::string_view text) {
    return text.size() <= kMaxWordsBytes &&
           std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes datagram(reinterpret_cast<const std::byte*>(data), size);
    const auto message = read_ssdp(datagram);
    if (message) {
        HOMEPORT_ASSERT(plain(message->server) && plain(message->target));
        HOMEPORT_ASSERT(message->uuid.size() <= kMaxUuidBytes);
        HOMEPORT_ASSERT(message->location.size() <= kMaxUrlBytes);
    }
    static const UpnpOptions options = home();
    Nowhere nowhere;
    UpnpSearch search(options, nowhere);
    search.begin(TimePoint{});
    for (const bool multicast : {false, true}) {
        const Endpoint from{options.gateways[0], kSsdpPort};
        const auto found = search.on_datagram(from, datagram, multicast);
        if (!found) continue;
        HOMEPORT_ASSERT(message.has_value());
        const IpAddress& host = found->location.at.address;
        HOMEPORT_ASSERT(options.is_gateway(host) || options.is_neighbour(host));
        HOMEPORT_ASSERT(found->bye ||
                        HttpUrl::parse(found->location.to_string()) == found->location);
    }
    return 0;
}
