#pragma once
/// What a command needs of the running parts; `app` has it. Each call runs a loop until it is over.

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/paired_relay.hpp"
#include "config/settings.hpp"
#include "core/result.hpp"
#include "tunnel/protocol/question.hpp"
#include "tunnel/protocol/token.hpp"

#include <string>

namespace homeport::cli {

class Roles {
public:
    virtual ~Roles() = default;

    /// Until a signal stops it. Errors: why it could not start.
    virtual Result<> run_relay(const std::string& settings_file, const config::Relay& settings) = 0;
    virtual Result<> run_agent(const std::string& settings_file, const config::Agent& settings,
                               const PairedRelay& relay) = 0;
    virtual Result<> run_demo(const RunDemo& demo, const Console& console) = 0;
    /// Proves `token` to its relay with the key of `state_dir`, made if absent; at most
    /// kJoinTimeout. The relay's name. Errors: those of tunnel::Joining; closed when a signal
    /// stopped it.
    virtual Result<std::string> pair(const std::string& state_dir, const tunnel::Token& token) = 0;
    /// Asks the relay with the key of `state_dir`, on a connection of its own. Errors: those of
    /// tunnel::AskingAlone; closed when a signal stopped it.
    virtual Result<> ask(const std::string& state_dir, const PairedRelay& relay,
                         const tunnel::Question& question) = 0;
};

}  // namespace homeport::cli
