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
#include "tunnel/protocol/question.hpp"
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

/// What the relay tells an agent that attached.
struct RelaySight {
    Endpoint agent;          ///< where it sees us
    Endpoint relay;          ///< where our link goes
    bool names = false;      ///< names of homes follow their state there
    std::uint16_t http = 0;  ///< port of http and of tls services; 0: none
    std::uint16_t tls = 0;
    friend bool operator==(const RelaySight&, const RelaySight&) = default;
};

class Agent {
public:
    struct Options {
        std::string relay_name;  ///< for status
        HostPort relay;
        PublicKey relay_key;
        std::vector<config::Service> services;
        config::Resume resume;
        /// After each attach; from the loop, may not destroy the agent.
        std::function<void(const RelaySight&)> on_seen;
    };

    Agent(const AgentWorld& world, Options options);
    ~Agent();

    /// Starts dialling; never fails for want of a network: it waits and tries.
    void start();
    /// Applies changed services; unchanged ones keep their streams, removed ones are reset.
    void reload(std::vector<config::Service> services);
    /// Called once, also at once, unless the agent is destroyed before; must not destroy it.
    /// Errors: the relay's; timed_out (kAskTime); unreachable (no link for that time); limit
    /// (kMaxAsks are waiting); invalid (a text too long).
    using AskDone = std::move_only_function<void(Result<>)>;
    /// The "server stopped" notice of this home, or no longer; empty: of all services. Without a
    /// link it counts as done: the wish is kept and told over the next one.
    void park(const std::string& service, bool parked, const std::string& answer, AskDone done);
    /// Asks once, over links that come and go. `home`: another one, or empty: this one, without
    /// keeping it.
    void ask_park(const std::string& home, const std::string& service, bool parked,
                  const std::string& answer, AskDone done);
    void ask_challenge(const std::string& host, const std::string& text, bool present,
                       AskDone done);
    /// Over the link: the relay dials the address that the link comes from.
    void ask_probe(ProbeQuestion question, AskDone done);
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

/// Asks with an agent's key while its agent does not run, or runs elsewhere: on a connection of its
/// own, which touches no session. At most kAskAloneTime; destroying it cancels. Errors: the
/// relay's; denied (not let in), unreachable, timed_out ...
class AskingAlone {
public:
    using Done = std::move_only_function<void(Result<>)>;

    /// `source`: our address to come from; nothing: as the routes say.
    AskingAlone(const AgentWorld& world, HostPort relay, const PublicKey& relay_key,
                Question question, Done done, std::optional<IpAddress> source = {});
    ~AskingAlone();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::tunnel
