#pragma once
/// Signs finished DNS messages (RFC 8945 section 5.3): answers, transfers of many messages, the
/// errors of TSIG itself, and our own requests.

#include "dns/tsig/verify.hpp"

namespace homeport::dns {

/// For the answer to one request, be it one message or the many of a transfer; each is signed.
/// After format_error there is nothing to sign with: reserve() is 0 and sign() does nothing.
class TsigSigner {
public:
    /// The key in `check` must outlive the signer; nothing else of it.
    explicit TsigSigner(const TsigCheck& check);

    /// Octets to keep free behind every message.
    std::size_t reserve() const;
    /// Signs the message of `used` octets at the start of `buffer` and returns its new size.
    /// Requires room for reserve(), and that the message has its final id and no TSIG.
    std::size_t sign(MutableBytes buffer, std::size_t used, UnixSeconds now);

private:
    crypto::Digest mac_of(Bytes message, const TsigRecord& record) const;

    const TsigKey* key_;
    TsigVerdict verdict_;
    bool first_ = true;
    crypto::Digest prior_mac_;  ///< of the request, then of the message before
    FixedName key_name_;
    FixedName algorithm_;
    std::uint64_t request_time_;
    std::uint16_t request_fudge_;
};

struct SignedRequest {
    std::size_t size = 0;  ///< of the message with TSIG
    crypto::Digest mac;    ///< for check_response()
};

/// Octets to keep free behind a request.
std::size_t request_tsig_bytes(const TsigKey& key);
/// As TsigSigner::sign(), for a request of our own.
SignedRequest sign_request(MutableBytes buffer, std::size_t used, const TsigKey& key,
                           UnixSeconds now);

}  // namespace homeport::dns
