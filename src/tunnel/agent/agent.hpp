#pragma once
/// The home's end of the tunnel: keeps a link to the relay through whatever the line does, and
/// connects streams to the targets of its own settings, and to nothing else.

#include "config/settings.hpp"
#include "core/chunk.hpp"
#include "core/ip.hpp"
#include "core/log.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "net/secure.hpp"
#include "tunnel/protocol/token.hpp"
#include "tunnel/status.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace homeport::tunnel {

struct AgentWorld {
    net::Loop& loop;
    net::Network& network;
    net::Security& security;
    net::Entropy& entropy;
    Log& log;
    ChunkPool& pool;
};

class Agent {
public:
    struct Options {
        std::string relay_name;  ///< for status
        HostPort relay;
        PublicKey relay_key;
        std::vector<config::Service> services;
        config::Resume resume;
    };

    Agent(const AgentWorld& world, Options options);
    ~Agent();

    /// Starts dialling; never fails for want of a network: it waits and tries.
    void start();
    /// Applies changed services; unchanged ones keep their streams, removed ones are reset.
    void reload(std::vector<config::Service> services);
    /// Asks the relay to show the "server stopped" notice, or to take it back; kept over
    /// reconnects.
    void park(const std::string& service, bool parked);
    /// Drops the links as a cut line would, and dials nothing for `duration`: for the demo and
    /// tests.
    void cut_line(Duration duration);
    /// Tells the relay goodbye; call before destroying on a planned stop.
    void announce_stop();

    SessionStatus status() const;
    std::vector<AgentServiceStatus> services() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Pairs with a relay: connects, proves the token, and tells the result once. Destroying it
/// cancels. Errors: denied (token used, unknown, expired, or another relay answered), unreachable,
/// timed_out ...
class Joining {
public:
    using Done = std::move_only_function<void(Result<std::string> relay_name)>;

    Joining(const AgentWorld& world, Token token, Done done);
    ~Joining();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::tunnel
