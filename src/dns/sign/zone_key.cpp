#include "dns/sign/zone_key.hpp"

#include "core/text.hpp"
#include "crypto/digest.hpp"
#include "dns/wire/octets.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

constexpr Octet kKeyStart[] = {1, 1, 3, kEcdsaP256Sha256};
constexpr Octet kDigestSha256 = 2;

std::string to_base64(Bytes bytes) {
    std::string text = to_base64url(bytes);
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

}  // namespace

std::vector<std::byte> dnskey_rdata(const crypto::P256PublicKey& key) {
    const Bytes start = std::as_bytes(std::span(kKeyStart));
    std::vector<std::byte> rdata(start.begin(), start.end());
    rdata.insert(rdata.end(), key.begin(), key.end());
    return rdata;
}

std::uint16_t key_tag(Bytes dnskey) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < dnskey.size(); ++i)
        sum += std::to_integer<std::uint32_t>(dnskey[i]) << (i % 2 == 0 ? 8 : 0);
    return static_cast<std::uint16_t>(sum + (sum >> 16));
}

std::vector<std::byte> ds_rdata(NameView apex, Bytes dnskey) {
    FixedName owner;
    owner.assign_lower(apex);
    const Bytes wire = owner.view().wire();
    std::vector<std::byte> hashed(wire.begin(), wire.end());
    hashed.insert(hashed.end(), dnskey.begin(), dnskey.end());
    const auto digest = crypto::sha256(hashed);
    std::vector<std::byte> rdata(4);
    auto* const start = reinterpret_cast<Octet*>(rdata.data());
    store_u16(start, key_tag(dnskey));
    start[2] = kEcdsaP256Sha256;
    start[3] = kDigestSha256;
    rdata.insert(rdata.end(), digest.begin(), digest.end());
    return rdata;
}

std::string ds_record(NameView apex, const crypto::P256PublicKey& key) {
    const std::vector<std::byte> dnskey = dnskey_rdata(key);
    const std::vector<std::byte> ds = ds_rdata(apex, dnskey);
    return apex.to_text() + " IN DS " + std::to_string(key_tag(dnskey)) + " 13 2 " +
           to_hex(Bytes(ds).subspan(4));
}

std::string dnskey_record(NameView apex, const crypto::P256PublicKey& key) {
    return apex.to_text() + " IN DNSKEY 257 3 13 " + to_base64(key);
}

}  // namespace homeport::dns
