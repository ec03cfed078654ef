#pragma once
/// What is wanted of a router, and what it said. Shared by the machines of the three protocols:
/// PCP (RFC 6887), NAT-PMP (RFC 6886) and UPnP IGD 1 and 2.

#include "core/ids.hpp"
#include "core/ip.hpp"
#include "core/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace homeport::reach {

enum class MapProtocol : std::uint8_t { pcp, nat_pmp, upnp };
std::string_view to_text(MapProtocol protocol);

enum class Transport : std::uint8_t { tcp, udp };
std::string_view to_text(Transport transport);

/// One wish. Given by whoever wishes, never used twice in a process.
using MappingId = StrongId<struct MappingTag>;
/// Proof at a PCP server that a mapping is ours (RFC 6887 section 11.1).
using MappingNonce = std::array<std::byte, 12>;

/// One port that the router is to let in: a mapping for IPv4, a pinhole for IPv6.
struct MappingWish {
    MappingId id;
    Transport transport = Transport::tcp;
    Endpoint internal;  ///< of this machine, where it shall arrive; port 1 to 65535
    /// 1 to 65535; a router that gives another one is told to take it back. IPv6: internal.port.
    std::uint16_t external_port = 0;
    MappingNonce nonce{};              ///< not to be guessed; the same after a restart
    std::string description;           ///< shown by the router; ASCII, at most kMaxDescription
    Duration lifetime = Duration{2h};  ///< asked for; the router decides
};

/// Why there is no mapping. The remedy is the mapper's to find.
enum class MapFault : std::uint8_t {
    none,
    silent,          ///< no answer after all tries
    unsupported,     ///< the router does not speak this protocol, version, or this kind of mapping
    not_authorized,  ///< switched off, or not for this device
    conflict,        ///< the port belongs to another device or to the router itself
    other_port,      ///< only another external port was to be had; it was given back
    full,            ///< no room in the router's table
    no_network,      ///< the router itself has no line
    refused,         ///< any other refusal
    garbage,         ///< answers that make no sense
};
/// For people: "the port belongs to another device".
std::string_view to_text(MapFault fault);

struct MappingReport {
    enum class Phase : std::uint8_t {
        asking,
        mapped,
        failed,   ///< see fault; tried again at retry_at
        removed,  ///< after drop(); the last report of this id
    };
    MappingId id;
    MapProtocol protocol = MapProtocol::pcp;
    Phase phase = Phase::asking;
    /// When mapped. The address is unspecified where the router did not say or said nonsense.
    Endpoint external;
    TimePoint expires = kNever;  ///< when mapped; kNever: permanent, to be removed by hand
    MapFault fault = MapFault::none;
    std::string detail;           ///< the router's own code and words: "718 ConflictInMappingEntry"
    TimePoint retry_at = kNever;  ///< when failed; kNever: not before something changes
    friend bool operator==(const MappingReport&, const MappingReport&) = default;
};

/// What a router tells of itself.
struct RouterReport {
    MapProtocol protocol = MapProtocol::pcp;
    Endpoint router;       ///< who answered
    bool answers = false;  ///< false: silent, or does not speak this protocol
    /// Its address on the other side, as it says; unspecified: it did not, or has none.
    IpAddress external;
    /// Its state was lost since the last report: mappings were asked for anew.
    bool restarted = false;
    std::string name;  ///< maker and model where the protocol tells it
    friend bool operator==(const RouterReport&, const RouterReport&) = default;
};

}  // namespace homeport::reach
