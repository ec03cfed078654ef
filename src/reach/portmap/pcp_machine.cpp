#include "reach/portmap/pcp_machine.hpp"

#include "reach/portmap/limits.hpp"

#include <utility>

namespace homeport::reach {
namespace {

constexpr std::string_view kPlainKey = "plain";

std::uint8_t number_of(Transport transport) {
    return transport == Transport::tcp ? kIpProtocolTcp : kIpProtocolUdp;
}

MapFault fault_of(PcpResult result) {
    switch (result) {
    case PcpResult::success:
        return MapFault::none;
    case PcpResult::not_authorized:
        return MapFault::not_authorized;
    case PcpResult::unsupp_version:
    case PcpResult::unsupp_opcode:
    case PcpResult::unsupp_option:
    case PcpResult::malformed_option:
    case PcpResult::unsupp_protocol:
        return MapFault::unsupported;
    case PcpResult::network_failure:
        return MapFault::no_network;
    case PcpResult::no_resources:
    case PcpResult::user_ex_quota:
        return MapFault::full;
    case PcpResult::cannot_provide_external:
        return MapFault::conflict;
    case PcpResult::malformed_request:
    case PcpResult::address_mismatch:  // another NAT stands between, or we moved
    case PcpResult::excessive_remote_peers:
        break;
    }
    return MapFault::refused;
}

GatewayAnswer refusal(const PcpResponse& response) {
    return {.fault = fault_of(response.result),
            .detail = to_text(response.result),
            .external = {},
            .pause = std::chrono::seconds(response.lifetime_s)};
}

bool is_about(const PcpMap& map, const MappingWish& wish) {
    return map.nonce == wish.nonce && map.protocol == number_of(wish.transport) &&
           map.internal_port == wish.internal.port;
}

}  // namespace

PcpMachine::PcpMachine(const GatewayOptions& options, MachineOutput& output)
    : GatewayMachine(MapProtocol::pcp, ServerEpoch::Rule::pcp, options, output),
      prefer_failure_(!remembered(kPlainKey)) {}

std::string PcpMachine::memory(TimePoint now) const {
    std::string text = GatewayMachine::memory(now);
    if (!prefer_failure_) text.append(text.empty() ? "" : " ").append(kPlainKey).append("=1");
    return text;
}

std::vector<std::byte> PcpMachine::map_request(const MappingWish& wish,
                                               std::uint32_t lifetime_s) const {
    PcpMapRequest request;
    request.client = options().own;
    request.lifetime_s = lifetime_s;
    request.map.nonce = wish.nonce;
    request.map.protocol = number_of(wish.transport);
    request.map.internal_port = wish.internal.port;
    request.map.external_port = wish.external_port;
    // Any address: with the one of before, PREFER_FAILURE would fail after a change of address.
    if (!options().own.is_v4()) request.map.external = IpAddress::v6({});
    // RFC 6887 section 13.2: not for a delete. Some servers ignore it, so ports are compared too.
    request.prefer_failure = prefer_failure_ && lifetime_s != 0;
    return encode_pcp_map(request);
}

std::vector<std::byte> PcpMachine::probe_request() const {
    return encode_pcp_announce(options().own);
}

void PcpMachine::on_answer(Bytes datagram, TimePoint now) {
    PcpResponse response;
    const GatewayPacket packet = parse_pcp_response(datagram, response);
    if (packet == GatewayPacket::other_version) {
        const std::string spoken = response.version == 0 ? "NAT-PMP only" : "PCP of version ";
        return not_spoken(
            response.version == 0 ? spoken : spoken + std::to_string(response.version), now);
    }
    if (packet != GatewayPacket::ok) return;
    if (response.result == PcpResult::unsupp_version && !answers())
        return not_spoken(to_text(response.result), now);
    heard(response.epoch_s, now);
    if (response.opcode == PcpOpcode::announce) return probe_answered(now);
    on_map(response, now);
}

void PcpMachine::on_map(const PcpResponse& response, TimePoint now) {
    if (response.result == PcpResult::unsupp_option ||
        response.result == PcpResult::malformed_option) {
        // Once more without it; a second such answer was under way.
        if (std::exchange(prefer_failure_, false)) ask_all_again(now);
        return;
    }
    if (!response.map) return refuse_all_asked(refusal(response), now);
    const PcpMap& map = *response.map;
    GatewayMapping* const mapping =
        find([&map](const GatewayMapping& candidate) { return is_about(map, candidate.wish()); });
    if (mapping == nullptr) return;
    if (response.result != PcpResult::success) return mapping->on_answer(refusal(response), now);
    on_grant(*mapping, {believable(map.external), map.external_port}, response.lifetime_s, now);
}

void PcpMachine::on_grant(GatewayMapping& mapping, const Endpoint& external,
                          std::uint32_t lifetime_s, TimePoint now) {
    const bool was_mapped = mapping.mapped();
    const IpAddress before = mapping.report().external.address;
    mapping.on_answer({.detail = {}, .external = external, .lifetime_s = lifetime_s}, now);
    if (!mapping.mapped() || mapping.report().external != external) return;
    set_external(external.address);
    // Not every router starts its epoch anew with a new address: see how the others are.
    if (was_mapped && before != external.address) check_soon(now);
}

void PcpMachine::on_announcement(Bytes datagram, TimePoint now) {
    PcpResponse response;
    if (parse_pcp_response(datagram, response) != GatewayPacket::ok) return;
    if (response.opcode != PcpOpcode::announce || response.result != PcpResult::success) return;
    heard(response.epoch_s, now);
    announced(false, now);
}

}  // namespace homeport::reach
