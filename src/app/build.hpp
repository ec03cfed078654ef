#pragma once
/// Roles from settings, with what their state directories hold.

#include "app/agent_role.hpp"
#include "app/relay_role.hpp"

namespace homeport::app {

/// Opens the state directory and builds the relay; start() is the caller's. Errors: those of the
/// directory, the key and the store, with their remedies.
Result<std::unique_ptr<RelayRole>> build_relay(const World& world, const std::string& settings_file,
                                               const config::Relay& settings);
/// Likewise. Error denied: the state directory or the key is not safe.
Result<std::unique_ptr<AgentRole>> build_agent(const World& world, const std::string& settings_file,
                                               const config::Agent& settings,
                                               const cli::PairedRelay& paired);
/// Who this side is, with the key in `state_dir`, made if absent.
Result<std::unique_ptr<net::Security>> build_security(net::Loop& loop,
                                                      const std::string& state_dir);

}  // namespace homeport::app
