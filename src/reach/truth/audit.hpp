#pragma once
/// What a worm would find at this line: findings from what was seen, for people. Pure.

#include "core/ip.hpp"
#include "core/probe.hpp"
#include "reach/truth/outgoing_mail.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::reach {

/// A question from outside to what nobody there should get an answer from: arriving is bad.
struct AuditDial {
    ProbeCheck check = ProbeCheck::open;  ///< open (TCP), or one with only_port() (UDP)
    std::uint16_t port = 0;
    ProbeResult result = ProbeResult::untested;
    friend bool operator==(const AuditDial&, const AuditDial&) = default;
};
/// All that are worth asking, those that older relays do not know at the end.
inline constexpr std::array<AuditDial, 8> kAuditDials{{
    {.check = ProbeCheck::open, .port = 23},
    {.check = ProbeCheck::open, .port = 2869},
    {.check = ProbeCheck::open, .port = 5000},
    {.check = ProbeCheck::open, .port = 7547},
    {.check = ProbeCheck::open, .port = 8080},
    {.check = ProbeCheck::open, .port = 49152},
    {.check = ProbeCheck::ssdp, .port = 1900},
    {.check = ProbeCheck::port_mapping, .port = 5351},
}};

/// An entry of the router's table of mappings, as the router words it.
struct AuditMapping {
    std::string protocol;
    std::uint16_t external_port = 0;
    std::string internal_client;
    std::uint16_t internal_port = 0;
    std::string description;
};

struct AuditFacts {
    std::vector<AuditDial> dials;
    /// The address belongs to the provider, who shares it: who answers there is not known.
    bool shared_address = false;
    /// Nothing: the router does not tell, or was not asked.
    std::optional<std::vector<AuditMapping>> mappings;
    bool mappings_cut = false;         ///< there are more than were read
    IpAddress own;                     ///< this machine; its mappings are its own business
    std::optional<OutgoingMail> mail;  ///< nothing: it was not tried
};

enum class AuditSeverity : std::uint8_t { fine, unknown, warning, bad };
std::string_view to_text(AuditSeverity severity);

struct AuditFinding {
    std::string what;  ///< "SSDP (UDP 1900)"
    AuditSeverity severity = AuditSeverity::unknown;
    std::string finding;
    std::string remedy;  ///< empty: nothing to do
};

/// In the order of the facts; at most one for each dial and mapping, and three more.
std::vector<AuditFinding> audit(const AuditFacts& facts);

}  // namespace homeport::reach
