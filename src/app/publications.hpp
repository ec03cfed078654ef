#pragma once
/// Joins the relay's tunnel and its front: offers become services, visitors become streams. Both
/// directions go through narrow ports, so neither knows the other.

#include "app/direct_proofs.hpp"
#include "app/facts.hpp"
#include "app/host_views.hpp"
#include "app/names/home_host.hpp"
#include "app/park_board.hpp"
#include "app/park_memory.hpp"
#include "core/log.hpp"
#include "front/front.hpp"
#include "net/loop.hpp"
#include "tunnel/relay/relay.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace homeport::app {

/// The front's way to the homes.
class RelayHomes final : public front::Homes {
public:
    explicit RelayHomes(tunnel::Relay& relay) : relay_(relay) {}
    std::unique_ptr<net::BufferedStream> open(const std::string& agent, std::uint32_t service,
                                              std::uint16_t port,
                                              const front::Visitor& visitor) override;
    bool up(const std::string& agent) const override { return relay_.up(agent); }

private:
    tunnel::Relay& relay_;
};

/// The tunnel's way to the front, and the memory of what is published and parked.
class Publications final : public tunnel::Publisher {
public:
    struct World {
        net::Loop& loop;
        Log& log;
        ParkMemory& memory;
    };
    /// `allow_private`: names may answer addresses that the internet cannot reach.
    Publications(const World& world, bool allow_private)
        : world_(world),
          allow_private_(allow_private),
          proof_timer_(world.loop.timers(), net::call<&Publications::forget_proofs>(this)) {}

    /// Told the hosts that an agent publishes, and their states, whenever that changed. Before
    /// anything is published.
    using HostsListener =
        std::function<void(const std::string& agent, const std::vector<HomeHost>& hosts)>;
    void tell_hosts(HostsListener listener) { on_hosts_ = std::move(listener); }
    /// Where challenges go that are allowed; without one there is no zone for them.
    using ChallengeSink = std::function<void(HomeChallenge challenge, Done done)>;
    void hand_challenges(ChallengeSink sink) { challenges_ = std::move(sink); }

    /// Recalls what owners parked before a restart; homes that are published until
    /// end_of_memory() find it again.
    void remember();
    void end_of_memory() { remembered_.clear(); }

    /// nullptr: no front (not yet, or not any more); then offers are refused, withdrawals pass.
    void attach(front::Front* front) { front_ = front; }

    std::vector<Result<>> publish(const std::string& agent,
                                  const std::vector<tunnel::Offer>& offers) override;
    void withdraw(const std::string& agent) override;
    Result<> park(const std::string& home, const tunnel::ParkWish& wish) override;
    void challenge(const std::string& agent, const tunnel::Challenge& challenge,
                   Done done) override;

    void probe(const std::string& agent, const tunnel::ProbeWish& wish, Done done) override;
    void on_link(const std::string& agent, bool up) override;
    /// The home is there now: what was proven elsewhere, or of another process, counts no longer.
    void on_seen(const std::string& agent, const Endpoint& from, bool resumed) override;

    /// An outside probe reached the service at `address`, or failed to. A success counts for
    /// DirectProofs::kTime, while the home has a link; one failure is forgiven, the second
    /// in a row ends the path over this family. Without effect: no such service, one whose visitors
    /// shall not come straight, or not an address that the home is at now.
    void on_probe(const std::string& agent, const std::string& service, const IpAddress& address,
                  bool reached);
    /// Where probes go that agents ask for; without one they are refused.
    using ProbeSink =
        std::function<void(const std::string& agent, const tunnel::ProbeWish& wish, Done done)>;
    void hand_probes(ProbeSink sink) { probes_ = std::move(sink); }

    /// The operator's wish, for every agent that has such a service; empty: all. Error: not_found.
    Result<> park_by_operator(const std::string& service, bool parked);
    /// Every offer of every agent, with the front's counters, sorted by agent.
    std::vector<ServiceFacts> facts() const;
    /// Every host of every agent, sorted by agent.
    std::vector<HostFacts> host_facts() const;

private:
    struct Home {
        std::vector<tunnel::Offer> offers;
        std::vector<Result<>> results;
        ParkBoard board;
        DirectProofs proofs;
    };

    static std::vector<std::string> names(const Home& home);
    std::vector<Result<>> offer_to_front(const std::string& agent,
                                         const std::vector<tunnel::Offer>& offers);
    static bool goes_straight(const Home& home, const std::string& service);
    void forget_proofs();
    ServiceState state_of_straight(const std::string& agent, const Home& home,
                                   const std::string& service) const;
    bool parked(const Home& home, const std::string& service) const;
    std::optional<dns::ParkedAnswer> parked_answer(const Home& home,
                                                   const std::string& service) const;
    std::vector<HomeHost> views(const std::string& agent, const Home& home) const;
    bool may_prove(const std::string& agent, const HostGlob& host) const;
    /// Tells the front what shows the notice now, and the name server what its names answer.
    void show(const std::string& agent, const Home& home);
    void tell_hosts(const std::string& agent, const Home& home) const;
    void save_parked();

    World world_;
    bool allow_private_;
    HostsListener on_hosts_;
    ChallengeSink challenges_;
    ProbeSink probes_;
    front::Front* front_ = nullptr;
    std::map<std::string, Home> homes_;
    std::set<std::string> up_;               ///< agents with a link
    std::map<std::string, IpAddress> seen_;  ///< where each attached last
    ParkBoards remembered_;
    ParkBoard operator_board_;
    net::Timer proof_timer_;
};

}  // namespace homeport::app
