#pragma once
/// Who the first routers on the way out are: datagrams of 1, 2 and 3 hops, and the addresses that
/// report their end (ICMP). Anybody on the way can forge such a report, and many routers send none.

#include "core/ip.hpp"
#include "core/result.hpp"
#include "net/datagram_port.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "reach/service/limits.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace homeport::reach {

class HopProbe {
public:
    /// Hop 1 first, kProbeHops of them; nothing: that one was silent. From the target's own
    /// distance on it is the target.
    using Hops = std::vector<std::optional<IpAddress>>;
    using Done = std::move_only_function<void(Hops)>;

    /// `target`: a public address far away, where nothing has to listen. `source`: our address to
    /// send from; unspecified: as the routes say. `done` is called once, from the loop, after at
    /// most kProbeTries * kProbeTime; it may destroy the probe. Both must outlive the probe.
    HopProbe(net::Loop& loop, net::Network& network, const IpAddress& target,
             const IpAddress& source, Done done);
    HopProbe(const HopProbe&) = delete;
    HopProbe& operator=(const HopProbe&) = delete;

    /// Once. Errors: those of Network::open_datagrams; `done` is not called then.
    Result<> start();

private:
    void send_round();
    void on_fault(const Endpoint& to, const net::DatagramFault& fault);
    void on_time();
    void finish();

    net::Loop& loop_;
    net::Network& network_;
    IpAddress target_;
    IpAddress source_;
    Done done_;
    net::Timer timer_;
    std::unique_ptr<net::DatagramPort> port_;
    Hops hops_ = Hops(kProbeHops);
    unsigned rounds_ = 0;
};

}  // namespace homeport::reach
