#pragma once
/// The packets of the Port Control Protocol, RFC 6887, as far as a client needs them: ANNOUNCE, MAP
/// and the option PREFER_FAILURE. Pure; what a client receives is hostile.

#include "core/bytes.hpp"
#include "core/ip.hpp"
#include "reach/wire/codes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace homeport::reach {

inline constexpr std::uint8_t kPcpVersion = 2;
/// Of PCP and NAT-PMP servers, and where clients hear announcements (RFC 6887 section 19.5).
inline constexpr std::uint16_t kGatewayPort = 5351;
inline constexpr std::uint16_t kAnnouncementPort = 5350;

/// Section 19.1; others are not spoken.
enum class PcpOpcode : std::uint8_t { announce = 0, map = 1 };
using PcpNonce = std::array<std::byte, 12>;

/// The numbers of RFC 6887's field "protocol", which are those of IP.
inline constexpr std::uint8_t kIpProtocolTcp = 6;
inline constexpr std::uint8_t kIpProtocolUdp = 17;

/// The part that is the opcode's own, the same in requests and responses (section 11.1).
struct PcpMap {
    PcpNonce nonce{};
    std::uint8_t protocol = kIpProtocolTcp;
    std::uint16_t internal_port = 0;
    std::uint16_t external_port = 0;
    IpAddress external;
};

struct PcpMapRequest {
    IpAddress client;              ///< the address that it is sent from
    std::uint32_t lifetime_s = 0;  ///< 0: to be removed
    PcpMap map;                    ///< an unspecified external address: any
    bool prefer_failure = false;   ///< rather none than another external port
};

std::vector<std::byte> encode_pcp_map(const PcpMapRequest& request);
std::vector<std::byte> encode_pcp_announce(const IpAddress& client);

struct PcpResponse {
    std::uint8_t version = 0;  ///< also of a packet in another version, unless that is empty
    PcpOpcode opcode{};
    PcpResult result{};
    /// Granted; of an error: how long it is expected to last.
    std::uint32_t lifetime_s = 0;
    std::uint32_t epoch_s = 0;
    /// Of MAP; missing where an error came without it.
    std::optional<PcpMap> map;
};

enum class GatewayPacket : std::uint8_t {
    ok,
    other_version,  ///< not even looked into: version 0 is NAT-PMP
    malformed,      ///< or a request, or an opcode that was not asked for
};

/// Malformed besides: a length that is no multiple of 4 or not within 24 to 1100 octets (section
/// 7), a success of MAP without its data, an option that runs over the end, an unknown option that
/// must be understood (code below 128) and so changes what the answer means, for example FILTER.
GatewayPacket parse_pcp_response(Bytes packet, PcpResponse& out);

}  // namespace homeport::reach
