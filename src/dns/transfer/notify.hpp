#pragma once
/// What a primary says to its secondaries and hears from them: NOTIFY (RFC 1996), the question for
/// their SOA, and the replies. Requests are sealed (TSIG) and replies verified by the caller.

#include "core/result.hpp"
#include "dns/wire/types.hpp"
#include "dns/zone/zone.hpp"

#include <cstdint>

namespace homeport::dns {

/// Both write to `out`, which has at least kMaxUdpBytes, and return what they wrote: far less.

/// "The zone changed", with its SOA as a hint (RFC 1996 section 3.7).
Bytes write_notify(std::uint16_t id, const Zone& zone, MutableBytes out);
/// "What serial have you?", without recursion.
Bytes write_soa_question(std::uint16_t id, NameView apex, MutableBytes out);

/// Errors of both (protocol): not the reply to the request with this id and apex.

/// What the secondary makes of it. Whatever the rcode, it heard, so it need not be told again
/// (RFC 1996 section 4.8).
Result<Rcode> read_notify_reply(Bytes message, std::uint16_t id, NameView apex);
/// The serial it has. Errors also (not_found): it does not serve the zone, or is no longer
/// authoritative for it.
Result<std::uint32_t> read_soa_reply(Bytes message, std::uint16_t id, NameView apex);

}  // namespace homeport::dns
