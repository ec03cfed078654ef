#include "names/records.hpp"

#include "core/assert.hpp"
#include "names/limits.hpp"

#include <algorithm>

namespace homeport::names {
namespace {

using dns::RrType;

std::vector<std::byte> owner_of(const ZoneName& zone, std::string_view label, RrType type) {
    auto name = dns::Name::child(label, zone.wire);
    if (name && type == RrType::txt) name = dns::Name::child(kAcmeLabel, *name);
    HOMEPORT_ASSERT(name.has_value());
    const Bytes wire = name->view().wire();
    return {wire.begin(), wire.end()};
}

/// Calls `take` with each record.
template <class Take>
void for_each_record(const store::StoredSet& set, const Take& take) {
    Reader reader(set.records);
    for (std::uint16_t i = 0; i < set.count; ++i) {
        const Bytes record = reader.take(reader.u16());
        if (!reader.ok()) return;
        take(record);
    }
}

void add_record(store::StoredSet& set, Bytes record) {
    set.records.push_back(static_cast<std::byte>(record.size() >> 8));
    set.records.push_back(static_cast<std::byte>(record.size()));
    set.records.insert(set.records.end(), record.begin(), record.end());
    ++set.count;
}

store::StoredSet empty_set(const ZoneName& zone, std::string_view label, RrType type,
                           std::uint32_t ttl) {
    return {.zone = zone.text,
            .owner = owner_of(zone, label, type),
            .type = static_cast<std::uint16_t>(type),
            .ttl = ttl,
            .count = 0,
            .records = {}};
}

}  // namespace

bool fits(std::string_view label, const ZoneName& zone) {
    const auto name = dns::Name::child(label, zone.wire);
    return name && dns::Name::child(kAcmeLabel, *name);
}

store::StoredSet address_set(const ZoneName& zone, std::string_view label, std::uint32_t ttl,
                             const IpAddress& address) {
    auto set = empty_set(zone, label, address.is_v4() ? RrType::a : RrType::aaaa, ttl);
    add_record(set, std::as_bytes(std::span(address.octets())).first(address.size()));
    return set;
}

store::StoredSet txt_set(const ZoneName& zone, std::string_view label, std::uint32_t ttl,
                         const std::vector<std::string>& values) {
    auto set = empty_set(zone, label, RrType::txt, ttl);
    for (const std::string& value : values) {
        HOMEPORT_ASSERT(value.size() <= kMaxTxtBytes);
        std::vector<std::byte> record{static_cast<std::byte>(value.size())};
        std::ranges::copy(as_bytes(value), std::back_inserter(record));
        add_record(set, record);
    }
    return set;
}

store::ForgetSet no_set(const ZoneName& zone, std::string_view label, RrType type) {
    return {.zone = zone.text,
            .owner = owner_of(zone, label, type),
            .type = static_cast<std::uint16_t>(type)};
}

std::optional<std::string_view> label_of(const ZoneName& zone, Bytes owner, std::uint16_t type) {
    const auto whole = dns::NameView::read(owner);
    if (!whole || whole->is_root()) return std::nullopt;
    dns::NameView name = *whole;
    if (type == static_cast<std::uint16_t>(RrType::txt)) {
        if (as_text(name.label()) != kAcmeLabel) return std::nullopt;
        name = name.parent();
    } else if (type != static_cast<std::uint16_t>(RrType::a) &&
               type != static_cast<std::uint16_t>(RrType::aaaa)) {
        return std::nullopt;
    }
    if (name.is_root() || name.parent() != zone.wire.view()) return std::nullopt;
    return as_text(name.label());
}

std::optional<IpAddress> read_address(const store::StoredSet& set) {
    const bool v4 = set.type == static_cast<std::uint16_t>(RrType::a);
    std::optional<IpAddress> address;
    for_each_record(set, [&](Bytes record) {
        if (address || record.size() != (v4 ? 4U : 16U)) return;
        std::array<std::uint8_t, 16> octets{};
        std::ranges::transform(record, octets.begin(), [](std::byte octet) {
            return std::to_integer<std::uint8_t>(octet);
        });
        address = v4 ? IpAddress::v4({octets[0], octets[1], octets[2], octets[3]})
                     : IpAddress::v6(octets);
    });
    // An IPv4-mapped address in AAAA is no IPv6 address to us (core/ip.hpp).
    return address && address->is_v4() == v4 ? address : std::nullopt;
}

std::vector<std::string> read_txt(const store::StoredSet& set) {
    std::vector<std::string> values;
    for_each_record(set, [&](Bytes record) {
        Reader reader(record);
        const Bytes value = reader.take(reader.u8());
        if (reader.ok()) values.emplace_back(as_text(value));
    });
    return values;
}

}  // namespace homeport::names
