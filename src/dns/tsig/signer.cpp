#include "dns/tsig/signer.hpp"

#include <array>

namespace homeport::dns {
namespace {

TsigError error_of(TsigVerdict verdict) {
    switch (verdict) {
    case TsigVerdict::bad_key:
        return TsigError::bad_key;
    case TsigVerdict::bad_sig:
        return TsigError::bad_sig;
    case TsigVerdict::bad_time:
        return TsigError::bad_time;
    case TsigVerdict::bad_trunc:
        return TsigError::bad_trunc;
    case TsigVerdict::ok:
    case TsigVerdict::format_error:
        break;
    }
    return TsigError::none;
}

std::size_t mac_bytes(const TsigKey* key) {
    return key == nullptr ? 0 : crypto::digest_bytes(key->algorithm());
}

/// A message keeps its id; the record says the same one.
void digest_as_it_is(crypto::Hmac& hmac, Bytes message) {
    const Octet* const header = octets(message);
    digest_message(hmac, message, load_u16(header), load_u16(header + kAdditionalsAt));
}

}  // namespace

TsigSigner::TsigSigner(const TsigCheck& check)
    : key_(check.key),
      verdict_(check.verdict),
      prior_mac_(check.mac),
      key_name_(check.key_name),
      algorithm_(check.algorithm),
      request_time_(check.time_signed),
      request_fudge_(check.fudge) {}

std::size_t TsigSigner::reserve() const {
    if (verdict_ == TsigVerdict::format_error) return 0;
    const std::size_t other = verdict_ == TsigVerdict::bad_time ? kTsigTimeBytes : 0;
    return tsig_bytes(key_name_.view(), algorithm_.view(), mac_bytes(key_), other);
}

std::size_t TsigSigner::sign(MutableBytes buffer, std::size_t used, UnixSeconds now) {
    if (verdict_ == TsigVerdict::format_error) return used;
    const Bytes message = buffer.first(used);
    std::array<Octet, kTsigTimeBytes> clock;
    store_u48(clock.data(), static_cast<std::uint64_t>(now));
    TsigRecord record;
    record.key_name = key_name_;
    record.algorithm = algorithm_;
    record.time_signed = static_cast<std::uint64_t>(now);
    record.fudge = kTsigFudge;
    record.original_id = load_u16(octets(message));
    record.error = error_of(verdict_);
    if (verdict_ == TsigVerdict::bad_time) {
        // In the requester's time, or it could not verify what we say (RFC 8945 section 5.2.3).
        record.time_signed = request_time_;
        record.fudge = request_fudge_;
        record.other = std::as_bytes(std::span(clock));
    }
    if (key_ != nullptr) prior_mac_ = mac_of(message, record);
    record.mac = prior_mac_.bytes();
    first_ = false;
    return append_tsig(buffer, used, record);
}

crypto::Digest TsigSigner::mac_of(Bytes message, const TsigRecord& record) const {
    crypto::Hmac hmac(key_->hmac());
    digest_mac(hmac, prior_mac_.bytes());
    digest_as_it_is(hmac, message);
    if (first_)
        digest_variables(hmac, record);
    else
        digest_timers(hmac, record);
    return hmac.finish();
}

std::size_t request_tsig_bytes(const TsigKey& key) {
    return tsig_bytes(key.name(), name_of(key.algorithm()), mac_bytes(&key), 0);
}

SignedRequest sign_request(MutableBytes buffer, std::size_t used, const TsigKey& key,
                           UnixSeconds now) {
    const Bytes message = buffer.first(used);
    TsigRecord record;
    record.key_name.assign_lower(key.name());
    record.algorithm.assign_lower(name_of(key.algorithm()));
    record.time_signed = static_cast<std::uint64_t>(now);
    record.fudge = kTsigFudge;
    record.original_id = load_u16(octets(message));
    crypto::Hmac hmac(key.hmac());
    digest_as_it_is(hmac, message);
    digest_variables(hmac, record);
    SignedRequest result;
    result.mac = hmac.finish();
    record.mac = result.mac.bytes();
    result.size = append_tsig(buffer, used, record);
    return result;
}

}  // namespace homeport::dns
