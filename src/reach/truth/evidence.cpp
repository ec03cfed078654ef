#include "reach/truth/evidence.hpp"

namespace homeport::reach {

std::string_view to_text(EvidenceSource source) {
    switch (source) {
    case EvidenceSource::interface:
        return "interface";
    case EvidenceSource::pcp:
        return "router (PCP)";
    case EvidenceSource::nat_pmp:
        return "router (NAT-PMP)";
    case EvidenceSource::upnp:
        return "router (UPnP)";
    case EvidenceSource::relay:
        return "relay";
    case EvidenceSource::stun:
        return "STUN";
    case EvidenceSource::echo:
        return "echo service";
    case EvidenceSource::hop:
        return "router on the way";
    }
    return "?";
}

}  // namespace homeport::reach
