#pragma once
/// The key of a zone, which signs its keys and its data alike (a CSK, RFC 6781 section 3.1), of
/// algorithm 13, ECDSAP256SHA256 (RFC 6605); and the forms in which the parent zone wants it.

#include "crypto/p256.hpp"
#include "dns/wire/name.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace homeport::dns {

inline constexpr std::uint8_t kEcdsaP256Sha256 = 13;

/// Rdata of DNSKEY and CDNSKEY: flags 257 (zone key, secure entry point), protocol 3.
std::vector<std::byte> dnskey_rdata(const crypto::P256PublicKey& key);
/// RFC 4034 appendix B. Requires DNSKEY rdata, not of algorithm 1.
std::uint16_t key_tag(Bytes dnskey);
/// Rdata of DS and CDS, with SHA-256 (RFC 4509).
std::vector<std::byte> ds_rdata(NameView apex, Bytes dnskey);

/// "example.com. IN DS 55648 13 2 b4c8...", for the registrar.
std::string ds_record(NameView apex, const crypto::P256PublicKey& key);
/// "example.com. IN DNSKEY 257 3 13 Goji...".
std::string dnskey_record(NameView apex, const crypto::P256PublicKey& key);

class ZoneKey {
public:
    explicit ZoneKey(crypto::P256Key key)
        : key_(std::move(key)), dnskey_(dnskey_rdata(key_.public_key())), tag_(key_tag(dnskey_)) {}

    Bytes dnskey() const { return dnskey_; }
    std::uint16_t tag() const { return tag_; }
    const crypto::P256PublicKey& public_key() const { return key_.public_key(); }
    Result<crypto::P256Signature> sign(Bytes message) { return key_.sign(message); }

private:
    crypto::P256Key key_;
    std::vector<std::byte> dnskey_;
    std::uint16_t tag_;
};

}  // namespace homeport::dns
