#pragma once
/// A server at home: reads an Order from each connection and does it, checking every byte it gets.

#include "net/network.hpp"
#include "sim/world/judge.hpp"
#include "sim/world/pace.hpp"
#include "sim/world/pattern.hpp"

#include <memory>
#include <vector>

namespace homeport::sim {

struct TargetCounts {
    std::uint64_t accepted = 0;
    std::uint64_t served = 0;  ///< orders done to the end
    std::uint64_t cut = 0;     ///< connections reset before that
    std::uint64_t empty = 0;   ///< ended cleanly before the first byte
};

class Target {
public:
    /// Listens at once; throws std::runtime_error when that fails. `pace`: how it reads.
    Target(Judge& judge, net::Loop& loop, net::Network& network, const net::SocketAddress& address,
           const Pace& pace = {});
    ~Target();

    const TargetCounts& counts() const { return counts_; }
    std::size_t open() const { return connections_.size(); }

private:
    class Connection;
    void accept(std::unique_ptr<net::Stream> stream);
    void remove(const Connection& connection);

    Judge& judge_;
    net::Loop& loop_;
    Pace pace_;
    TargetCounts counts_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::unique_ptr<net::Listener> listener_;
};

}  // namespace homeport::sim
