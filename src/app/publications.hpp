#pragma once
/// Joins the relay's tunnel and its front: offers become services, visitors become streams. Both
/// directions go through narrow ports, so neither knows the other.

#include "app/facts.hpp"
#include "app/park_board.hpp"
#include "core/log.hpp"
#include "front/front.hpp"
#include "tunnel/relay/relay.hpp"

#include <functional>
#include <map>
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
    explicit Publications(Log& log) : log_(log) {}

    /// Told the hosts that an agent publishes, whenever that changed. Before anything is published.
    using HostsListener =
        std::function<void(const std::string& agent, const std::vector<HostGlob>& hosts)>;
    void tell_hosts(HostsListener listener) { on_hosts_ = std::move(listener); }

    /// nullptr: no front (not yet, or not any more); then offers are refused, withdrawals pass.
    void attach(front::Front* front) { front_ = front; }

    std::vector<Result<>> publish(const std::string& agent,
                                  const std::vector<tunnel::Offer>& offers) override;
    void withdraw(const std::string& agent) override;
    Result<> park(const std::string& home, const tunnel::ParkWish& wish) override;
    void challenge(const std::string& agent, const tunnel::Challenge& challenge,
                   Done done) override;

    /// The operator's wish, for every agent that has such a service; empty: all. Error: not_found.
    Result<> park_by_operator(const std::string& service, bool parked);
    /// Every offer of every agent, with the front's counters, sorted by agent.
    std::vector<ServiceFacts> facts() const;

private:
    struct Home {
        std::vector<tunnel::Offer> offers;
        std::vector<Result<>> results;
        ParkBoard board;
    };

    static std::vector<std::string> names(const Home& home);
    bool parked(const Home& home, const std::string& service) const;
    /// Tells the front what shows the notice now.
    void show(const std::string& agent, const Home& home);
    void tell_hosts(const std::string& agent, const Home& home) const;

    Log& log_;
    HostsListener on_hosts_;
    front::Front* front_ = nullptr;
    std::map<std::string, Home> homes_;
    ParkBoard operator_board_;
};

}  // namespace homeport::app
