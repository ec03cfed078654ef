#pragma once
/// Asks one STUN server what it sees of us, and tests what the NATs on the way do (RFC 5780), from
/// a socket of its own.

#include "core/result.hpp"
#include "net/datagram_port.hpp"
#include "net/timer.hpp"
#include "reach/service/router_session.hpp"
#include "reach/wire/stun_behaviour.hpp"

#include <functional>
#include <memory>

namespace homeport::reach {

class StunRun {
public:
    /// Called from the loop: once what the server saw is known, the tests being under way, and
    /// once when they are over. It must not destroy the run.
    using Heard = std::function<void(const NatFindings&)>;

    /// `own`: our address to ask from. `world` must outlive the run.
    StunRun(const ReachWorld& world, const IpAddress& own, const Endpoint& server, Heard heard);
    StunRun(const StunRun&) = delete;
    StunRun& operator=(const StunRun&) = delete;

    /// Once. Errors: those of Network::open_datagrams; `heard` is not called then.
    Result<> start();
    bool over() const { return over_; }

private:
    void step();

    ReachWorld world_;
    IpAddress own_;
    Endpoint server_;
    Heard heard_;
    bool seen_ = false;
    bool over_ = false;
    net::Timer timer_;
    std::unique_ptr<net::DatagramPort> port_;
    std::unique_ptr<NatBehaviour> behaviour_;
};

}  // namespace homeport::reach
