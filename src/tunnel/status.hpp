#pragma once
/// What both ends tell about themselves; turned into words and JSON by `cli`.

#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::tunnel {

enum class SessionState : std::uint8_t {
    up,        ///< a link is there and has answered of late
    resuming,  ///< no link answers; streams wait to go on
    down,      ///< no link, and nothing left to resume
};

std::string_view to_string(SessionState state);

struct SessionStatus {
    std::string name;  ///< of the agent (at the relay) or of the relay (at the agent)
    SessionState state = SessionState::down;
    Duration in_state{};                 ///< since the state last changed
    std::optional<Duration> last_heard;  ///< time since the last byte from the peer; none: never
    std::size_t links = 0;
    std::optional<Duration> rtt;
    std::string address;  ///< of the peer's newest link; empty when there is none
    std::size_t streams = 0;
    std::uint64_t resumes_total = 0;  ///< links replaced while streams went on
    std::uint64_t resets_total = 0;   ///< streams cut because they could not go on
};

/// A service as the agent sees it.
struct AgentServiceStatus {
    std::string name;
    bool accepted = false;
    std::string reason;  ///< why the relay refused it, or "waiting for the relay"
    std::size_t streams = 0;
    std::uint64_t bytes_in = 0;   ///< visitor to home
    std::uint64_t bytes_out = 0;  ///< home to visitor
    std::uint64_t visitors_total = 0;
    std::uint64_t refused_total = 0;
};

}  // namespace homeport::tunnel
