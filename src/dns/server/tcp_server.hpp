#pragma once
/// DNS over TCP (RFC 7766) for whoever answers messages: connections, their limits (limits.hpp),
/// the two octets of length before each message (RFC 1035 section 4.2.2). Answers come in the order
/// of the queries; what one turn makes for a client leaves in one write. It knows streams only, so
/// the simulator runs it.

#include "core/bytes.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"
#include "dns/server/limits.hpp"
#include "net/callback.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "net/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace homeport::dns {

/// Messages that follow an answer, one by one (AXFR, RFC 5936; IXFR, RFC 1995). It belongs to one
/// connection and dies with it, or at its end.
class MessageSource {
public:
    virtual ~MessageSource() = default;
    /// Writes the next message to `out`, which has room for kMaxMessageBytes. Returns its length;
    /// 0: there is none any more. Called when there is room for it, so a slow reader is asked for
    /// less often; what must not change meanwhile (a zone) has to be held by the source.
    virtual std::size_t next(MutableBytes out) = 0;
};

/// An answer that comes later. Until then the connection looks at no other query; it may also end
/// meanwhile.
class LateReply {
public:
    /// Once, on the server's thread, not from within MessageHandler::answer(). Empty: the
    /// connection is closed.
    void complete(std::vector<std::byte> message);

private:
    friend class TcpConnection;
    std::optional<std::vector<std::byte>> message_;
    std::optional<net::Callback> wake_;  ///< none: the connection is gone
};

struct Reply {
    /// Written to `out`. 0 without `more` or `late`: the connection is closed, after the answers
    /// before.
    std::size_t bytes = 0;
    /// Sent after that, and before the next query is looked at.
    std::unique_ptr<MessageSource> more;
    /// Instead of both: the answer comes later.
    std::shared_ptr<LateReply> late;
};

/// Answers messages. Neither it nor its sources may destroy the server, nor block.
class MessageHandler {
public:
    virtual ~MessageHandler() = default;
    /// `request` has at least kHeaderBytes and at most kMaxMessageBytes octets, `out` room for
    /// kMaxMessageBytes; both end with the call.
    virtual Reply answer(Bytes request, const Endpoint& from, MutableBytes out) = 0;
};

struct TcpLimits {
    std::size_t connections = kTcpConnections;
    std::size_t connections_per_source = kTcpConnectionsPerSource;
    std::size_t unread_total_bytes = kTcpUnreadTotalBytes;
    std::size_t held_total_bytes = kTcpHeldTotalBytes;
};

/// Since the start.
struct TcpCounters {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;    ///< found no place
    std::uint64_t made_room = 0;  ///< idle ones closed for a newcomer
    std::uint64_t idle = 0;       ///< closed for being idle too long
    std::uint64_t cut = 0;        ///< reset: too slow to ask or to read, or out of memory for it
    std::uint64_t malformed = 0;  ///< closed for a message that is none
    std::uint64_t queries = 0;
    std::uint64_t messages = 0;  ///< answers and messages of transfers
};

class TcpServer {
public:
    /// `loop`, `network` and `handler` must outlive the server.
    TcpServer(net::Loop& loop, net::Network& network, MessageHandler& handler,
              const TcpLimits& limits = {});
    /// Closes all connections; what their streams have taken is still delivered.
    ~TcpServer();
    TcpServer(const TcpServer&) = delete;
    TcpServer& operator=(const TcpServer&) = delete;

    /// Listens at all of `listen`, or at none. Errors: those of Network::listen.
    Result<> start(const std::vector<Endpoint>& listen);
    /// In the order of listening, with the ports the kernel chose where 0 was asked.
    std::vector<Endpoint> local() const;
    /// Serves a connection that somebody else accepted, or refuses it.
    void serve(std::unique_ptr<net::Stream> stream);

    std::size_t connections() const;
    /// Memory for answers that wait, over all connections.
    std::size_t unread_bytes() const;
    /// Memory for queries in part, or not answered yet, over all connections.
    std::size_t held_bytes() const;
    const TcpCounters& counters() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::dns
