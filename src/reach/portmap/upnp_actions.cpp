#include "reach/portmap/upnp_actions.hpp"

#include "core/special_addresses.hpp"
#include "core/text.hpp"
#include "reach/portmap/limits.hpp"
#include "reach/wire/ssdp.hpp"

#include <algorithm>
#include <limits>

namespace homeport::reach {
namespace {

constexpr std::uint64_t kMaxU32 = std::numeric_limits<std::uint32_t>::max();

std::string words_of(std::string_view description) {
    return plain_words(description.substr(0, kMaxDescription));
}

/// RemoteHost is empty: with 0.0.0.0 some routers make a rule that nobody matches.
SoapCall mapping_call(std::string_view action, const MappingWish& wish) {
    // Protocols are in upper case: some routers do not know "tcp".
    return {{},
            std::string(action),
            {{"NewRemoteHost", ""},
             {"NewExternalPort", std::to_string(wish.external_port)},
             {"NewProtocol", std::string(to_text(wish.transport))}}};
}

SoapCall pinhole_call(std::string_view action, std::string_view pinhole) {
    return {{}, std::string(action), {{"UniqueID", std::string(pinhole)}}};
}

MapFault fault_of_http(int status) {
    if (status == 401 || status == 403) return MapFault::not_authorized;
    if (status == 404 || status == 405 || status == 410 || status == 501) {
        return MapFault::unsupported;
    }
    return MapFault::garbage;
}

std::uint16_t read_port(std::string_view text) {
    return static_cast<std::uint16_t>(parse_uint(text, 65535).value_or(0));
}

bool enabled(std::string_view text) {
    return text.empty() || text == "1" || equals_ignoring_case(text, "true") ||
           equals_ignoring_case(text, "yes");
}

UpnpListed::What compare(const MappingWish& wish, const SoapAnswer& answer) {
    // Some answer everything with an empty success.
    if (answer.value("NewInternalClient").empty()) return UpnpListed::What::nothing;
    const auto client = IpAddress::parse(answer.value("NewInternalClient"));
    if (!client) return UpnpListed::What::unknown;
    if (*client != wish.internal.address) return UpnpListed::What::foreign;
    const bool same_port = read_port(answer.value("NewInternalPort")) == wish.internal.port;
    if (same_port && enabled(answer.value("NewEnabled"))) return UpnpListed::What::as_wished;
    const bool ours = same_port || plain_words(answer.value("NewPortMappingDescription")) ==
                                       words_of(wish.description);
    return ours ? UpnpListed::What::own_other : UpnpListed::What::foreign;
}

}  // namespace

HttpCall http_call(const UpnpService& service, const SoapCall& call) {
    SoapCall whole = call;
    whole.service = service.type;
    return {.id = {},
            .to = service.control.at,
            .method = "POST",
            .path = service.control.path,
            .fields = {{"Content-Type", "text/xml; charset=\"utf-8\""},
                       {"SOAPAction", soap_action(whole)}},
            .body = soap_body(whole)};
}

UpnpOutcome outcome_of(const Result<HttpReply>& reply, std::string_view action) {
    if (!reply) {
        const bool too_long = reply.error().code == Errc::limit;
        return {{}, too_long ? MapFault::garbage : MapFault::silent, reply.error().what};
    }
    auto answer = read_soap(reply->status, reply->body, action);
    if (answer) return {std::move(*answer), MapFault::none, {}};
    return {{}, fault_of_http(reply->status), answer.error().what};
}

MapFault fault_of(int code) {
    switch (code) {
    case 401:
    case 602:
    case 705:
    case 724:
    case 725:
    case 726:
    case 727:
        return MapFault::unsupported;
    case 606:
    case 703:
        return MapFault::not_authorized;
    case 718:
    case 729:
        return MapFault::conflict;
    case 603:
    case 701:
    case 728:
        return MapFault::full;
    default:
        return MapFault::refused;
    }
}

SoapCall add_mapping(const MappingWish& wish, std::chrono::seconds lease) {
    SoapCall call = mapping_call("AddPortMapping", wish);
    call.arguments.insert(call.arguments.end(),
                          {{"NewInternalPort", std::to_string(wish.internal.port)},
                           {"NewInternalClient", wish.internal.address.to_string()},
                           {"NewEnabled", "1"},
                           {"NewPortMappingDescription", words_of(wish.description)},
                           {"NewLeaseDuration", std::to_string(lease.count())}});
    return call;
}

SoapCall look_at_mapping(const MappingWish& wish) {
    return mapping_call("GetSpecificPortMappingEntry", wish);
}

SoapCall remove_mapping(const MappingWish& wish) {
    return mapping_call("DeletePortMapping", wish);
}

SoapCall add_pinhole(const MappingWish& wish, std::chrono::seconds lease) {
    return {{},
            "AddPinhole",
            {{"RemoteHost", ""},
             {"RemotePort", "0"},
             {"InternalClient", wish.internal.address.to_string()},
             {"InternalPort", std::to_string(wish.internal.port)},
             {"Protocol", wish.transport == Transport::tcp ? "6" : "17"},
             {"LeaseTime", std::to_string(lease.count())}}};
}

SoapCall renew_pinhole(std::string_view pinhole, std::chrono::seconds lease) {
    SoapCall call = pinhole_call("UpdatePinhole", pinhole);
    call.arguments.emplace_back("NewLeaseTime", std::to_string(lease.count()));
    return call;
}

SoapCall look_at_pinhole(std::string_view pinhole) {
    return pinhole_call("GetPinholePackets", pinhole);
}

SoapCall remove_pinhole(std::string_view pinhole) {
    return pinhole_call("DeletePinhole", pinhole);
}

UpnpListed listed_mapping(const MappingWish& wish, const UpnpOutcome& outcome) {
    if (outcome.code() == 713 || outcome.code() == 714) return {UpnpListed::What::nothing, {}};
    if (!outcome.done()) return {};
    UpnpListed listed{compare(wish, *outcome.answer), {}};
    const auto left = parse_uint(outcome.answer->value("NewLeaseDuration"), kMaxU32);
    if (left) listed.lease = std::chrono::seconds(*left);
    return listed;
}

UpnpListed listed_pinhole(const UpnpOutcome& outcome) {
    if (outcome.code() == 704) return {UpnpListed::What::nothing, {}};
    return {outcome.done() ? UpnpListed::What::as_wished : UpnpListed::What::unknown, {}};
}

std::optional<IpAddress> told_address(std::string_view text) {
    const auto address = IpAddress::parse(text);
    if (!address) return std::nullopt;
    switch (kind_of(*address)) {
    case AddressKind::unspecified:
    case AddressKind::this_network:
    case AddressKind::loopback:
    case AddressKind::multicast:
    case AddressKind::broadcast:
        return std::nullopt;
    default:
        return *address;
    }
}

SoapCall entry_at(std::size_t index) {
    return {{}, "GetGenericPortMappingEntry", {{"NewPortMappingIndex", std::to_string(index)}}};
}

UpnpEntry read_entry(const SoapAnswer& answer) {
    return {.protocol = plain_words(answer.value("NewProtocol")),
            .external_port = read_port(answer.value("NewExternalPort")),
            .remote_host = plain_words(answer.value("NewRemoteHost")),
            .internal_client = plain_words(answer.value("NewInternalClient")),
            .internal_port = read_port(answer.value("NewInternalPort")),
            .enabled = enabled(answer.value("NewEnabled")),
            .description = plain_words(answer.value("NewPortMappingDescription")),
            .lease_seconds = static_cast<std::uint32_t>(
                parse_uint(answer.value("NewLeaseDuration"), kMaxU32).value_or(0))};
}

}  // namespace homeport::reach
