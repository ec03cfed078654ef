#pragma once
/// Sets of records as the store keeps them, made from and read as what the name service knows:
/// addresses, and TXT values under "_acme-challenge". Pure.

#include "core/ip.hpp"
#include "dns/wire/name.hpp"
#include "dns/wire/types.hpp"
#include "store/name_store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::names {

/// RFC 8555 section 8.4.
inline constexpr std::string_view kAcmeLabel = "_acme-challenge";

/// A zone in both forms.
struct ZoneName {
    std::string text;
    dns::Name wire;
};

/// Label, zone and the ACME label in front fit one name. The functions below require it.
bool fits(std::string_view label, const ZoneName& zone);
store::StoredSet address_set(const ZoneName& zone, std::string_view label, std::uint32_t ttl,
                             const IpAddress& address);
/// `values` of at most 255 octets each, one string each (RFC 1035 section 3.3.14).
store::StoredSet txt_set(const ZoneName& zone, std::string_view label, std::uint32_t ttl,
                         const std::vector<std::string>& values);
store::ForgetSet no_set(const ZoneName& zone, std::string_view label, dns::RrType type);

/// Whose set it is: A and AAAA of a label directly below the zone, TXT of its ACME label.
/// Nothing: not one of the name service.
std::optional<std::string_view> label_of(const ZoneName& zone, Bytes owner, std::uint16_t type);
/// The first address; nothing when there is none of the set's type.
std::optional<IpAddress> read_address(const store::StoredSet& set);
std::vector<std::string> read_txt(const store::StoredSet& set);

}  // namespace homeport::names
