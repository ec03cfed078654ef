#pragma once
/// The TSIG record (RFC 8945 section 4.2) and what is digested with it (section 4.3), for the other
/// files of this folder.

#include "crypto/digest.hpp"
#include "dns/wire/name.hpp"

#include <cstdint>

namespace homeport::dns {

enum class TsigError : std::uint16_t {
    none = 0,
    bad_sig = 16,
    bad_key = 17,
    bad_time = 18,
    bad_trunc = 22,
};

struct TsigRecord {
    FixedName key_name;
    FixedName algorithm;
    std::uint64_t time_signed = 0;  ///< seconds since 1970, 48 bits
    std::uint16_t fudge = 0;        ///< seconds
    Bytes mac;
    std::uint16_t original_id = 0;
    TsigError error{};
    Bytes other;
};

/// Where the header counts the additional records.
inline constexpr std::size_t kAdditionalsAt = 10;
inline constexpr std::size_t kTsigTimeBytes = 6;

/// Reads the record at `at`, which must be the last of `packet`; `out` points into the packet.
/// False: it is not TSIG, or malformed.
bool read_tsig(Bytes packet, std::size_t at, TsigRecord& out);
/// Octets of a record with these names, `mac_bytes` and `other_bytes`.
std::size_t tsig_bytes(NameView key_name, NameView algorithm, std::size_t mac_bytes,
                       std::size_t other_bytes);
/// Appends the record to the message of `used` octets and counts it in the header; returns the new
/// size. Requires room.
std::size_t append_tsig(MutableBytes buffer, std::size_t used, const TsigRecord& record);

Octet* store_u48(Octet* at, std::uint64_t value);

/// A MAC of another message, behind its length (section 4.3.1).
void digest_mac(crypto::Hmac& hmac, Bytes mac);
/// `message` without TSIG, as if its id were `id` and it had so many additional records
/// (section 4.3.2).
void digest_message(crypto::Hmac& hmac, Bytes message, std::uint16_t id, std::uint16_t additionals);
/// The variables (section 4.3.3).
void digest_variables(crypto::Hmac& hmac, const TsigRecord& record);
/// Of the variables the timers only, for all but the first message of a transfer (section 5.3.1).
void digest_timers(crypto::Hmac& hmac, const TsigRecord& record);

}  // namespace homeport::dns
