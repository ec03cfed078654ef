#pragma once
/// How a relay finds out, from outside, that a port leads to this very homeport: it knocks with a
/// nonce and wants to hear the nonce's keyed hash. The key is the token of the probe, which only
/// the agent and its relay know; so neither an echo nor somebody else's homeport will do. Pure.
///
///     relay:  homeport-knock/1 <32 hex digits>\r\n
///     home:   homeport-proof/1 <64 hex digits>\r\n
///
/// Over UDP each is one datagram. Digits are in small letters. The proof is HMAC-SHA256 with the
/// token over the knock's line with its end, a byte for the transport (6 TCP, 17 UDP) and the port
/// that was dialled, two bytes in network order. A knock begins as no TLS record and no HTTP
/// request does, so a door for visitors can tell it by its first bytes.

#include "core/bytes.hpp"
#include "core/probe.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace homeport::reach {

using KnockNonce = std::array<std::byte, 16>;

/// Octets of a knock and of a proof.
inline constexpr std::size_t kKnockBytes = 17 + 32 + 2;
inline constexpr std::size_t kProofBytes = 17 + 64 + 2;

enum class KnockMatch : std::uint8_t {
    no,     ///< something else
    maybe,  ///< so far it could be one
    yes,    ///< the first kKnockBytes are one
};
/// What begins with `first` (any length).
KnockMatch match_knock(Bytes first);

std::string knock_text(const KnockNonce& nonce);
/// The answer to a whole knock that came to `port`, as the outside knows it; requires match_knock()
/// == yes.
std::string proof_text(const ProbeToken& token, Bytes knock, bool udp, std::uint16_t port);
/// `answer` is this proof and nothing more; in constant time. Requires the same of `knock`.
bool is_proof(Bytes answer, const ProbeToken& token, Bytes knock, bool udp, std::uint16_t port);

}  // namespace homeport::reach
