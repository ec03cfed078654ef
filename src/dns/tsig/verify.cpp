#include "dns/tsig/verify.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

/// RFC 8945 section 5.2.2.1: what is shorter was never meant to be a MAC.
std::size_t least_mac_bytes(std::size_t whole) {
    return std::max<std::size_t>(10, whole / 2);
}

bool is_mac_size(const TsigRecord& record, const TsigKey& key) {
    const std::size_t whole = crypto::digest_bytes(key.algorithm());
    return record.mac.size() >= least_mac_bytes(whole) && record.mac.size() <= whole;
}

bool is_mac(const TsigRecord& record, crypto::Hmac& hmac) {
    const crypto::Digest whole = hmac.finish();
    return equal_in_constant_time(whole.bytes().first(record.mac.size()), record.mac);
}

/// As it was when it was signed (RFC 8945 section 5.2).
void digest_signed_message(crypto::Hmac& hmac, Bytes packet, std::size_t tsig_at,
                           const TsigRecord& record) {
    const std::uint16_t additionals = load_u16(octets(packet) + kAdditionalsAt);
    digest_message(hmac, packet.first(tsig_at), record.original_id,
                   static_cast<std::uint16_t>(additionals - 1));
    digest_variables(hmac, record);
}

bool is_in_time(const TsigRecord& record, UnixSeconds now) {
    const auto time = static_cast<UnixSeconds>(record.time_signed);
    const UnixSeconds apart = std::max(now, time) - std::min(now, time);
    return apart <= std::min<UnixSeconds>(record.fudge, kTsigFudge);
}

/// After the key: the MAC, the time, the length of the MAC (RFC 8945 section 5.2).
TsigVerdict judge(const TsigRecord& record, crypto::Hmac& hmac, UnixSeconds now) {
    if (!is_mac(record, hmac)) return TsigVerdict::bad_sig;
    if (!is_in_time(record, now)) return TsigVerdict::bad_time;
    if (record.mac.size() < kMinTsigMacBytes) return TsigVerdict::bad_trunc;
    return TsigVerdict::ok;
}

bool fits(const TsigRecord& record, const TsigKey& key) {
    return record.key_name.view() == key.name() &&
           record.algorithm.view() == name_of(key.algorithm());
}

TsigVerdict judge_request(Bytes packet, std::size_t tsig_at, const TsigRecord& record,
                          const TsigKey* key, UnixSeconds now) {
    if (key == nullptr || !fits(record, *key)) return TsigVerdict::bad_key;
    if (!is_mac_size(record, *key)) return TsigVerdict::format_error;
    crypto::Hmac hmac(key->hmac());
    digest_signed_message(hmac, packet, tsig_at, record);
    return judge(record, hmac, now);
}

/// RFC 8945 section 5.3.2: what is wrong with key or MAC is told unsigned.
bool is_proven(TsigVerdict verdict) {
    return verdict == TsigVerdict::ok || verdict == TsigVerdict::bad_time ||
           verdict == TsigVerdict::bad_trunc;
}

}  // namespace

std::string_view to_text(TsigVerdict verdict) {
    switch (verdict) {
    case TsigVerdict::ok:
        return "ok";
    case TsigVerdict::bad_key:
        return "BADKEY";
    case TsigVerdict::bad_sig:
        return "BADSIG";
    case TsigVerdict::bad_time:
        return "BADTIME";
    case TsigVerdict::bad_trunc:
        return "BADTRUNC";
    case TsigVerdict::format_error:
        break;
    }
    return "FORMERR";
}

Rcode rcode_of(TsigVerdict verdict) {
    if (verdict == TsigVerdict::ok) return Rcode::no_error;
    return verdict == TsigVerdict::format_error ? Rcode::form_err : Rcode::not_auth;
}

TsigCheck check_request(Bytes packet, std::size_t tsig_at, const TsigKeys& keys, UnixSeconds now) {
    TsigCheck check;
    TsigRecord record;
    if (!read_tsig(packet, tsig_at, record)) return check;
    const TsigKey* const key = keys.find(record.key_name.view());
    check.verdict = judge_request(packet, tsig_at, record, key, now);
    check.key_name = record.key_name;
    check.algorithm = record.algorithm;
    check.time_signed = record.time_signed;
    check.fudge = record.fudge;
    if (!is_proven(check.verdict)) return check;
    check.key = key;
    check.mac = crypto::Digest(record.mac);
    return check;
}

TsigResponseCheck check_response(Bytes packet, std::size_t tsig_at, const TsigKey& key,
                                 Bytes request_mac, UnixSeconds now) {
    TsigRecord record;
    if (!read_tsig(packet, tsig_at, record)) return {};
    if (!fits(record, key)) return {TsigVerdict::bad_key, record.error};
    if (record.mac.empty()) return {TsigVerdict::bad_sig, record.error};
    if (!is_mac_size(record, key)) return {TsigVerdict::format_error, record.error};
    crypto::Hmac hmac(key.hmac());
    digest_mac(hmac, request_mac);
    digest_signed_message(hmac, packet, tsig_at, record);
    return {judge(record, hmac, now), record.error};
}

}  // namespace homeport::dns
