#pragma once
/// The relay's end of the tunnel: takes links, proves who is there, keeps one session per agent,
/// and opens streams through them. What is published goes out through `Publisher`, joined to the
/// front by `app`.

#include "config/settings.hpp"
#include "core/chunk.hpp"
#include "core/ip.hpp"
#include "core/log.hpp"
#include "core/probe.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "net/secure.hpp"
#include "store/relay_store.hpp"
#include "tunnel/protocol/offer.hpp"
#include "tunnel/status.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace homeport::tunnel {

/// A home's services show the "server stopped" notice, or no longer.
struct ParkWish {
    std::string service;  ///< empty: all of the home
    bool parked = true;
    /// What the names of these services answer meanwhile: "stand-in" (the relay, which shows the
    /// notice), "nothing", or addresses with commas between.
    std::string answer = "stand-in";
};

/// A TXT record under _acme-challenge of a host (RFC 8555 section 8.4), set or taken back.
struct Challenge {
    std::string host;
    std::string text;
    bool present = true;
};

/// A dial to the asking agent from outside.
struct ProbeWish {
    IpAddress address;  ///< where the ask came from: the only one that may be dialled
    ProbeToken token{};
    bool udp = false;
    std::uint16_t port = 0;
    ProbeCheck check = ProbeCheck::proof;
    std::string service;  ///< of the agent; empty: none
    std::string host;
    std::string login;
};

/// What an ask comes to.
using AskDone = std::move_only_function<void(Result<>)>;

/// Where granted offers are made public.
class Publisher {
public:
    virtual ~Publisher() = default;
    /// Replaces all that the agent publishes. One result per offer, in order.
    virtual std::vector<Result<>> publish(const std::string& agent,
                                          const std::vector<Offer>& offers) = 0;
    virtual void withdraw(const std::string& agent) = 0;
    /// A link to the agent answers now, or none does any longer.
    virtual void on_link(const std::string& /*agent*/, bool /*up*/) {}
    /// Somebody who may asks for the notice of `home`, be it here or away: the home itself, or
    /// another paired machine. Errors: not_found (home or service), invalid (answer).
    virtual Result<> park(const std::string& home, const ParkWish& wish) = 0;
    using Done = AskDone;
    /// `agent` asks; `done` is called once, also at once, when name servers answer with it. Errors:
    /// denied (not a host that it publishes), not_found (no zone of ours), limit, io.
    virtual void challenge(const std::string& agent, const Challenge& challenge, Done done) = 0;
    /// `agent` asks; `done` is called once, also at once, with ask_result(), or an error: denied
    /// (not an address to dial), limit.
    virtual void probe(const std::string& agent, const ProbeWish& wish, Done done) = 0;
    /// Where the relay sees the agent that has just attached; `resumed`: it is the same process.
    virtual void on_seen(const std::string& /*agent*/, const Endpoint& /*from*/, bool /*resumed*/) {
    }
};

/// Streams that it opened must be destroyed before it.
class Relay {
public:
    struct World {
        net::Loop& loop;
        net::Network& network;
        net::Security& security;
        net::Entropy& entropy;
        Log& log;
        ChunkPool& pool;
        store::RelayStore& store;
        Publisher& publisher;
        /// SHA-256 of an invite's secret, as the store knows it.
        std::function<store::SecretHash(Bytes)> secret_hash;
    };
    struct Options {
        std::string name;
        std::vector<Endpoint> listen;
        config::Resume resume;
        /// Told to agents that attach.
        bool names = false;  ///< names of homes follow their state here
        std::uint16_t http_port = 0;
        std::uint16_t tls_port = 0;
    };

    Relay(const World& world, Options options);
    ~Relay();

    /// Opens the link listeners, loads the agents, publishes what they published last. Errors are
    /// those of listen() and of the store.
    Result<> start();
    /// A connection that came in elsewhere (the shared TLS port) and wants to be a link.
    void accept_link(std::unique_ptr<net::Stream> stream);
    /// A stream to the agent's service; see front::Homes::open for its contract. `port`: the one
    /// the visitor came to, 0 when the service has none.
    std::unique_ptr<net::BufferedStream> open(const std::string& agent, std::uint32_t service,
                                              std::uint16_t port, const Endpoint& visitor,
                                              const Endpoint& local);
    bool up(const std::string& agent) const;
    /// Reads the store again: new agents appear, revoked ones are cut at once. Error: the store's.
    Result<> refresh();
    /// Tells agents that the relay stops on purpose, so that they come back at once.
    void announce_stop();
    std::vector<SessionStatus> status() const;
    /// The addresses in use, for port 0 in tests.
    std::vector<Endpoint> listening() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::tunnel
