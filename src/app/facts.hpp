#pragma once
/// What a role knows about itself, gathered at one instant; the status JSON and the metrics are two
/// forms of it.

#include "app/names/facts.hpp"
#include "core/service.hpp"
#include "core/time.hpp"
#include "tunnel/status.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::app {

enum class ServiceState : std::uint8_t {
    up,      ///< visitors reach the home
    parked,  ///< visitors see the "server stopped" notice, on somebody's wish
    away,    ///< the home has no link, or the service is not published
};

std::string_view to_string(ServiceState state);

struct ServiceFacts {
    std::string agent;  ///< whose it is; empty at the agent
    std::string name;
    ServiceKind kind = ServiceKind::tcp;
    ServiceState state = ServiceState::away;
    std::string reason;  ///< why it is not published; empty when it is
    std::vector<HostGlob> hosts;
    std::optional<PortRange> ports;
    std::uint64_t streams = 0;
    std::uint64_t parked = 0;     ///< visitors waiting; the relay counts them, an agent says 0
    std::uint64_t bytes_in = 0;   ///< visitor to home
    std::uint64_t bytes_out = 0;  ///< home to visitor
    std::uint64_t visitors_total = 0;
    std::uint64_t refused_total = 0;
};

/// What the name of a home's host answers.
enum class HostState : std::uint8_t {
    direct,    ///< the home's address, which was reached from outside
    relayed,   ///< the relay; the home has a link
    away,      ///< the relay, which lets visitors wait
    parked,    ///< what its owner chose
    unproven,  ///< nothing: visitors may only come straight, and nobody did from outside lately
};

std::string_view to_string(HostState state);

struct HostFacts {
    std::string agent;
    std::string host;  ///< may be a wildcard
    HostState state = HostState::relayed;
};

struct RoleFacts {
    bool relay = false;  ///< else an agent
    std::string name;    ///< of the relay, or of the agent at its relay
    Duration uptime{};
    UnixSeconds wall = 0;
    std::vector<tunnel::SessionStatus> sessions;  ///< at an agent one: its relay
    std::vector<ServiceFacts> services;
    std::vector<HostFacts> hosts{};  ///< of a relay
    std::optional<DnsFacts> dns;     ///< none: it answers no DNS
    std::uint64_t buffer_bytes = 0;  ///< blocks of the data plane in use
};

}  // namespace homeport::app
