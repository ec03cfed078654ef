#pragma once
/// What an address is for, by the registries of IANA: IPv4 and IPv6 Special-Purpose Addresses
/// (RFC 6890 and its successors), multicast, and the IPv6 space that nobody has been given.

#include "core/ip.hpp"

#include <string_view>

namespace homeport {

enum class AddressKind : unsigned char {
    global,
    unspecified,
    this_network,  ///< 0.0.0.0/8
    private_use,   ///< RFC 1918
    shared,        ///< 100.64.0.0/10: behind a provider's NAT
    loopback,
    link_local,
    unique_local,  ///< fc00::/7
    documentation,
    benchmarking,
    multicast,
    broadcast,             ///< 255.255.255.255
    discard,               ///< 100::/64 and the dummy prefix of RFC 9780
    translated,            ///< 64:ff9b::/96, 64:ff9b:1::/48: NAT64
    tunnelled,             ///< 6to4 and its relays, Teredo
    protocol_assignments,  ///< for a protocol of the IETF, for example anycast of PCP and TURN
    as112,                 ///< sinks for reverse look-ups of private addresses
    amt,                   ///< multicast tunnels
    orchid,                ///< identifiers that look like addresses; nobody routes them
    segment_routing,       ///< 5f00::/16
    reserved,              ///< for the future, and given back
};

/// An IPv4-mapped IPv6 address counts as the IPv4 address that it is.
AddressKind kind_of(const IpAddress& address);

/// For people, to be read after "is": "a private address".
std::string_view to_text(AddressKind kind);

/// May stand in the DNS as the address of a server that the whole Internet reaches. Besides global
/// addresses these are the anycast ones that the registries call globally reachable.
bool is_public(const IpAddress& address);

}  // namespace homeport
