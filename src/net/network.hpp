#pragma once
/// The host's network: listen, dial, resolve, and news of addresses and routes. `net/linux` has the
/// real one, `sim` a virtual one.

#include "core/ip.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "net/callback.hpp"
#include "net/datagram_port.hpp"
#include "net/interfaces.hpp"
#include "net/splice.hpp"
#include "net/stream.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace homeport::net {

struct UnixPath {
    std::string path;
    friend auto operator<=>(const UnixPath&, const UnixPath&) = default;
};

using SocketAddress = std::variant<Endpoint, UnixPath>;

struct ListenOptions {
    int backlog = 1024;
    /// Permissions of a Unix socket's file.
    unsigned unix_mode = 0600;
};

struct DialOptions {
    Duration timeout = 10s;
    /// Our address to come from, of the family of the target; nothing: as the routes say. Only the
    /// real network looks at it.
    std::optional<IpAddress> source = {};
};

/// When a peer counts as dead.
struct PeerWatch {
    /// Silent for so long it is asked, three times, a second apart; seconds count.
    Duration ask_after;
    /// What was sent has not been acknowledged for so long; zero: the kernel decides, which takes
    /// many minutes.
    Duration unacknowledged{};
};

/// A pending operation or a listener. Destroying it stops it; its callback is not called any more.
class Handle {
public:
    virtual ~Handle() = default;
};

class Listener : public Handle {
public:
    /// The address in use, with the port the kernel chose when 0 was asked.
    virtual Endpoint local() const = 0;
    /// While paused nothing is accepted: visitors wait in the kernel's backlog.
    virtual void pause(bool paused) = 0;
};

using AcceptHandler = std::function<void(std::unique_ptr<Stream>)>;
using DialHandler = std::move_only_function<void(Result<std::unique_ptr<Stream>>)>;
using ResolveHandler = std::move_only_function<void(Result<std::vector<IpAddress>>)>;

class Network {
public:
    virtual ~Network() = default;

    /// Errors: exists (address in use), denied (low port without right), invalid (not our address).
    /// Out of descriptors: pauses by itself and tries again; never spins, never drops the listener.
    virtual Result<std::unique_ptr<Listener>> listen(const SocketAddress& address,
                                                     const ListenOptions& options,
                                                     AcceptHandler on_accept) = 0;
    /// Connects. `on_done` is called once, from the loop, unless the handle is destroyed before.
    /// Errors: refused, unreachable, timed_out, denied, limit (out of descriptors).
    virtual std::unique_ptr<Handle> dial(const SocketAddress& to, const DialOptions& options,
                                         DialHandler on_done) = 0;
    /// Looks a name up anew (no cache of ours); a numeric address answers without asking. Errors:
    /// not_found, timed_out.
    virtual std::unique_ptr<Handle> resolve(std::string host, ResolveHandler on_done) = 0;
    /// Calls `on_change` after an address, route or link of this host changed. Bursts are joined.
    virtual std::unique_ptr<Handle> watch_changes(std::function<void()> on_change) = 0;
    /// Opens a UDP port at a local address, which may be unspecified. Errors: those of listen();
    /// invalid: this network knows no datagrams, or options that do not fit; limit: too many
    /// groups.
    virtual Result<std::unique_ptr<DatagramPort>> open_datagrams(const Endpoint& local,
                                                                 const DatagramPortOptions& options,
                                                                 DatagramSink on_datagram);
    Result<std::unique_ptr<DatagramPort>> open_datagrams(const Endpoint& local,
                                                         DatagramSink on_datagram) {
        return open_datagrams(local, {}, std::move(on_datagram));
    }
    /// For one direction between two streams; the best that this network can do for its own.
    virtual std::unique_ptr<Splice> splice();
    /// Lets the network itself look after the peer of one of its streams, which ends by `error`
    /// when the peer is found dead. False: not possible here.
    virtual bool watch_peer(Stream& stream, const PeerWatch& watch);
    /// The address from which `to` would be reached now; nothing: not known, or out of reach.
    virtual std::optional<IpAddress> source_for(const Endpoint& to);
    /// All addresses of this host, loopback included. Errors: invalid (this network knows none),
    /// io, protocol (the kernel's answer makes no sense), limit (too much of it).
    virtual Result<std::vector<InterfaceAddress>> addresses();
    /// The routers of all default routes of both families, the preferred ones first: those of the
    /// main table before those of others, then by metric. A router that stands behind one interface
    /// in several routes is there once. Errors: those of addresses().
    virtual Result<std::vector<Gateway>> gateways();
};

}  // namespace homeport::net
