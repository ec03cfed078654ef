#pragma once
/// `homeport demo`: a relay, an agent and a sample site in one process and on one loop, on
/// loopback.

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "core/result.hpp"

#include <string>

namespace homeport::app {

/// Runs until 'q', SIGTERM or SIGINT. Errors: exists (the port is taken), io.
Result<> run_demo(const cli::RunDemo& demo, const cli::Console& console);

/// The settings the demo writes; `link` is where its relay listens, `site` the sample site.
std::string demo_relay_toml(const std::string& state_dir, const Endpoint& listen,
                            const Endpoint& link);
std::string demo_agent_toml(const std::string& state_dir, const Endpoint& listen,
                            const Endpoint& site);

}  // namespace homeport::app
