#include "core/probe.hpp"

#include <string>

namespace homeport {

std::string_view to_text(ProbeCheck check) {
    switch (check) {
    case ProbeCheck::proof:
        return "proof";
    case ProbeCheck::open:
        return "open";
    case ProbeCheck::http:
        return "http";
    case ProbeCheck::tls:
        return "tls";
    case ProbeCheck::smtp:
        return "smtp";
    case ProbeCheck::ssh:
        return "ssh";
    case ProbeCheck::ftp:
        return "ftp";
    case ProbeCheck::ssdp:
        return "ssdp";
    case ProbeCheck::port_mapping:
        return "port_mapping";
    }
    return "unknown";
}

std::optional<std::uint16_t> only_port(ProbeCheck check) {
    if (check == ProbeCheck::ssdp) return 1900;
    if (check == ProbeCheck::port_mapping) return 5351;
    return std::nullopt;
}

std::string_view to_text(ProbeResult result) {
    switch (result) {
    case ProbeResult::untested:
        return "not tested";
    case ProbeResult::arrived:
        return "arrived here";
    case ProbeResult::refused:
        return "refused, not by us";
    case ProbeResult::nothing:
        return "no answer";
    case ProbeResult::somebody_else:
        return "answered by somebody else";
    }
    return "unknown";
}

Result<> ask_result(ProbeResult result, std::string_view detail) {
    switch (result) {
    case ProbeResult::arrived:
        return {};
    case ProbeResult::refused:
        return fail(Errc::refused, std::string(detail));
    case ProbeResult::nothing:
        return fail(Errc::not_found, std::string(detail));
    case ProbeResult::somebody_else:
        return fail(Errc::exists, std::string(detail));
    case ProbeResult::untested:
        break;
    }
    return fail(Errc::unreachable, std::string(detail));
}

ProbeResult probe_result(const Result<>& asked) {
    if (asked) return ProbeResult::arrived;
    switch (asked.error().code) {
    case Errc::refused:
        return ProbeResult::refused;
    case Errc::not_found:
        return ProbeResult::nothing;
    case Errc::exists:
        return ProbeResult::somebody_else;
    default:
        return ProbeResult::untested;
    }
}

}  // namespace homeport
