#pragma once
/// What a command needs of the running parts; `app` has it. Each call runs a loop until it is over,
/// but ask_alone().

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/paired_relay.hpp"
#include "config/settings.hpp"
#include "core/result.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "tunnel/protocol/question.hpp"
#include "tunnel/protocol/token.hpp"

#include <functional>
#include <memory>
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
    using AskDone = std::move_only_function<void(Result<>)>;
    /// The same within the caller's `loop`, from `source`, which is our address. `done` is called
    /// once, from the loop, and must not destroy the handle; destroying it cancels. Error: the key
    /// cannot be read, and `done` is not called then.
    virtual Result<std::unique_ptr<net::Handle>> ask_alone(net::Loop& loop, net::Network& network,
                                                           const std::string& state_dir,
                                                           const PairedRelay& relay,
                                                           const tunnel::Question& question,
                                                           const IpAddress& source,
                                                           AskDone done) = 0;
};

}  // namespace homeport::cli
