#pragma once
/// HTTP/1.0 and 1.1 for services of our own: connections that stay open, pipelined requests,
/// bodies of a few KiB, time-outs and limits (limits.hpp). Answers leave in the order of the
/// requests; what one turn makes for a client leaves in one write. It knows streams only, so TLS
/// may be put under it and the simulator runs it.

#include "core/ip.hpp"
#include "core/result.hpp"
#include "http/head.hpp"
#include "http/response.hpp"
#include "http/server/limits.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "net/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace homeport::http {

class Connection;

/// One request. All views end with Handler::handle().
struct Request {
    std::string_view method;
    std::string_view path;   ///< as it came, escapes included; "*" to OPTIONS
    std::string_view query;  ///< behind the "?", which is taken off
    std::string_view host;   ///< with port; empty only in HTTP/1.0
    // Empty when the request has none.
    std::string_view authorization;
    std::string_view content_type;
    std::string_view user_agent;
    std::string_view body;
    Endpoint peer;        ///< the other end of the connection
    Endpoint source;      ///< the client behind trusted proxies, else the peer
    bool secure = false;  ///< TLS, here or at a trusted proxy
    const FieldBlock* fields = nullptr;

    /// Any field; of several with one name the first. Empty: there is none.
    std::string_view field(std::string_view name) const;
};

/// The right to answer one request, now or later, from the loop. When the connection has gone
/// meanwhile, the answer goes nowhere; without an answer the destructor sends a 500.
class Responder {
public:
    explicit Responder(std::shared_ptr<Connection*> line) : line_(std::move(line)) {}
    ~Responder();
    Responder(Responder&&) noexcept = default;
    Responder& operator=(Responder&& other) noexcept {
        std::swap(line_, other.line_);
        return *this;
    }

    /// Once.
    void operator()(const Response& response);

private:
    std::shared_ptr<Connection*> line_;  ///< emptied by the connection's death
};

/// Answers requests. It may neither block, nor call or destroy the server from inside handle().
class Handler {
public:
    virtual ~Handler() = default;
    /// Until `respond` is used nothing more is read from this client; after kAnswerTime it is cut.
    virtual void handle(const Request& request, Responder respond) = 0;
};

/// Puts a stream on top of one that was accepted: TLS. nullptr: it cannot, and the client is cut.
using Wrap = std::function<std::unique_ptr<net::Stream>(std::unique_ptr<net::Stream>)>;

struct ServerOptions {
    std::vector<Cidr> trusted_proxies;
    std::size_t connections = kConnections;
    std::size_t connections_per_source = kConnectionsPerSource;
};

/// Since the start.
struct ServerCounters {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;       ///< found no place
    std::uint64_t made_room = 0;     ///< closed for a newcomer before their request was there
    std::uint64_t idle = 0;          ///< closed for being idle too long
    std::uint64_t cut = 0;           ///< reset: too slow to read, or its answer never came
    std::uint64_t requests = 0;      ///< given to the handler
    std::uint64_t bad_requests = 0;  ///< answered without it, then closed
};

class Server {
public:
    /// `loop`, `network` and `handler` must outlive the server. Responders may outlive it.
    Server(net::Loop& loop, net::Network& network, Handler& handler, ServerOptions options = {});
    /// Closes all connections; what their streams have taken is still delivered.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Listens at all of `listen`, or at none of them; may be called again for further ones. With
    /// `tls` the requests count as secure. Errors: those of Network::listen.
    Result<> start(const std::vector<Endpoint>& listen, const Wrap& tls = {});
    /// In the order of listening, with the ports the kernel chose where 0 was asked.
    std::vector<Endpoint> local() const;
    /// Serves a connection that somebody else accepted, or refuses it.
    void serve(std::unique_ptr<net::Stream> stream, const Wrap& tls = {});

    std::size_t connections() const;
    const ServerCounters& counters() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::http
