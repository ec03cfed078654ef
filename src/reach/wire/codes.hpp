#pragma once
/// Result codes of the port mapping protocols by number, with the names that their standards give
/// them, for reports: "718 ConflictInMappingEntry".

#include <cstdint>
#include <string>

namespace homeport::reach {

/// RFC 6887 section 7.4.
enum class PcpResult : std::uint8_t {
    success = 0,
    unsupp_version = 1,
    not_authorized = 2,
    malformed_request = 3,
    unsupp_opcode = 4,
    unsupp_option = 5,
    malformed_option = 6,
    network_failure = 7,
    no_resources = 8,
    unsupp_protocol = 9,
    user_ex_quota = 10,
    cannot_provide_external = 11,
    address_mismatch = 12,
    excessive_remote_peers = 13,
};
/// "2 NOT_AUTHORIZED"; an unknown code is its number.
std::string to_text(PcpResult code);

/// RFC 6886 section 3.5.
enum class NatPmpResult : std::uint16_t {
    success = 0,
    unsupported_version = 1,
    not_authorized = 2,
    network_failure = 3,
    out_of_resources = 4,
    unsupported_opcode = 5,
};
std::string to_text(NatPmpResult code);

}  // namespace homeport::reach
