#include "core/special_addresses.hpp"

#include "core/assert.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace homeport {
namespace {

using enum AddressKind;
using Octets = std::array<std::uint8_t, 16>;

struct Entry {
    Octets first;
    unsigned bits;
    AddressKind kind;
    bool is_public;
};

constexpr bool kPublic = true;

constexpr Entry v4(std::array<std::uint8_t, 4> first, unsigned bits, AddressKind kind,
                   bool is_public = false) {
    return {{first[0], first[1], first[2], first[3]}, bits, kind, is_public};
}

/// `first` has the first groups of the address; the others are zero.
constexpr Entry v6(std::array<std::uint16_t, 8> first, unsigned bits, AddressKind kind,
                   bool is_public = false) {
    Entry entry{{}, bits, kind, is_public};
    for (std::size_t i = 0; i < first.size(); ++i) {
        entry.first[2 * i] = static_cast<std::uint8_t>(first[i] >> 8);
        entry.first[2 * i + 1] = static_cast<std::uint8_t>(first[i]);
    }
    return entry;
}

constexpr std::array kV4{
    v4({}, 0, global, kPublic),
    v4({}, 8, this_network),
    v4({}, 32, unspecified),
    v4({10}, 8, private_use),
    v4({100, 64}, 10, shared),
    v4({127}, 8, loopback),
    v4({169, 254}, 16, link_local),
    v4({172, 16}, 12, private_use),
    v4({192, 0, 0}, 24, protocol_assignments),
    v4({192, 0, 0, 9}, 32, protocol_assignments, kPublic),   // PCP, RFC 7723
    v4({192, 0, 0, 10}, 32, protocol_assignments, kPublic),  // TURN, RFC 8155
    v4({192, 0, 2}, 24, documentation),
    v4({192, 31, 196}, 24, as112, kPublic),
    v4({192, 52, 193}, 24, amt, kPublic),
    v4({192, 88, 99}, 24, tunnelled),
    v4({192, 168}, 16, private_use),
    v4({192, 175, 48}, 24, as112, kPublic),
    v4({198, 18}, 15, benchmarking),
    v4({198, 51, 100}, 24, documentation),
    v4({203, 0, 113}, 24, documentation),
    v4({224}, 4, multicast),
    v4({240}, 4, reserved),
    v4({255, 255, 255, 255}, 32, broadcast),
};

// What NAT64 and 6to4 translate may lead to any IPv4 address, private ones of the visitor's own
// network too; so they are not public, although the registry calls 64:ff9b::/96 reachable.
constexpr std::array kV6{
    v6({}, 0, reserved),
    v6({}, 128, unspecified),
    v6({0, 0, 0, 0, 0, 0, 0, 1}, 128, loopback),
    v6({0x64, 0xff9b}, 96, translated),
    v6({0x64, 0xff9b, 1}, 48, translated),
    v6({0x100}, 64, discard),
    v6({0x100, 0, 0, 1}, 64, discard),
    v6({0x2000}, 3, global, kPublic),
    v6({0x2001}, 23, protocol_assignments),
    v6({0x2001}, 32, tunnelled),
    v6({0x2001, 1, 0, 0, 0, 0, 0, 1}, 128, protocol_assignments, kPublic),  // PCP, RFC 7723
    v6({0x2001, 1, 0, 0, 0, 0, 0, 2}, 128, protocol_assignments, kPublic),  // TURN, RFC 8155
    v6({0x2001, 1, 0, 0, 0, 0, 0, 3}, 128, protocol_assignments, kPublic),  // SRP, RFC 9665
    v6({0x2001, 2}, 48, benchmarking),
    v6({0x2001, 3}, 32, amt, kPublic),
    v6({0x2001, 4, 0x112}, 48, as112, kPublic),
    v6({0x2001, 0x10}, 28, orchid),
    v6({0x2001, 0x20}, 28, orchid),
    v6({0x2001, 0x30}, 28, orchid),  // tags of aircraft, RFC 9374
    v6({0x2001, 0xdb8}, 32, documentation),
    v6({0x2002}, 16, tunnelled),
    v6({0x2620, 0x4f, 0x8000}, 48, as112, kPublic),
    v6({0x3fff}, 20, documentation),
    v6({0x5f00}, 16, segment_routing),
    v6({0xfc00}, 7, unique_local),
    v6({0xfe80}, 10, link_local),
    v6({0xff00}, 8, multicast),
};

bool contains(const Entry& entry, const Octets& address) {
    const std::size_t whole = entry.bits / 8;
    if (!std::equal(address.begin(), address.begin() + whole, entry.first.begin())) return false;
    if (entry.bits % 8 == 0) return true;
    return (address[whole] ^ entry.first[whole]) >> (8 - entry.bits % 8) == 0;
}

/// The longest prefix that holds the address; the first rows hold them all.
const Entry& entry_of(const IpAddress& address) {
    const std::span<const Entry> table =
        address.is_v4() ? std::span<const Entry>(kV4) : std::span<const Entry>(kV6);
    const Entry* best = &table.front();
    for (const Entry& entry : table)
        if (entry.bits > best->bits && contains(entry, address.octets())) best = &entry;
    return *best;
}

}  // namespace

AddressKind kind_of(const IpAddress& address) {
    return entry_of(address).kind;
}

bool is_public(const IpAddress& address) {
    return entry_of(address).is_public;
}

std::string_view to_text(AddressKind kind) {
    switch (kind) {
    case global:
        return "a public address";
    case unspecified:
        return "no address of anybody";
    case this_network:
        return "an address of \"this network\"";
    case private_use:
        return "a private address";
    case shared:
        return "an address behind a provider's NAT";
    case loopback:
        return "an address of the machine itself";
    case link_local:
        return "an address for one link only";
    case unique_local:
        return "a unique local address";
    case documentation:
        return "an address for documentation";
    case benchmarking:
        return "an address for benchmarks";
    case multicast:
        return "a multicast address";
    case broadcast:
        return "the broadcast address";
    case discard:
        return "an address whose traffic is discarded";
    case translated:
        return "an address for translation from IPv6 to IPv4";
    case tunnelled:
        return "an address of 6to4 or Teredo tunnels";
    case protocol_assignments:
        return "an address that belongs to a protocol";
    case as112:
        return "an address of the AS112 project";
    case amt:
        return "an address of multicast tunnels";
    case orchid:
        return "an identifier that cannot be routed";
    case segment_routing:
        return "an address of segment routing";
    case reserved:
        return "a reserved address";
    }
    HOMEPORT_ASSERT(false);
}

}  // namespace homeport
