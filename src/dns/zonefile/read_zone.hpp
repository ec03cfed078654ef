#pragma once
/// Zones from master file text (RFC 1035 section 5), as people write them.
///
/// Read are $ORIGIN, $TTL (RFC 2308 section 4), @, relative names, comments, parentheses, quoted
/// texts, escapes, TTLs such as 1h30m, and data of any type as \# LENGTH HEX (RFC 3597 section 5).
/// Refused are $INCLUDE, $GENERATE, classes other than IN, and what signing adds (RRSIG, NSEC,
/// NSEC3, DNSKEY, CDS and their like; DS is not one of them), because homeport signs by itself.
///
/// Pure: nothing is opened. Memory while reading: the text, its records in wire form (at most
/// kMaxZoneOctets and 24 octets for each) and the zone.

#include "core/result.hpp"
#include "dns/wire/name.hpp"
#include "dns/zone/zone.hpp"
#include "dns/zonefile/zone_fault.hpp"

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string_view>

namespace homeport::dns {

/// The views must live until the zone is read; the zone does not need them.
struct ZoneText {
    std::string_view source;  ///< for faults: usually the path of the file
    std::string_view text;    ///< at most kMaxZoneTextBytes
    Name apex;                ///< the origin of relative names until $ORIGIN
    /// Seconds, for records without a TTL before $TTL, and for a SOA that is made.
    std::uint32_t default_ttl = 300;
    /// Of the SOA that is made when the text has none: its primary is the first NS of the apex.
    std::uint32_t serial = 1;
};

struct ReadZone {
    std::shared_ptr<const Zone> zone;
    /// What was mended: differing TTLs in a set (the least is taken, RFC 2181 section 5.2), records
    /// that stand twice. At most kMaxZoneFaults.
    ZoneFaults warnings;
};

/// The zone, or what is wrong with the text: never empty, at most kMaxZoneFaults, sorted by line.
std::expected<ReadZone, ZoneFaults> read_zone(const ZoneText& text);

/// The faults of all these texts, one text after the other; empty: all are zones. Warnings are not
/// told.
ZoneFaults check_zones(std::span<const ZoneText> texts);

}  // namespace homeport::dns
