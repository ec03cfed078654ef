#pragma once
/// Answers questions from zones: RFC 1034 section 4.3.2 with wildcards (RFC 4592), delegations and
/// glue (RFC 9471), CNAME chains, negative answers (RFC 2308, RFC 8020), EDNS (RFC 6891), minimal
/// ANY (RFC 8482) and, for signed zones, the records that prove the answer (RFC 4035 section 3.1).
/// Pure, without allocation.
///
/// Answers are minimal: no NS beside positive ones, addresses only as glue of a referral.

#include "dns/wire/query.hpp"
#include "dns/wire/writer.hpp"
#include "dns/zone/zone_set.hpp"

#include <cstdint>

namespace homeport::dns {

struct AnswerLimits {
    /// The most that is sent: over UDP as much as the requester takes, and no more than this.
    std::size_t max_bytes = kMaxUdpBytes;
    /// Over UDP: the requester's payload size counts, at least kMinUdpBytes.
    bool datagram = true;
    /// Room to be kept behind the message, for TSIG. With it at least kLeastAnswerBytes must be
    /// left of kMinUdpBytes.
    std::size_t reserved_bytes = 0;
    /// Options for the OPT of the answer, if it gets one; at most kMaxOptionBytes.
    Bytes options;
};

enum class Outcome : std::uint8_t {
    answered,      ///< the writer holds the answer: finish() it
    transfer,      ///< AXFR or IXFR of class IN: nothing written
    other_opcode,  ///< not a QUERY: nothing written
};

/// `query` is one that parse_query found good. The views in it, `zones` and the buffer of `out`
/// must live until out.finish().
Outcome answer(const Query& query, const ZoneSet& zones, const AnswerLimits& limits,
               MessageWriter& out);

/// An answer without records, for example FORMERR to a malformed query or NOTIMP.
void answer_error(const Query& query, Rcode rcode, const AnswerLimits& limits, MessageWriter& out);

}  // namespace homeport::dns
