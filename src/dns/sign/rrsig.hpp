#pragma once
/// Signatures of record sets (RFC 4034 section 3) and what they are made over (section 6, as
/// amended by RFC 6840 section 5.1).

#include "core/time.hpp"
#include "dns/wire/name.hpp"
#include "dns/wire/rrset.hpp"

#include <cstdint>
#include <vector>

namespace homeport::dns {

/// A view of checked RRSIG rdata.
class RrsigView {
public:
    explicit RrsigView(Bytes rdata) : rdata_(rdata), signer_(*NameView::read(rdata.subspan(18))) {}

    RrType covered() const { return static_cast<RrType>(load_u16(start())); }
    std::uint8_t algorithm() const { return start()[2]; }
    std::uint8_t labels() const { return start()[3]; }
    std::uint32_t original_ttl() const { return load_u32(start() + 4); }
    /// Seconds since 1970, modulo 2^32.
    std::uint32_t expiration() const { return load_u32(start() + 8); }
    std::uint32_t inception() const { return load_u32(start() + 12); }
    std::uint16_t key_tag() const { return load_u16(start() + 16); }
    NameView signer() const { return signer_; }
    /// All in front of the signature.
    Bytes fields() const { return rdata_.first(18 + signer_.size()); }
    Bytes signature() const { return rdata_.subspan(18 + signer_.size()); }

private:
    const Octet* start() const { return octets(rdata_); }

    Bytes rdata_;
    NameView signer_;
};

/// Who signs, and for how long.
struct SignatureTerms {
    NameView signer;  ///< the apex
    std::uint16_t key_tag = 0;
    UnixSeconds inception = 0;
    UnixSeconds expiration = 0;
};

/// RRSIG rdata of algorithm 13 up to the signature.
std::vector<std::byte> rrsig_fields(NameView owner, const RrsetView& set,
                                    const SignatureTerms& terms);
/// What the signature is made over. Requires records in canonical order, as zones keep them.
std::vector<std::byte> signing_input(Bytes fields, NameView owner, const RrsetView& set);

}  // namespace homeport::dns
