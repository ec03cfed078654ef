#pragma once
/// Knows this machine's line: its addresses, its router and what that lets in, and what kind of
/// line it is. Looks at start, whenever the kernel tells of other addresses or routes, and from
/// time to time; everything else is news from the router.

#include "core/echo_question.hpp"
#include "reach/portmap/mapper.hpp"
#include "reach/service/router_session.hpp"
#include "reach/truth/consensus.hpp"
#include "reach/truth/verdict.hpp"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace homeport::reach {

/// A router's words about itself, by one protocol.
struct RouterView {
    Family family = Family::v4;
    RouterReport report;
};

/// All that is known now.
struct ReachView {
    std::optional<Neighbourhood> place;  ///< nothing: there is no way out
    AddressView v4;
    AddressView v6;
    std::vector<RouterView> routers;
    std::vector<UnitReport> units_v4;
    std::vector<UnitReport> units_v6;
    Facts facts;
    std::array<Verdict, 2> verdicts;
    /// The first look is over: STUN and name servers have answered or been given up, and routers
    /// have had kFirstLookTime.
    bool complete = false;
};

class Reach {
public:
    struct Options {
        /// At most kMaxStunServers, more are left out. The way to the first one that is found
        /// shows the hops.
        std::vector<HostPort> stun;
        /// At most kMaxEchoQuestions, more are left out.
        std::vector<EchoQuestion> echo{};
        PublicSpace space;
        std::function<MappingNonce(const UnitPort&)> nonce;
        RouterMemory memory;
    };
    /// Told when something changed, from the loop, bursts joined; may not destroy the Reach.
    using Listener = std::function<void()>;

    Reach(const ReachWorld& world, Options options, Listener on_change);
    ~Reach();

    void start();
    /// Ports wanted, of this machine, whatever its address is now: `internal` needs only its port.
    void set_units(std::vector<PortUnit> units);
    /// The same for one family, where ports differ.
    void set_units(Family family, std::vector<PortUnit> units);
    /// Nobody outside gets through the ports of this unit, which the router says are open.
    void on_not_forwarding(Family family, const std::string& unit);
    /// What came of dials from outside; these replace the earlier ones.
    void set_probes(std::vector<ProbeFact> probes);
    /// Where links come from, as the relay sees it. `relay_at` is its own address, towards which
    /// hops are counted where no STUN server is asked.
    void on_relay_view(const std::string& relay, const IpAddress& address,
                       const IpAddress& relay_at = IpAddress());
    /// Gives ports back; `done` is called once, after kRouterStopTime at most.
    void stop(std::move_only_function<void()> done);
    ReachView view() const;
    RouterMemory memory() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::reach
