#pragma once
/// The description that a UPnP device gives of itself: which services of a gateway it has, and
/// where. Pure.

#include "core/result.hpp"
#include "reach/wire/http_url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::reach {

struct UpnpService {
    enum class Kind : std::uint8_t {
        connection,  ///< WANIPConnection or WANPPPConnection: port mappings
        firewall,    ///< WANIPv6FirewallControl: pinholes
    };
    Kind kind = Kind::connection;
    std::string type;  ///< "urn:schemas-upnp-org:service:WANIPConnection:1"
    HttpUrl control;
    std::optional<HttpUrl> events;
    friend bool operator==(const UpnpService&, const UpnpService&) = default;
};

struct UpnpDescription {
    std::string name;                   ///< maker and model, printable
    std::vector<UpnpService> services;  ///< usable ones in order, at most kMaxUpnpServices
};

/// `location`: where it was read. Services at another host are left out. Errors: protocol.
Result<UpnpDescription> read_description(std::string_view xml, const HttpUrl& location);

}  // namespace homeport::reach
