#include "reach/portmap/upnp_search.hpp"

#include "reach/portmap/limits.hpp"

#include <array>

namespace homeport::reach {
namespace {

/// Some routers answer a question for all devices with something else only.
constexpr std::array<std::string_view, 5> kTargets = {
    "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
    "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
    "urn:schemas-upnp-org:service:WANIPConnection:1",
    "urn:schemas-upnp-org:service:WANIPConnection:2",
    "urn:schemas-upnp-org:service:WANPPPConnection:1",
};
constexpr std::array<std::string_view, 2> kTargetsV6 = {
    "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
    "urn:schemas-upnp-org:service:WANIPv6FirewallControl:1",
};
constexpr std::string_view kEverybody = "ssdp:all";
constexpr Duration kMx = 2s;

bool link_local_v6(const IpAddress& address) {
    return !address.is_v4() && address.octets()[0] == 0xfe && (address.octets()[1] & 0xc0) == 0x80;
}

}  // namespace

void UpnpSearch::begin(TimePoint now) {
    if (under_way()) return;
    step_ = 0;
    due_ = now;
    everything_ = true;
    answers_ = 0;
    bytes_ = 0;
    on_time(now);
}

/// IPv6 is asked after the answers of IPv4 are in: some routers mix up the two.
void UpnpSearch::on_time(TimePoint now) {
    if (!under_way() || now < due_) return;
    switch (step_++) {
    case 0:
        send_v4();
        due_ = now + kUpnpSearchGap;
        return;
    case 1:
        send_v4();
        due_ = now + kUpnpSearchWindow;
        return;
    case 2:
        send_v6();
        due_ = now + (options_.own_v6.is_unspecified() ? Duration{} : kUpnpSearchWindow);
        return;
    case 3:
        if (everything_) send(ssdp_group_v4(), kEverybody);
        due_ = now + (everything_ ? kUpnpSearchWindow : Duration{});
        return;
    default:
        return;
    }
}

void UpnpSearch::send_v4() {
    if (options_.own_v4.is_unspecified()) return;
    for (const std::string_view target : kTargets) {
        send(ssdp_group_v4(), target);
        for (const IpAddress& gateway : options_.gateways) {
            if (gateway.is_v4()) send({gateway, kSsdpPort}, target);
        }
    }
}

void UpnpSearch::send_v6() {
    if (options_.own_v6.is_unspecified()) return;
    for (const std::string_view target : kTargetsV6) {
        send(ssdp_group_v6(), target);
        for (const IpAddress& gateway : options_.gateways) {
            const bool reachable = !gateway.is_v4() && !link_local_v6(gateway);
            if (reachable) send({gateway, kSsdpPort}, target);
        }
    }
}

void UpnpSearch::send(const Endpoint& to, std::string_view target) {
    const std::string text = write_search(to, target, kMx);
    output_.send(to, as_bytes(text));
}

bool UpnpSearch::within_budget(std::size_t bytes) {
    if (answers_ >= kMaxSearchAnswers || bytes_ + bytes > kMaxSearchBytes) return false;
    ++answers_;
    bytes_ += bytes;
    return true;
}

bool UpnpSearch::acceptable(const HttpUrl& location) const {
    return options_.is_gateway(location.at.address) || options_.is_neighbour(location.at.address);
}

std::optional<UpnpFound> UpnpSearch::on_datagram(const Endpoint& from, Bytes datagram,
                                                 bool multicast) {
    // Routers answer from other ports than 1900 too, so the port says nothing.
    const bool gateway = options_.is_gateway(from.address);
    if (!gateway && !options_.is_neighbour(from.address) && !link_local_v6(from.address)) {
        return std::nullopt;
    }
    if (!multicast && (!under_way() || !within_budget(datagram.size()))) return std::nullopt;
    const auto message = read_ssdp(datagram);
    if (!message || (message->kind == SsdpMessage::Kind::answer) == multicast) return std::nullopt;
    UpnpFound found{{from, "/"}, message->uuid, message->server, message->boot_id, gateway, false};
    if (message->kind == SsdpMessage::Kind::bye) {
        found.bye = true;
        return found;
    }
    auto location = HttpUrl::parse(message->location);
    if (!location || !acceptable(*location)) return std::nullopt;
    found.gateway = options_.is_gateway(location->at.address);
    if (!found.gateway && location->at.address != from.address) return std::nullopt;
    found.location = std::move(*location);
    return found;
}

}  // namespace homeport::reach
