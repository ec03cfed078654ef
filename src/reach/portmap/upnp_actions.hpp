#pragma once
/// What is asked of a gateway's services, and what their answers mean (WANIPConnection:2,
/// WANIPv6FirewallControl:1). Pure.

#include "core/time.hpp"
#include "reach/portmap/machine.hpp"
#include "reach/portmap/mapping.hpp"
#include "reach/portmap/upnp_description.hpp"
#include "reach/wire/soap.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace homeport::reach {

/// The call as HTTP to `service`. Its id is still to be chosen.
HttpCall http_call(const UpnpService& service, const SoapCall& call);

/// How a call ended.
struct UpnpOutcome {
    std::optional<SoapAnswer> answer;  ///< also one that is an error of UPnP
    MapFault fault = MapFault::none;   ///< without an answer: why
    std::string detail;                ///< without an answer: in words

    bool done() const { return answer && answer->done(); }
    int code() const { return answer ? answer->code : 0; }
};
UpnpOutcome outcome_of(const Result<HttpReply>& reply, std::string_view action);

/// The meaning of an error code of UPnP, of mappings and pinholes.
MapFault fault_of(int code);

/// Mappings. Lease 0 s: permanent.
SoapCall add_mapping(const MappingWish& wish, std::chrono::seconds lease);
SoapCall look_at_mapping(const MappingWish& wish);
SoapCall remove_mapping(const MappingWish& wish);
/// Pinholes; `pinhole`: the router's own number.
SoapCall add_pinhole(const MappingWish& wish, std::chrono::seconds lease);
SoapCall renew_pinhole(std::string_view pinhole, std::chrono::seconds lease);
SoapCall look_at_pinhole(std::string_view pinhole);
SoapCall remove_pinhole(std::string_view pinhole);

/// What the router's table has where the wish should stand.
struct UpnpListed {
    enum class What : std::uint8_t {
        as_wished,
        own_other,  ///< of this machine, but not as wished: left by an earlier process
        nothing,
        foreign,
        unknown,  ///< the router cannot be asked, or its answer is unreadable
    };
    What what = What::unknown;
    std::optional<std::chrono::seconds> lease;  ///< what is left; 0: permanent, or so it says
};
UpnpListed listed_mapping(const MappingWish& wish, const UpnpOutcome& outcome);
UpnpListed listed_pinhole(const UpnpOutcome& outcome);

/// The address that a router tells of itself; nothing: none, or nonsense.
std::optional<IpAddress> told_address(std::string_view text);

/// One entry of the router's table of mappings, whoever made it; texts are printable.
struct UpnpEntry {
    std::string protocol;
    std::uint16_t external_port = 0;  ///< 0: all ports
    std::string remote_host;          ///< empty: all
    std::string internal_client;
    std::uint16_t internal_port = 0;
    bool enabled = false;
    std::string description;
    std::uint32_t lease_seconds = 0;  ///< 0: permanent
    friend bool operator==(const UpnpEntry&, const UpnpEntry&) = default;
};
SoapCall entry_at(std::size_t index);
UpnpEntry read_entry(const SoapAnswer& answer);

}  // namespace homeport::reach
