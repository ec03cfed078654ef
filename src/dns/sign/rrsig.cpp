#include "dns/sign/rrsig.hpp"

#include "dns/sign/zone_key.hpp"
#include "dns/wire/rdata.hpp"

namespace homeport::dns {
namespace {

void append(std::vector<std::byte>& out, Bytes bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}
void append_u16(std::vector<std::byte>& out, std::uint16_t value) {
    Octet wire[2];
    store_u16(wire, value);
    append(out, bytes_of(wire, sizeof wire));
}
void append_u32(std::vector<std::byte>& out, std::uint32_t value) {
    append_u16(out, static_cast<std::uint16_t>(value >> 16));
    append_u16(out, static_cast<std::uint16_t>(value));
}
void append_lower(std::vector<std::byte>& out, NameView name) {
    FixedName lower;
    lower.assign_lower(name);
    append(out, lower.view().wire());
}

}  // namespace

std::vector<std::byte> rrsig_fields(NameView owner, const RrsetView& set,
                                    const SignatureTerms& terms) {
    std::vector<std::byte> fields;
    append_u16(fields, static_cast<std::uint16_t>(set.type));
    // Without the star: this is how a validator sees that an answer comes from a wildcard.
    const std::size_t labels = owner.labels() - (owner.is_wildcard() ? 1 : 0);
    append_u16(fields, static_cast<std::uint16_t>(kEcdsaP256Sha256 << 8 | labels));
    append_u32(fields, set.ttl);
    append_u32(fields, static_cast<std::uint32_t>(terms.expiration));
    append_u32(fields, static_cast<std::uint32_t>(terms.inception));
    append_u16(fields, terms.key_tag);
    append_lower(fields, terms.signer);
    return fields;
}

std::vector<std::byte> signing_input(Bytes fields, NameView owner, const RrsetView& set) {
    std::vector<std::byte> start;
    append_lower(start, owner);
    append_u16(start, static_cast<std::uint16_t>(set.type));
    append_u16(start, static_cast<std::uint16_t>(RrClass::in));
    append_u32(start, set.ttl);
    std::vector<std::byte> input(fields.begin(), fields.end());
    for (const Bytes rdata : set.records) {
        append(input, start);
        append_u16(input, static_cast<std::uint16_t>(rdata.size()));
        append(input, canonical_rdata(set.type, rdata));
    }
    return input;
}

}  // namespace homeport::dns
