#include "reach/truth/evidence.hpp"

#include "core/text.hpp"

namespace homeport::reach {
namespace {

/// "Stun.Example.net:3478" and "stun.example.net" are the same host; "2001:db8::1" has no port.
std::string host_of(std::string_view from) {
    const auto parsed = HostPort::parse(from);
    return to_lower(parsed ? parsed->host : std::string(from));
}

}  // namespace

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

bool is_router(EvidenceSource source) {
    return source == EvidenceSource::pcp || source == EvidenceSource::nat_pmp ||
           source == EvidenceSource::upnp;
}

std::string_view to_text(Family family) {
    return family == Family::v4 ? "IPv4" : "IPv6";
}

std::optional<unsigned> hop_number(const Evidence& evidence) {
    static constexpr std::string_view kPrefix = "hop ";
    if (evidence.source != EvidenceSource::hop || !evidence.from.starts_with(kPrefix)) return {};
    const auto number = parse_uint(std::string_view(evidence.from).substr(kPrefix.size()), 255);
    if (!number || *number == 0) return {};
    return static_cast<unsigned>(*number);
}

std::string voice_of(const Evidence& evidence) {
    if (evidence.source == EvidenceSource::interface) return "this machine";
    if (is_router(evidence.source)) return "the router";
    return to_lower(evidence.run_by.empty() ? host_of(evidence.from) : evidence.run_by);
}

}  // namespace homeport::reach
