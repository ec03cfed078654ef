#pragma once
/// Is a message signed by whom it says, and now (RFC 8945 section 5.2)? Of requests that came to
/// us, and of responses to our own.
///
/// A request's time is not remembered: within the fudge it can be sent again. Requests that change
/// something must not do harm when they come twice.

#include "core/time.hpp"
#include "dns/tsig/key.hpp"
#include "dns/tsig/record.hpp"
#include "dns/wire/types.hpp"

#include <string_view>

namespace homeport::dns {

enum class TsigVerdict : std::uint8_t {
    ok,
    format_error,
    bad_key,    ///< nobody here knows that name with that algorithm
    bad_sig,    ///< made with another secret, or for another message
    bad_time,   ///< the MAC is right, but the clocks differ too much
    bad_trunc,  ///< the MAC is right, but cut too short for us
};

/// "ok", "FORMERR", "BADKEY": for logs.
std::string_view to_text(TsigVerdict verdict);
/// What a request with that verdict is answered with; nothing else may be done for it unless ok.
Rcode rcode_of(TsigVerdict verdict);

/// What an answer needs to know of its request.
struct TsigCheck {
    TsigVerdict verdict = TsigVerdict::format_error;
    /// Signs the answer: with ok, bad_time and bad_trunc; else null.
    const TsigKey* key = nullptr;
    crypto::Digest mac;  ///< of the request, if `key` is set
    /// As the record says; not set with format_error. In lower case.
    FixedName key_name;
    FixedName algorithm;
    std::uint64_t time_signed = 0;
    std::uint16_t fudge = 0;
};

/// Of a request whose TSIG starts at `tsig_at` (Query::tsig_at) and is its last record. `keys` must
/// outlive the use of the result; `packet` need not.
TsigCheck check_request(Bytes packet, std::size_t tsig_at, const TsigKeys& keys, UnixSeconds now);

struct TsigResponseCheck {
    TsigVerdict verdict = TsigVerdict::format_error;
    /// What the other side says of our request; anybody could have written it unless the verdict is
    /// ok (bad_key and bad_sig are never signed, RFC 8945 section 5.3.2).
    TsigError error = TsigError::none;
};

/// Of the one message that answers a request signed with `key`, whose MAC was `request_mac`.
/// `tsig_at` is where its last record starts (Record::offset). Ok says who answered: what, is in
/// the message's rcode.
TsigResponseCheck check_response(Bytes packet, std::size_t tsig_at, const TsigKey& key,
                                 Bytes request_mac, UnixSeconds now);

}  // namespace homeport::dns
