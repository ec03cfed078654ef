#pragma once
/// The router of one network, as seen from one machine in it: sockets, the machines of the three
/// protocols, and a mapper per family, joined. When this machine's addresses or its router become
/// others, another session takes its place.

#include "core/ip.hpp"
#include "core/log.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "reach/portmap/mapper.hpp"
#include "reach/truth/evidence.hpp"
#include "reach/truth/public_space.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace homeport::reach {

struct ReachWorld {
    net::Loop& loop;
    net::Network& network;
    net::Entropy& entropy;
    Log& log;
};

/// This machine's place in a network: its address there and the router, of either family.
struct Neighbourhood {
    struct Side {
        IpAddress own;
        unsigned prefix_bits = 0;
        IpAddress gateway;
        friend bool operator==(const Side&, const Side&) = default;
    };
    std::string interface;
    unsigned index = 0;
    std::optional<Side> v4;
    /// `own` is a global address: pinholes are for that.
    std::optional<Side> v6;
    friend bool operator==(const Neighbourhood&, const Neighbourhood&) = default;
};

/// What the machines want to be remembered for the next session with the same router: opaque.
struct RouterMemory {
    std::string pcp_v4;
    std::string pcp_v6;
    std::string nat_pmp;
    std::string upnp;
};

class RouterSession {
public:
    /// Told on the loop; must not destroy the session.
    class Listener {
    public:
        virtual ~Listener() = default;
        virtual void on_unit(Family family, const UnitReport& report) = 0;
        virtual void on_router(Family family, const RouterReport& report) = 0;
    };
    struct Options {
        Neighbourhood place;
        RouterMemory memory;
        PublicSpace space;
        /// The same for a port after a restart, and not to be guessed.
        std::function<MappingNonce(const UnitPort&)> nonce;
        /// It stands behind the router next to us, which translates. Then only NAT-PMP is of use:
        /// it maps to whoever asks, and the one who asks there is the router between.
        bool second = false;
    };

    RouterSession(const ReachWorld& world, Options options, Listener& listener);
    ~RouterSession();

    /// Opens the sockets and asks. What cannot be opened is logged; the rest goes on without it.
    void start();
    /// Ports that are to be open; see Mapper::set_units. Units go by the family of their addresses.
    void set_units(Family family, std::vector<PortUnit> units);
    /// The line, a route or the relay's view of us changed: looked at again soon.
    void check_soon();
    /// See Mapper::on_not_forwarding.
    void on_not_forwarding(Family family, const std::string& unit);
    /// Gives everything back; `done` is called once, after kRouterStopTime at most.
    void stop(std::move_only_function<void()> done);
    RouterMemory memory() const;
    std::vector<UnitReport> reports(Family family) const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::reach
