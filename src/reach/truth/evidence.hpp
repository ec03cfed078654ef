#pragma once
/// What somebody says this machine's address is. Kept with source and time; nothing is believed
/// because of one source alone.

#include "core/ip.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace homeport::reach {

enum class EvidenceSource : std::uint8_t {
    interface,  ///< an address of this machine
    pcp,        ///< the router's address on the other side, as each protocol tells it
    nat_pmp,
    upnp,
    relay,  ///< where links come from, as the relay sees it
    stun,
    echo,  ///< a service on the web or in the DNS that says where it was asked from
    hop,   ///< a router on the way out, found by packets of few hops
};
std::string_view to_text(EvidenceSource source);
/// PCP, NAT-PMP or UPnP: the same router speaks.
bool is_router(EvidenceSource source);

struct Evidence {
    EvidenceSource source = EvidenceSource::interface;
    std::string from;  ///< who said so: "eth0", "stun.example.net:3478", "hop 2"
    IpAddress address;
    TimePoint at{};
    /// Who runs it, where one operator has several hosts; empty: the host of `from` stands alone.
    std::string run_by;
    friend bool operator==(const Evidence&, const Evidence&) = default;
};

/// Which of the two Internets.
enum class Family : std::uint8_t { v4, v6 };
std::string_view to_text(Family family);
inline Family family_of(const IpAddress& address) {
    return address.is_v4() ? Family::v4 : Family::v6;
}

/// N of a hop's "hop N", 1 to 255; nothing where the evidence is no hop.
std::optional<unsigned> hop_number(const Evidence& evidence);

/// Who speaks: sources with the same voice are not independent of each other. All protocols of
/// routers are one voice, so are all interfaces; STUN and echo services of one host or operator.
std::string voice_of(const Evidence& evidence);

}  // namespace homeport::reach
