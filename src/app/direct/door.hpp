#pragma once
/// Where visitors come in who reach the home straight, past the relay: the same front that a relay
/// has, with the home's own targets behind it, and the relay's knocks answered at the door.
///
/// One door serves one address family. Behind a router that translates ports (IPv4) it listens on
/// high ports of its own, so that it takes no port that the services themselves want; where the
/// machine's own address is public (or for IPv6, where pinholes do not translate) it listens on the
/// ports that visitors use, but for those that a service of this machine has itself.

#include "config/settings.hpp"
#include "core/chunk.hpp"
#include "core/ip.hpp"
#include "core/log.hpp"
#include "core/probe.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace homeport::app {

/// One port of one service, as the outside and the inside know it.
struct Opening {
    std::string service;
    std::uint16_t external = 0;
    std::uint16_t internal = 0;  ///< of this machine
    /// How a probe tells that it is open: `proof` where the door listens; else the service itself
    /// has the port, and its own kind says (http, tls, open, ftp).
    ProbeCheck check = ProbeCheck::proof;
    std::string host{};   ///< for the check
    std::string fault{};  ///< why it cannot be opened, for people; empty: it can
    friend bool operator==(const Opening&, const Opening&) = default;
};

class Door {
public:
    struct World {
        net::Loop& loop;
        net::Network& network;
        net::Entropy& entropy;
        Log& log;
        ChunkPool& pool;
    };
    struct Options {
        IpAddress address;             ///< of this machine, where it listens
        bool translated = true;        ///< a router stands in front that translates ports
        std::uint16_t http_port = 80;  ///< where visitors of http and tls services come
        std::uint16_t tls_port = 443;
        ProbeToken token{};
    };

    Door(const World& world, Options options);
    ~Door();

    /// Opens what these services need whose `direct` is not `never`; ports that stay the same keep
    /// their visitors. ftp needs no door: its openings are the server's own ports, passive ones
    /// included, and say so by `check` (ftp for the control port, proof for the passive ones: see
    /// reach::KnockDoor).
    void set_services(const std::vector<config::Service>& services);
    /// In the order of the services; ports of http and tls appear once for each service.
    const std::vector<Opening>& openings() const;
    /// A probe of that external port is under way: connections to it are looked at for knocks until
    /// `until`. (Those of http and tls services always are: their visitors speak first.)
    void expect_probe(std::uint16_t external_port, TimePoint until);
    std::size_t visitors() const;
    /// Nobody new is let in.
    void drain();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::app
