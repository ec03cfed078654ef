#pragma once
/// net::Network of a virtual host.

#include "net/network.hpp"
#include "sim/world/host.hpp"

#include <vector>

namespace homeport::sim {

class WatchOperation;

class HostNetwork final : public net::Network {
public:
    explicit HostNetwork(Host& host) : host_(host) {}

    Result<std::unique_ptr<net::Listener>> listen(const net::SocketAddress& address,
                                                  const net::ListenOptions& options,
                                                  net::AcceptHandler on_accept) override;
    std::unique_ptr<net::Handle> dial(const net::SocketAddress& to, const net::DialOptions& options,
                                      net::DialHandler on_done) override;
    std::unique_ptr<net::Handle> resolve(std::string host, net::ResolveHandler on_done) override;
    std::unique_ptr<net::Handle> watch_changes(std::function<void()> on_change) override;

    /// Tells the watchers, from the loop.
    void changed();

private:
    friend class WatchOperation;

    Host& host_;
    std::vector<WatchOperation*> watchers_;
};

}  // namespace homeport::sim
