#pragma once
/// Settings for commands: loaded, or their problems printed.

#include "cli/console.hpp"
#include "config/settings.hpp"

#include <optional>
#include <string>

namespace homeport::cli {

/// On problems: one line each on `err`, FILE:LINE: what (remedy), and nothing.
std::optional<config::Relay> relay_settings(const std::string& file, const Console& console);
std::optional<config::Agent> agent_settings(const std::string& file, const Console& console);

/// What a command needs to reach whoever runs with these settings.
struct RunningRole {
    std::string role;     ///< "relay" or "agent"
    std::string control;  ///< path of the socket
    std::string file;     ///< the settings
};
std::optional<RunningRole> running_role(const std::string& file, const Console& console);

}  // namespace homeport::cli
