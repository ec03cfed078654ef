#include "reach/probe/exposure.hpp"

#include "reach/wire/nat_pmp.hpp"
#include "reach/wire/ssdp.hpp"

namespace homeport::reach {
namespace {

/// RFC 6887 section 7.2: the first bit of the second octet tells an answer from a request.
bool is_pcp_answer(Bytes datagram) {
    constexpr std::size_t kHeadBytes = 24;
    return datagram.size() >= kHeadBytes && datagram.size() % 4 == 0 &&
           datagram[0] != std::byte{kNatPmpVersion} &&
           (datagram[1] & std::byte{0x80}) != std::byte{0};
}

bool is_ssdp_answer(Bytes datagram) {
    const auto message = read_ssdp(datagram);
    return message && message->kind == SsdpMessage::Kind::answer;
}

}  // namespace

std::string exposure_question(ProbeCheck check, const Endpoint& to) {
    if (check == ProbeCheck::ssdp) return write_search(to, "ssdp:all", 1s);
    if (check != ProbeCheck::port_mapping) return {};
    // Changes nothing at the router, unlike everything else that NAT-PMP and PCP can ask.
    return std::string(as_text(encode_nat_pmp_address_request()));
}

bool is_exposure_answer(ProbeCheck check, Bytes datagram) {
    if (check == ProbeCheck::ssdp) return is_ssdp_answer(datagram);
    if (check != ProbeCheck::port_mapping) return false;
    NatPmpResponse answer;
    return parse_nat_pmp_response(datagram, answer) == GatewayPacket::ok || is_pcp_answer(datagram);
}

}  // namespace homeport::reach
