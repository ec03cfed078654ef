#pragma once
/// What `homeport ports` shows of an agent's line.

#include "core/probe.hpp"
#include "core/time.hpp"
#include "reach/truth/consensus.hpp"
#include "reach/truth/evidence.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::app {

enum class PortState : std::uint8_t {
    waiting,  ///< no router has answered yet
    asking,
    mapped,
    failed,
    not_needed,  ///< the machine's own address is public
    off,         ///< the settings say so
};
/// "mapped", "not needed", ...
std::string_view to_text(PortState state);

struct PortFacts {
    std::string service;
    reach::Family family = reach::Family::v4;
    std::uint16_t external = 0;
    std::uint16_t internal = 0;
    PortState state = PortState::waiting;
    std::string by;                 ///< "PCP", "NAT-PMP", "UPnP"; empty when not mapped
    std::string address;            ///< as the router says; may be empty
    std::string fault;              ///< for people; empty: none
    std::optional<Duration> retry;  ///< until the router is asked again
    ProbeResult proof = ProbeResult::untested;
    std::string detail;              ///< of the proof
    std::optional<Duration> proven;  ///< since it last arrived
};

struct LineFacts {
    bool active = false;  ///< a service wants a direct path and the relay answers for names
    std::string idle_why;
    std::array<reach::AddressView, 2> addresses;  ///< by family
    std::array<std::string, 2> habit;  ///< when the provider gives another one; empty: unknown
    std::vector<PortFacts> ports;
};

/// The answer of the control socket, one line.
std::string line_json(const LineFacts& facts);

}  // namespace homeport::app
