#pragma once
/// A UDP port of our own, to ask others with.

#include "core/bytes.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace homeport::net {

/// What arrives longer is dropped.
inline constexpr std::size_t kMaxDatagramBytes = 64 * 1024;
/// Groups of one port; more: Errc::limit.
inline constexpr std::size_t kMaxGroups = 8;

/// What became of a datagram, as somebody on its way tells (ICMP). Whoever sees or guesses the
/// ports can forge it, so it is a hint.
struct DatagramFault {
    enum class Kind : std::uint8_t {
        port_unreachable,  ///< the host is there and nobody listens
        host_unreachable,  ///< no way to the host, or a closed one
        hop_limit,         ///< the last hop that it was allowed was not the host
        other,
    };
    Kind kind = Kind::other;
    IpAddress reporter;  ///< unspecified: the kernel itself
    friend bool operator==(const DatagramFault&, const DatagramFault&) = default;
};

/// Called from the loop, about a datagram that was sent to `to`. It may destroy the port.
using DatagramFaultSink = std::function<void(const Endpoint& to, const DatagramFault& fault)>;

struct DatagramPortOptions {
    /// Index of the interface of the groups, of multicasts that are sent, and of link-local
    /// addresses of IPv6, the port's own one included: these mean nothing without it. 0: as the
    /// routes say. Other datagrams go where the routes say in any case.
    unsigned interface = 0;
    /// Multicast groups to hear, of the family of the port. A port at the unspecified address hears
    /// them besides what is sent to this host; one at the address of a group hears nothing else.
    /// (In IPv6 the former also hears a group from other interfaces, if somebody joined it there.)
    std::vector<IpAddress> groups = {};
    unsigned multicast_hops = 1;      ///< 0 to 255, of multicasts that are sent
    bool reuse_address = false;       ///< shares its port with others that allow it too
    DatagramFaultSink on_fault = {};  ///< empty: nothing is told
};

class DatagramPort {
public:
    virtual ~DatagramPort() = default;
    /// The address in use, with the port the kernel chose when 0 was asked.
    virtual Endpoint local() const = 0;
    /// Hands a datagram to the kernel. An error says that it did not take it; that it arrives is
    /// never promised.
    virtual Result<> send(const Endpoint& to, Bytes datagram) = 0;
    /// The same for this one datagram with a hop limit of 1 to 255. Error besides: invalid.
    virtual Result<> send_with_hops(const Endpoint& to, Bytes datagram, unsigned hops) = 0;
};

/// Called from the loop; the view ends with the call. It may destroy the port.
using DatagramSink = std::function<void(const Endpoint& from, Bytes datagram)>;

}  // namespace homeport::net
