#pragma once
/// Opens groups of ports at the router and keeps them open: each group through one of the protocols
/// that the router answers, whole or not at all. The other protocols are the alternatives when one
/// refuses, or claims what nobody outside can see. One mapper serves one family. Pure.

#include "reach/portmap/machine.hpp"
#include "reach/portmap/mapping.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace homeport::reach {

struct UnitPort {
    Transport transport = Transport::tcp;
    std::uint16_t external = 0;
    Endpoint internal;
    friend bool operator==(const UnitPort&, const UnitPort&) = default;
};

/// Ports that are of use together only, such as FTP's control port and its passive range.
struct PortUnit {
    std::string name;             ///< unique
    std::vector<UnitPort> ports;  ///< 1 to kMaxUnitPorts
    friend bool operator==(const PortUnit&, const PortUnit&) = default;
};

/// What one protocol said about a unit.
struct UnitAttempt {
    MapProtocol protocol = MapProtocol::pcp;
    MapFault fault = MapFault::none;
    std::string detail;  ///< which port, and the router's words: "TCP 42003: 718 Conflict..."
    friend bool operator==(const UnitAttempt&, const UnitAttempt&) = default;
};

struct UnitReport {
    enum class Phase : std::uint8_t {
        waiting,  ///< no router has answered yet
        asking,
        mapped,  ///< all of its ports
        failed,  ///< none of them; see attempts, tried again at retry_at
    };
    std::string name;
    Phase phase = Phase::waiting;
    MapProtocol protocol = MapProtocol::pcp;  ///< when asking or mapped
    IpAddress external;                       ///< when mapped; unspecified: the router did not say
    std::vector<UnitAttempt> attempts;        ///< in vain, since it was mapped last
    TimePoint retry_at = kNever;
    friend bool operator==(const UnitReport&, const UnitReport&) = default;
};

/// A protocol at the mapper's disposal. The machine must outlive the mapper.
struct MapperRoute {
    MapProtocol protocol = MapProtocol::pcp;
    PortMapMachine* machine = nullptr;
};

class Mapper {
public:
    /// Names a port's mapping: called once per port and attempt.
    struct Identity {
        MappingId id;
        MappingNonce nonce;
    };
    using Identify = std::function<Identity(const UnitPort&)>;
    using Listener = std::function<void(const UnitReport&)>;

    /// `routes` in the order of preference. `on_change` is called when a unit's report changed, and
    /// must not call back.
    Mapper(std::vector<MapperRoute> routes, Identify identify, Listener on_change);

    /// Opens these; units that were there stay as they are, others are closed. More than kMaxUnits,
    /// or a unit with too many ports, are reported as failed, full.
    void set_units(std::vector<PortUnit> units, TimePoint now);
    /// Nobody outside gets through the unit's ports though the router said yes: they are made anew,
    /// and the next time another protocol has to do it.
    void on_not_forwarding(const std::string& unit, TimePoint now);
    /// What a machine reported; not from within a call of the machine.
    void on_report(const MappingReport& report, TimePoint now);
    void on_report(const RouterReport& report, TimePoint now);
    void on_time(TimePoint now);
    TimePoint deadline() const;

    std::vector<UnitReport> reports() const;
    /// Nothing of ours is left at the routers, or we have tried.
    bool idle() const;

private:
    struct Route {
        MapperRoute route;
        bool known = false;  ///< has said whether it answers
        bool answers = false;
        IpAddress external;
    };
    struct Port {
        UnitPort port;
        Identity identity{};
        bool held = false;    ///< wanted at a machine and not yet removed
        bool mapped = false;  ///< by the last report
    };
    struct Unit {
        std::string name;
        std::vector<Port> ports;
        UnitReport report;
        std::size_t route = 0;        ///< of the attempt that runs, or whose ports are given back
        std::vector<bool> tried;      ///< per route, since the last success
        TimePoint retry_at = kNever;  ///< the earliest that a machine named in these attempts
        TimePoint clear_by = kNever;  ///< then what is not reported as removed counts as such
        bool clearing = false;        ///< its ports are given back before anything else
        bool closing = false;         ///< and then it is forgotten
        std::optional<UnitReport> told;  ///< to the listener
        bool remade = false;  ///< after a complaint; the next one moves it to another route
    };

    Unit make_unit(PortUnit wanted) const;
    void begin(Unit& unit, TimePoint now);
    void ask(Unit& unit, TimePoint now);
    /// Drops what is held; what comes after is decided by on_cleared().
    void give_back(Unit& unit, TimePoint now);
    void on_cleared(Unit& unit, TimePoint now);
    void end_clearing(Unit& unit, TimePoint now);
    /// The running attempt is in vain; the next one follows once its ports are given back.
    void give_up(Unit& unit, MapFault fault, std::string detail, TimePoint now);
    void fail(Unit& unit, TimePoint now);
    void on_port(Unit& unit, Port& port, const MappingReport& report, TimePoint now);
    bool choice_is_ripe(TimePoint now) const;
    /// The best route that answers and was not tried; routes_.size(): none.
    std::size_t next_route(const Unit& unit) const;
    void tell(Unit& unit, UnitReport::Phase phase);

    std::vector<Route> routes_;
    Identify identify_;
    Listener on_change_;
    std::vector<Unit> units_;
    TimePoint first_answer_ = kNever;
};

}  // namespace homeport::reach
