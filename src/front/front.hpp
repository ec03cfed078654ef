#pragma once
/// What a visitor meets at the relay: listeners for tcp ports, for http by Host and for tls by SNI;
/// visitor rules; parking; the stand-in. It knows nothing of links and sessions: it opens streams
/// to homes through `Homes` and treats them as streams.

#include "config/settings.hpp"
#include "core/chunk.hpp"
#include "core/log.hpp"
#include "core/service.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace homeport::front {

/// One published service: `agent` names the home, `id` the service within it.
struct Service {
    std::string agent;
    std::uint32_t id = 0;
    std::string name;
    ServiceKind kind = ServiceKind::tcp;
    std::vector<HostGlob> hosts;
    std::optional<PortRange> ports;
    std::vector<Cidr> allow;
    std::vector<Cidr> deny;
    std::string stand_in_html;
};

/// Who comes, and where they came to.
struct Visitor {
    Endpoint source;
    Endpoint local;
};

/// The way to the homes; joined to the tunnel by `app`.
class Homes {
public:
    virtual ~Homes() = default;
    /// Opens a stream to the service's target; `port` is the one the visitor came to (0 for http
    /// and tls). Never fails at once: bytes wait until the home has the target (`established()`),
    /// and the stream reports `error` with its failure() when that will not be.
    virtual std::unique_ptr<net::BufferedStream> open(const std::string& agent,
                                                      std::uint32_t service, std::uint16_t port,
                                                      const Visitor& visitor) = 0;
    /// A link to the home is up and has answered of late: a visitor who waits now is not parked.
    virtual bool up(const std::string& agent) const = 0;
};

/// Counters of one service since it was published; for `homeport status` and metrics.
struct ServiceStatus {
    std::string agent;
    std::string name;
    ServiceKind kind = ServiceKind::tcp;
    bool up = false;
    std::uint64_t streams = 0;    ///< visitors being served now
    std::uint64_t parked = 0;     ///< visitors waiting for the home now
    std::uint64_t bytes_in = 0;   ///< visitor to home
    std::uint64_t bytes_out = 0;  ///< home to visitor
    std::uint64_t visitors_total = 0;
    std::uint64_t refused_total = 0;  ///< by rule or limit
};

class Front {
public:
    struct World {
        net::Loop& loop;
        net::Network& network;
        net::Entropy& entropy;
        Log& log;
        ChunkPool& pool;
        Homes& homes;
    };
    struct Options {
        config::Front front;
        config::Park park;
        std::string stand_in_directory;
        std::size_t max_visitors = 16'000;  ///< connections; more are reset
    };
    using LinkHandler = std::function<void(std::unique_ptr<net::Stream>)>;

    Front(const World& world, Options options);
    ~Front();

    /// Opens the http and tls listeners. Connections on tls that ask for ALPN homeport/1 go to
    /// `links`, with their first bytes still to be read.
    Result<> start(LinkHandler links);
    /// Replaces all that `agent` publishes; services that stay the same keep their listeners and
    /// visitors. One result per service, in order: exists (host or port taken by another agent's
    /// service that is published now, or port in use on the host), denied (low port without right).
    std::vector<Result<>> publish(const std::string& agent, std::vector<Service> services);
    /// Removes the agent's services; their visitors are reset.
    void withdraw(const std::string& agent);
    /// "Server stopped": new visitors get the stand-in at once, running ones go on. Empty name:
    /// all.
    void park(const std::string& agent, const std::string& service, bool parked);
    std::vector<ServiceStatus> status() const;
    /// Stops accepting; running visitors go on.
    void drain();
    std::size_t visitors() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::front
