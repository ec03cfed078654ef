#pragma once
/// A port of this machine where nothing but knocks are answered, over TCP and UDP: for tests of the
/// line, and for ports whose service is asleep between uses.

#include "core/ip.hpp"
#include "core/probe.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace homeport::reach {

/// Ports of one KnockDoor; more are refused with `limit`.
inline constexpr std::size_t kMaxKnockPorts = 64;
/// From a connection's begin to its whole knock; then it is closed.
inline constexpr Duration kKnockPatience = 10s;

class KnockDoor {
public:
    /// `loop` and `network` must outlive the door.
    KnockDoor(net::Loop& loop, net::Network& network, const ProbeToken& token);
    ~KnockDoor();

    /// Listens at `internal`; `external_port`: as the outside knows it. Errors: those of
    /// net::Network::listen() and open_datagrams(); limit (kMaxKnockPorts).
    Result<> open(const Endpoint& internal, std::uint16_t external_port, bool udp);
    /// Closes them all.
    void close();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::reach
