#include "reach/portmap/nat_pmp_machine.hpp"

#include "core/assert.hpp"
#include "reach/portmap/limits.hpp"

namespace homeport::reach {
namespace {

NatPmpOpcode opcode_of(Transport transport) {
    return transport == Transport::tcp ? NatPmpOpcode::map_tcp : NatPmpOpcode::map_udp;
}

MapFault fault_of(NatPmpResult result) {
    switch (result) {
    case NatPmpResult::success:
        return MapFault::none;
    case NatPmpResult::unsupported_version:
    case NatPmpResult::unsupported_opcode:
        return MapFault::unsupported;
    case NatPmpResult::not_authorized:
        return MapFault::not_authorized;
    case NatPmpResult::network_failure:
        return MapFault::no_network;
    case NatPmpResult::out_of_resources:
        return MapFault::full;
    }
    return MapFault::refused;
}

}  // namespace

NatPmpMachine::NatPmpMachine(const GatewayOptions& options, MachineOutput& output)
    : GatewayMachine(MapProtocol::nat_pmp, ServerEpoch::Rule::nat_pmp, options, output) {
    HOMEPORT_ASSERT(options.gateway.address.is_v4());
}

std::vector<std::byte> NatPmpMachine::map_request(const MappingWish& wish,
                                                  std::uint32_t lifetime_s) const {
    // RFC 6886 section 3.4: external port 0 when it is to be removed.
    return encode_nat_pmp_map(
        {.opcode = opcode_of(wish.transport),
         .internal_port = wish.internal.port,
         .external_port = lifetime_s == 0 ? std::uint16_t{0} : wish.external_port,
         .lifetime_s = lifetime_s});
}

std::vector<std::byte> NatPmpMachine::probe_request() const {
    return encode_nat_pmp_address_request();
}

void NatPmpMachine::on_answer(Bytes datagram, TimePoint now) {
    NatPmpResponse response;
    const GatewayPacket packet = parse_nat_pmp_response(datagram, response);
    if (packet == GatewayPacket::other_version)
        return not_spoken("PCP of version " + std::to_string(response.version) + " only", now);
    if (packet != GatewayPacket::ok) return;
    if (response.result == NatPmpResult::unsupported_version && !answers())
        return not_spoken(to_text(response.result), now);
    heard(response.epoch_s, now);
    if (response.opcode == NatPmpOpcode::public_address)
        on_address(response, now);
    else
        on_map(response, now);
}

void NatPmpMachine::on_address(const NatPmpResponse& response, TimePoint now) {
    probe_answered(now);
    const IpAddress address = believable(response.external);
    if (address == external()) return;
    // Not every router starts its epoch anew with a new address: see whether the mappings live.
    if (!external().is_unspecified()) check_soon(now);
    set_external(address);
    set_external_of_mappings(address);
}

void NatPmpMachine::on_map(const NatPmpResponse& response, TimePoint now) {
    GatewayAnswer answer{.fault = fault_of(response.result),
                         .detail = {},
                         .external = {external(), response.external_port},
                         .lifetime_s = response.lifetime_s};
    if (answer.fault != MapFault::none) answer.detail = to_text(response.result);
    if (answer.fault != MapFault::none && response.internal_port == 0)
        return refuse_all_asked(answer, now);
    const auto is_meant = [&response](const GatewayMapping& mapping) {
        return mapping.open() && mapping.wish().internal.port == response.internal_port &&
               opcode_of(mapping.wish().transport) == response.opcode;
    };
    if (GatewayMapping* mapping = find(is_meant)) mapping->on_answer(answer, now);
}

void NatPmpMachine::on_announcement(Bytes datagram, TimePoint now) {
    NatPmpResponse response;
    if (parse_nat_pmp_response(datagram, response) != GatewayPacket::ok) return;
    if (response.opcode != NatPmpOpcode::public_address) return;
    if (response.result != NatPmpResult::success) return;
    heard(response.epoch_s, now);
    announced(believable(response.external) != external(), now);
}

}  // namespace homeport::reach
