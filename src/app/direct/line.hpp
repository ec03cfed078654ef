#pragma once
/// The agent's line: makes the services reachable straight at home whose settings allow it. It
/// knows the address, has the router open ports, listens behind them, and has the relay prove from
/// outside that they are open; the relay's names follow what was proven.
///
/// It stays quiet, and touches no router, while no service wants a direct path or the relay answers
/// for no names.

#include "app/direct/line_facts.hpp"
#include "config/settings.hpp"
#include "core/ip.hpp"
#include "tunnel/agent/agent.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace homeport::app {

class Line {
public:
    struct Options {
        config::Reach settings;
        std::string state_dir;
        std::string relay_name;
        HostPort relay;  ///< for asks that do not go over the link
        PublicKey relay_key;
        /// Asks over the agent's link.
        std::function<void(tunnel::ProbeQuestion, tunnel::Agent::AskDone)> ask;
        /// Runs a program of the settings with its arguments, and does not wait for it.
        std::function<void(std::vector<std::string>)> run_program;
    };

    Line(const tunnel::AgentWorld& world, Options options);
    ~Line();

    void set_services(std::vector<config::Service> services);
    /// The relay told, after an attach, where it sees us.
    void on_seen(const tunnel::RelaySight& sight);
    /// Lets nobody new in and gives ports back to the router.
    void begin_stop();
    /// Visitors, and ports that are not given back yet: what a stop waits for.
    std::size_t running() const;
    LineFacts facts() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::app
