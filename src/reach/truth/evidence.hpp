#pragma once
/// What somebody says this machine's address is. Kept with source and time; nothing is believed
/// because of one source alone.

#include "core/ip.hpp"
#include "core/time.hpp"

#include <cstdint>
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

struct Evidence {
    EvidenceSource source = EvidenceSource::interface;
    std::string from;  ///< who said so: "eth0", "stun.example.net:3478", "hop 2"
    IpAddress address;
    TimePoint at{};
    friend bool operator==(const Evidence&, const Evidence&) = default;
};

}  // namespace homeport::reach
