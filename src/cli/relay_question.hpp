#pragma once
/// Questions of an agent's machine to its relay.

#include "cli/commands.hpp"
#include "cli/control_client.hpp"
#include "tunnel/protocol/question.hpp"

#include <string>

namespace homeport::cli {

/// Asks by way of the running agent, or, when none runs, on a connection of its own with the
/// agent's key. Prints what went wrong; the exit code.
int ask_relay(const std::string& agent_file, const ControlRequest& request,
              const tunnel::Question& question, const World& world);

/// What to do about an ask that failed; empty: the error says so itself.
std::string remedy_for_ask(const Error& error);

}  // namespace homeport::cli
