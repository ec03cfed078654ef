#pragma once
/// Reads a request as far as an authoritative server must know it: header, question, OPT, the place
/// of TSIG. No allocation; everything points into the packet. What UPDATE and NOTIFY carry besides
/// is read with message.hpp.

#include "dns/wire/name.hpp"
#include "dns/wire/types.hpp"

#include <cstdint>

namespace homeport::dns {

/// What OPT said (RFC 6891 section 6.1).
struct Edns {
    bool present = false;
    bool dnssec_ok = false;
    std::uint8_t version = 0;
    std::uint16_t payload_bytes = 0;
    /// The first COOKIE option's content (RFC 7873): 8 octets, or 16 to 40 with a server cookie.
    Bytes cookie;
};

struct Query {
    std::uint16_t id = 0;
    Opcode opcode = Opcode::query;
    bool recursion_desired = false;
    bool checking_disabled = false;

    /// The question as it came, to be echoed to the bit; empty when there is none to echo.
    Bytes question;
    NameView name;  ///< in the packet, in the requester's case
    FixedName lower_name;
    RrType type{};
    RrClass rr_class{};

    Edns edns;
    /// Where the TSIG record starts (RFC 8945 section 5.1); 0: there is none.
    std::size_t tsig_at = 0;
};

enum class QueryStatus : std::uint8_t {
    ok,
    malformed,  ///< to be answered with FORMERR; what was read before the fault is in the query
    ignored,    ///< never to be answered: a response, or less than a header
};

/// `packet` must outlive the use of `out`, which is filled anew.
/// Malformed: not exactly one question (an opcode other than QUERY may have none, and so may a
/// QUERY with a cookie: RFC 7873 section 5.4), records beside
/// it that a QUERY does not have (IXFR has one in the authority section), a broken record, two OPT,
/// OPT not at the root, a broken cookie, TSIG not at the end, octets after the end.
QueryStatus parse_query(Bytes packet, Query& out);

}  // namespace homeport::dns
