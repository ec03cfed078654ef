#pragma once
/// When which port is to be tried from outside, so that a service's proof never grows old while it
/// holds, and so that one that fails is tried again soon, then seldom. Pure.
///
/// The first port of a service speaks for it: its success is the proof that names follow. The
/// others are tried before it the first time, and again every kSidePortsEvery; while one of them
/// fails the first one is not tried, and the proof runs out.

#include "core/probe.hpp"
#include "core/time.hpp"
#include "reach/truth/evidence.hpp"
#include "reach/truth/limits.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace homeport::reach {

struct ProofPort {
    std::uint16_t external = 0;
    ProbeCheck check = ProbeCheck::proof;
    std::string host;
    friend bool operator==(const ProofPort&, const ProofPort&) = default;
};

/// A service at one of the two Internets, with all ports that it needs there.
struct ProofService {
    std::string name;
    Family family = Family::v4;
    std::vector<ProofPort> ports;  ///< 1 to kMaxProofPorts, the one that speaks first
    /// A router says that they are open, or none is needed. Otherwise the owner may have opened
    /// them by hand: they are tried every kUnsurePause.
    bool sure = true;
    friend bool operator==(const ProofService&, const ProofService&) = default;
};

/// One probe to be asked for.
struct ProofAsk {
    std::uint64_t id = 0;
    std::string service;
    Family family = Family::v4;
    bool speaks = false;  ///< its result is the service's
    ProofPort port;
};

/// What is known of one port.
struct ProofState {
    std::string service;
    Family family = Family::v4;
    ProofPort port;
    ProbeResult last = ProbeResult::untested;
    std::string detail;
    std::optional<TimePoint> arrived_at;  ///< the last time
};

class ProofPlan {
public:
    /// Those whose ports may be open now. One that is new, or other than it was, is tried at once;
    /// one that stays goes on.
    void set_services(std::vector<ProofService> services, TimePoint now);
    /// Another address, or another way to whoever tries: what was proven is to be proven again now.
    void on_change(TimePoint now);
    /// What to ask for now, at most kMaxProofsAtOnce under way. Each ask wants its on_result().
    std::vector<ProofAsk> due(TimePoint now);
    /// An unknown id is ignored: what was asked about is not there any more.
    void on_result(std::uint64_t id, ProbeResult result, std::string detail, TimePoint now);
    /// When due() has something again.
    TimePoint deadline() const;

    std::vector<ProofState> states() const;
    /// Services that were tried in vain kProofStrikes times in a row though their ports are surely
    /// open; each is told once per kComplainEvery.
    std::vector<ProofService> take_complaints(TimePoint now);

private:
    struct Port {
        ProofPort port;
        ProbeResult last = ProbeResult::untested;
        std::string detail;
        std::optional<TimePoint> arrived_at;
        std::uint64_t asking = 0;  ///< id of the ask; 0: none
        TimePoint due{};
        unsigned failures = 0;  ///< in a row
    };
    struct Service {
        ProofService wanted;
        std::vector<Port> ports;
        TimePoint complained_at = TimePoint::min();
    };

    static Service make(ProofService wanted, TimePoint now);
    /// The others have all arrived.
    static bool may_speak(const Service& service);
    static void plan_next(const Service& service, Port& port, TimePoint now);

    std::vector<Service> services_;
    std::uint64_t last_id_ = 0;
    std::size_t asking_ = 0;
};

}  // namespace homeport::reach
