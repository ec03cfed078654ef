#pragma once
/// Asking the running role, with its refusals turned into error lines and exit codes.

#include "cli/console.hpp"
#include "cli/control_client.hpp"
#include "cli/limits.hpp"
#include "cli/settings_file.hpp"

#include <optional>

namespace homeport::cli {

/// Asks and returns the answer's JSON; else prints why, sets `exit_code` and returns nothing.
std::optional<std::string> ask_or_tell(const RunningRole& role, const ControlRequest& request,
                                       const Console& console, int& exit_code,
                                       Duration timeout = kControlTimeout);

/// The same for an answer that was asked for before.
std::optional<std::string> body_or_tell(const RunningRole& role, Result<ControlAnswer> answer,
                                        const Console& console, int& exit_code);

/// After a change in the relay's store: tells a running relay. Nobody running is fine. Returns the
/// exit code; prints the error.
int tell_running_relay(const config::Relay& relay, const Console& console);

}  // namespace homeport::cli
