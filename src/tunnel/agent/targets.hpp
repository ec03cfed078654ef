#pragma once
/// The connections from the agent to its targets: one per stream, dialled when the stream opens,
/// then pumped until both directions have ended.

#include "net/pump.hpp"
#include "tunnel/agent/agent.hpp"
#include "tunnel/agent/services.hpp"
#include "tunnel/bypass_stream.hpp"
#include "tunnel/tunnel_stream.hpp"

#include <memory>
#include <unordered_map>
#include <vector>

namespace homeport::tunnel {

class Targets {
public:
    Targets(const AgentWorld& world, Services& services, BypassDesk& bypasses);
    ~Targets();

    /// Dials the stream's target if the settings have one, else refuses the stream.
    void open(std::unique_ptr<TunnelStream> stream, const OpenInfo& info);
    /// Cuts the streams of services that are gone.
    void cut_services(const std::vector<std::uint32_t>& services);
    std::size_t size() const { return connections_.size(); }

private:
    class Connection;
    void finish(Connection& connection);
    void clear_finished();

    AgentWorld world_;
    Services& services_;
    BypassDesk& bypasses_;
    std::unordered_map<const Connection*, std::unique_ptr<Connection>> connections_;
    std::vector<std::unique_ptr<Connection>> finished_;  ///< over, but maybe still on the stack
    net::Continuation clear_;
};

}  // namespace homeport::tunnel
