#pragma once
/// What a relay dials for its agents, and what it does not: an agent may have its own address
/// tried, as its connection shows it, and nobody else's; not this host's, not one inside the
/// relay's networks; and not so often that it could search its neighbours for open ports.

#include "core/log.hpp"
#include "core/time.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "reach/probe/prober.hpp"
#include "tunnel/relay/relay.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace homeport::app {

/// Probes of one agent that run side by side; more are refused (limit).
inline constexpr std::size_t kMaxProbesPerAgent = 16;
/// Asks that one dial answers; more for the same port are refused (limit) while it runs.
inline constexpr std::size_t kMaxJoinedAsks = 64;
/// Probes that an agent may spend at once, and how soon it gets another one; then `limit`.
inline constexpr int kProbeBurst = 40;
inline constexpr Duration kProbeRefill = 2s;
/// A port that arrived when it was last tried costs nothing, so often, until it is so old.
inline constexpr Duration kProvenPause = 1s;
inline constexpr Duration kProvenTime = 10min;
/// Such ports remembered of one agent; full: the oldest makes room and costs again.
inline constexpr std::size_t kMaxProvenPorts = 64;
/// Agents remembered; full: who has been idle longest is forgotten, and starts with a full burst.
inline constexpr std::size_t kMaxProbingAgents = 4096;

class ProbeDesk {
public:
    struct World {
        net::Loop& loop;
        net::Network& network;
        net::Entropy& entropy;
        Log& log;
    };
    /// Told what a probe for a service came to; not of probes that were not tried.
    using Report = std::function<void(const std::string& agent, const std::string& service,
                                      const IpAddress& address, bool reached)>;

    /// `allow_private`: addresses count that the internet cannot reach; loopback, link-local,
    /// multicast and this host's own addresses are never dialled.
    ProbeDesk(const World& world, bool allow_private, Report report);
    ProbeDesk(const ProbeDesk&) = delete;
    ProbeDesk& operator=(const ProbeDesk&) = delete;

    /// `done` is called once, perhaps at once, unless the desk is destroyed before, and may not
    /// destroy the desk, nor may `report`, which comes first. It gets ask_result(), or an error:
    /// denied, limit.
    void probe(const std::string& agent, const tunnel::ProbeWish& wish, tunnel::AskDone done);

private:
    /// With the address, so that an agent whose address has changed is not held up by its past.
    struct Target {
        IpAddress address;
        std::uint16_t port = 0;
        bool udp = false;
        friend bool operator==(const Target&, const Target&) = default;
    };
    struct Proven {
        Target target;
        TimePoint arrived{};
        TimePoint asked{};  ///< last without a cost
    };
    struct Waiting {
        std::string service;
        tunnel::AskDone done;
    };
    struct Running {
        Target target;
        reach::ProbeOrder order;
        std::vector<Waiting> waiting;
    };
    struct Asker {
        TimePoint seen{};
        TimePoint refilled{};  ///< when the burst is whole again
        std::vector<Running> running;
        std::vector<Proven> proven;
    };

    Result<> allow(const std::string& agent, const tunnel::ProbeWish& wish);
    Result<> check_wish(const tunnel::ProbeWish& wish) const;
    Result<> check_own(const IpAddress& address) const;
    Running* find_same(const std::string& agent, const tunnel::ProbeWish& wish);
    Result<> check_running(const Asker& asker, const Target& target) const;
    Result<> take(Asker& asker, const tunnel::ProbeWish& wish);
    bool is_free(Asker& asker, const tunnel::ProbeWish& wish);
    Asker& asker(const std::string& agent);
    void forget_idlest();
    void start(const std::string& agent, const tunnel::ProbeWish& wish, tunnel::AskDone done);
    void on_outcome(const std::string& agent, const Target& target,
                    const reach::ProbeOutcome& outcome);
    void remember(Asker& asker, const Target& target, ProbeResult result);

    World world_;
    bool allow_private_;
    Report report_;
    std::map<std::string, Asker> askers_;
    reach::Prober prober_;
};

}  // namespace homeport::app
