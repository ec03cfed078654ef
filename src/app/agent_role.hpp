#pragma once
/// The agent, built from its settings and from what it remembers of its relay.

#include "app/control_server.hpp"
#include "app/direct/line.hpp"
#include "app/facts.hpp"
#include "app/memory_keeper.hpp"
#include "app/park_board.hpp"
#include "app/program_runner.hpp"
#include "app/role.hpp"
#include "app/world.hpp"
#include "cli/paired_relay.hpp"
#include "config/settings.hpp"
#include "net/secure.hpp"
#include "tunnel/agent/agent.hpp"

#include <memory>
#include <string>

namespace homeport::app {

class AgentRole final : public Role {
public:
    AgentRole(const World& world, std::unique_ptr<net::Security> security,
              std::string settings_file, config::Agent settings, cli::PairedRelay paired);

    /// Opens the control socket and starts dialling. Errors: those of the control socket.
    Result<> start();

    ReloadReport reload() override;
    void begin_stop() override;
    std::size_t running() const override { return agent_.status().streams + line_.running(); }

    RoleFacts facts() const;
    /// The answer of the control socket; what is asked of the relay is answered later.
    void answer(const ControlRequest& request, ControlServer::Reply reply);
    /// For the demo.
    void cut_line(Duration duration) { agent_.cut_line(duration); }

private:
    void park(const ControlRequest& request, bool parked, ControlServer::Reply reply);
    void park_own(const ControlRequest& request, bool parked, tunnel::Agent::AskDone done);
    void ask_acme(const ControlRequest& request, bool present, ControlServer::Reply reply);
    std::vector<std::string> service_names() const;
    tunnel::AgentWorld agent_world() const;
    Line::Options line_options();
    ServiceFacts facts_of(const config::Service& service, bool up) const;

    World world_;
    std::unique_ptr<net::Security> security_;
    std::string settings_file_;
    config::Agent settings_;  ///< in force
    cli::PairedRelay paired_;
    TimePoint started_;
    ParkBoard board_;
    ProgramRunner programs_;
    tunnel::Agent agent_;
    Line line_;  ///< asks through the agent
    std::unique_ptr<ControlServer> control_;
    std::unique_ptr<MemoryKeeper> memory_;
};

}  // namespace homeport::app
