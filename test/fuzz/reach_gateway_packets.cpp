/// What comes from port 5351: any bytes are an answer, another version, or malformed, and what is
/// read of an answer fits its packet.

#include "core/assert.hpp"
#include "reach/wire/nat_pmp.hpp"
#include "reach/wire/pcp.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

using namespace homeport;
using namespace homeport::reach;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes packet = std::as_bytes(std::span(data, size));
    PcpResponse pcp;
    const GatewayPacket read = parse_pcp_response(packet, pcp);
    if (read == GatewayPacket::ok) {
        HOMEPORT_ASSERT(size >= 24 && size % 4 == 0 && pcp.version == kPcpVersion);
        HOMEPORT_ASSERT(!pcp.map || size >= 60);
        const bool granted = pcp.opcode == PcpOpcode::map && pcp.result == PcpResult::success;
        HOMEPORT_ASSERT(!granted || pcp.map);
    }
    NatPmpResponse nat_pmp;
    const GatewayPacket read_old = parse_nat_pmp_response(packet, nat_pmp);
    if (read_old == GatewayPacket::ok) {
        HOMEPORT_ASSERT(size == 8 || size == 12 || size == 16);
        HOMEPORT_ASSERT(read == GatewayPacket::other_version);
        HOMEPORT_ASSERT(nat_pmp.external.is_v4());
    }
    return 0;
}
