#pragma once
/// The packets of the NAT Port Mapping Protocol, RFC 6886, as a client needs them. Pure; what a
/// client receives is hostile.

#include "core/bytes.hpp"
#include "core/ip.hpp"
#include "reach/wire/codes.hpp"
#include "reach/wire/pcp.hpp"

#include <cstdint>
#include <vector>

namespace homeport::reach {

inline constexpr std::uint8_t kNatPmpVersion = 0;

/// RFC 6886 sections 3.2 and 3.3.
enum class NatPmpOpcode : std::uint8_t { public_address = 0, map_udp = 1, map_tcp = 2 };

struct NatPmpMapRequest {
    NatPmpOpcode opcode = NatPmpOpcode::map_tcp;  ///< not public_address
    std::uint16_t internal_port = 0;  ///< never 0: with lifetime 0 that would remove all mappings
    std::uint16_t external_port = 0;
    std::uint32_t lifetime_s = 0;  ///< 0: to be removed
};

std::vector<std::byte> encode_nat_pmp_map(const NatPmpMapRequest& request);
std::vector<std::byte> encode_nat_pmp_address_request();

struct NatPmpResponse {
    std::uint8_t version = 0;  ///< also of a packet in another version, unless that is empty
    NatPmpOpcode opcode{};
    NatPmpResult result{};
    std::uint32_t epoch_s = 0;
    IpAddress external;               ///< of public_address; unspecified with an error
    std::uint16_t internal_port = 0;  ///< of a mapping; 0 where an error came without it
    std::uint16_t external_port = 0;
    std::uint32_t lifetime_s = 0;
};

/// 12 octets for the address, 16 for a mapping; an error may leave out what follows the first 8
/// (section 3.5). Any other length is malformed. other_version: a PCP server that does not know
/// NAT-PMP answers in version 2 (RFC 6887 appendix A).
GatewayPacket parse_nat_pmp_response(Bytes packet, NatPmpResponse& out);

}  // namespace homeport::reach
