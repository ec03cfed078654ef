#include "reach/truth/audit.hpp"

#include "core/special_addresses.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <utility>

namespace homeport::reach {
namespace {

/// What is known to stand at a port, and what to do about it.
struct Service {
    std::string_view name;
    AuditSeverity severity;
    std::string_view remedy;
};

constexpr std::string_view kUpnpRemedy =
    "update the router; if that does not help, switch UPnP off there, or replace it";

Service service_at(const AuditDial& dial) {
    using enum AuditSeverity;
    switch (dial.port) {
    case 1900:
        return {"SSDP", bad, kUpnpRemedy};
    case 5351:
        return {"NAT-PMP and PCP", bad,
                "update the router; if that does not help, switch NAT-PMP and PCP off there"};
    case 23:
        return {"Telnet", bad, "switch Telnet off, or take away the forwarding of this port"};
    case 7547:
        return {"remote management by the provider, TR-069", bad,
                "ask the provider to let in only its own servers there, or switch it off"};
    case 8080:
        return {"a second web server", warning,
                "if that is not wished, switch off the router's remote access, or the forwarding"};
    default:
        return {"control of UPnP", bad, kUpnpRemedy};
    }
}

std::string title(const AuditDial& dial) {
    const bool tcp = dial.check == ProbeCheck::open;
    const std::string port = (tcp ? "TCP " : "UDP ") + std::to_string(dial.port);
    return std::string(service_at(dial).name) + " (" + port + ")";
}

/// What the answer lets strangers do.
std::string harm(const AuditDial& dial) {
    if (dial.check == ProbeCheck::ssdp) {
        return "strangers get answers to searches of UPnP: the line can be used to flood others, "
               "and the router may open its ports to anybody";
    }
    if (dial.check == ProbeCheck::port_mapping)
        return "strangers get answers about port mappings, and may open ports themselves";
    return "something answers on port " + std::to_string(dial.port) + " from outside";
}

AuditFinding judge(const AuditDial& dial, bool shared_address) {
    using enum AuditSeverity;
    AuditFinding found{.what = title(dial), .severity = unknown, .finding = {}, .remedy = {}};
    switch (dial.result) {
    case ProbeResult::nothing:
    case ProbeResult::refused:
        found.severity = fine;
        found.finding = "nobody answers from outside";
        return found;
    case ProbeResult::untested:
        found.finding = "not tried from outside";
        return found;
    case ProbeResult::somebody_else:
        found.severity = warning;
        found.finding = "something answers from outside, but not as expected";
        found.remedy = "find out what it is, and close it if it is not wished";
        break;
    case ProbeResult::arrived:
        found.severity = service_at(dial).severity;
        found.finding = harm(dial);
        found.remedy = service_at(dial).remedy;
        break;
    }
    if (!shared_address) return found;
    return {found.what,
            unknown,
            "something answers, but the address is the provider's and shared by customers",
            {}};
}

std::string title(const AuditMapping& mapping) {
    return "port mapping " + mapping.protocol + " " + std::to_string(mapping.external_port);
}

std::string words(const AuditMapping& mapping) {
    std::string text =
        "leads to " + mapping.internal_client + " port " + std::to_string(mapping.internal_port);
    if (!mapping.description.empty()) text += " (" + mapping.description + ")";
    return text;
}

/// Why no program of this home would have asked for such an entry; empty: one could have.
std::string oddity(const AuditMapping& mapping) {
    if (mapping.external_port == 0) return "opens every port of the router";
    if (mapping.internal_port == 0) return "has no port inside, which some routers take for all";
    if (!equals_ignoring_case(mapping.protocol, "TCP") &&
        !equals_ignoring_case(mapping.protocol, "UDP"))
        return "is neither for TCP nor for UDP";
    // Attackers who may map ports hide behind the router by having it lead to others.
    const auto client = IpAddress::parse(mapping.internal_client);
    if (client && is_public(*client)) return "leads out of the home again";
    return {};
}

AuditFinding judge(const AuditMapping& mapping) {
    const std::string odd = oddity(mapping);
    if (!odd.empty()) {
        return {title(mapping), AuditSeverity::bad, odd + ": " + words(mapping),
                "delete it in the router's settings, and restart the router"};
    }
    return {title(mapping), AuditSeverity::warning, words(mapping),
            "if nobody knows what it is for, delete it in the router's settings"};
}

void judge_mappings(const AuditFacts& facts, std::vector<AuditFinding>& found) {
    using enum AuditSeverity;
    const std::string what = "port mappings";
    if (!facts.mappings) {
        found.push_back({what, unknown, "no router here tells which ports it has opened", {}});
        return;
    }
    const std::size_t before = found.size();
    const std::string own = facts.own.to_string();
    for (const AuditMapping& mapping : *facts.mappings) {
        const bool ours = mapping.internal_client == own && oddity(mapping).empty();
        if (!ours) found.push_back(judge(mapping));
    }
    if (facts.mappings_cut)
        found.push_back({what, unknown, "the router has more than were looked at", {}});
    if (found.size() == before)
        found.push_back({what, fine, "the router has opened no port to another device", {}});
}

AuditFinding judge(OutgoingMail mail) {
    const std::string what = "outgoing mail (TCP 25)";
    switch (mail) {
    case OutgoingMail::open:
        return {what, AuditSeverity::fine, "the provider lets it out", ""};
    case OutgoingMail::blocked:
        return {what, AuditSeverity::warning, "the provider drops what goes out to port 25",
                "send mail through the provider's or another mail server, at port 587 or 465"};
    case OutgoingMail::unknown:
        break;
    }
    return {what, AuditSeverity::unknown, "the relay's host shows nothing: it answers nobody", ""};
}

}  // namespace

std::string_view to_text(AuditSeverity severity) {
    switch (severity) {
    case AuditSeverity::fine:
        return "fine";
    case AuditSeverity::unknown:
        return "unknown";
    case AuditSeverity::warning:
        return "warning";
    case AuditSeverity::bad:
        return "bad";
    }
    return "unknown";
}

// One known hole is not looked for: routers that send events of UPnP to any address that is named
// to them (CallStranger, CVE-2020-12695). To see it, the router would have to send to a third
// party, who has not asked for that.
std::vector<AuditFinding> audit(const AuditFacts& facts) {
    std::vector<AuditFinding> found;
    for (const AuditDial& dial : facts.dials) found.push_back(judge(dial, facts.shared_address));
    judge_mappings(facts, found);
    if (facts.mail) found.push_back(judge(*facts.mail));
    return found;
}

}  // namespace homeport::reach
