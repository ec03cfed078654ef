#pragma once
/// STUN (RFC 8489): the binding request and its answers, with what RFC 5780 adds for looking at the
/// behaviour of a NAT. Nothing is authenticated: an answer is what the server, or whoever stands on
/// the way, says.

#include "core/bytes.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"
#include "reach/wire/stun_limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace homeport::reach {

/// Ties an answer to its question; 96 bits that nobody can guess.
using StunId = std::array<std::byte, 12>;

/// From where the server is to answer (CHANGE-REQUEST, RFC 5780 section 7.2).
struct StunChange {
    bool address = false;
    bool port = false;
    friend bool operator==(const StunChange&, const StunChange&) = default;
};

inline constexpr std::size_t kStunHeaderBytes = 20;
/// Room for the longest request.
inline constexpr std::size_t kStunRequestBytes = kStunHeaderBytes + 8;

/// The part of `room` that holds the request; without a change the attribute is left out.
Bytes write_stun_request(const StunId& id, StunChange change,
                         std::array<std::byte, kStunRequestBytes>& room);

struct StunAnswer {
    StunId id{};
    /// Where the request came from, as the server saw it; none in an error.
    std::optional<Endpoint> mapped;
    /// It came as XOR-MAPPED-ADDRESS, which no NAT on the way rewrites.
    bool mapped_by_xor = false;
    std::optional<Endpoint> other;   ///< OTHER-ADDRESS: the server's second address and port
    std::optional<Endpoint> origin;  ///< RESPONSE-ORIGIN: where the answer says it was sent from
    std::uint16_t error = 0;         ///< 300 to 699; 0: success
    std::string reason;              ///< of the error, printable ASCII, cut to 64 octets
};

/// A success or error answer to a binding request. Errc::invalid: not well formed, a FINGERPRINT
/// that does not fit, no address, or an attribute that has to be understood and is not known.
Result<StunAnswer> parse_stun_answer(Bytes datagram);

/// CRC-32 of ISO 3309 as FINGERPRINT uses it, before its XOR.
std::uint32_t stun_crc32(Bytes bytes);

}  // namespace homeport::reach
