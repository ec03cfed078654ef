#pragma once
/// One small seeded story: 2 to 20 visitors, up to some megabytes, up to a few virtual minutes, and
/// the faults that the seed switched on ("swarm testing": few kinds at a time find more than all at
/// once). A seed gives the same story to the last event.

#include "sim/scenarios/middle.hpp"
#include "sim/world/peers.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace homeport::sim {

/// What the seed switched on.
struct Swarm {
    bool address_changes = false;
    bool home_cuts = false;     ///< black hole between relay and home
    bool visitor_cuts = false;  ///< black hole between visitors and relay
    bool home_kills = false;
    bool relay_kills = false;
    bool power_cuts = false;  ///< kills are without FIN and RST
    bool suspends = false;
    bool path_resets = false;  ///< RST to the connections between relay and home
    bool name_failures = false;
    bool loss = false;
    bool narrow = false;         ///< little bandwidth
    bool small_buffers = false;  ///< in the kernels
    bool slow_readers = false;
    bool leavers = false;
    bool aborts = false;  ///< the target resets in the middle
    bool quirks = false;
    bool wild = false;  ///< faults overlap: only safety is promised

    static Swarm choose(Random& random);
    std::string describe() const;
};

struct Fault {
    enum class Kind : std::uint8_t {
        address_change,
        home_cut,
        visitor_cut,
        home_kill,
        relay_kill,
        home_suspend,
        relay_suspend,
        path_reset,
        name_failure,
    };
    Kind kind;
    Duration at;
    Duration lasts;
};

struct Report {
    std::uint64_t trace_hash = 0;
    std::uint64_t steps = 0;
    Duration virtual_time{};
    std::vector<Visitor::State> states;
    std::size_t count(Visitor::State state) const;
};

class Scenario {
public:
    /// `swarm`: nullptr lets the seed choose.
    Scenario(std::uint64_t seed, const MiddleKind& kind, const Swarm* swarm = nullptr);
    ~Scenario();

    /// Throws SimulationFailure when a guarantee is broken.
    Report run();
    const Swarm& swarm() const { return swarm_; }
    Simulation& simulation() { return simulation_; }

private:
    void build();
    void choose_quirks();
    void choose_paths();
    void plan_faults();
    std::vector<Fault::Kind> enabled_faults() const;
    void begin(const Fault& fault);
    void end(const Fault& fault);
    void change_address(Duration gap);
    void take_down(Host& host);
    void bring_up(Host& host);
    VisitorPlan plan_visitor(std::uint64_t index);
    Pace plan_pace(std::uint64_t length);
    bool all_over() const;
    void check_visitors();

    Simulation simulation_;
    MiddleKind kind_;
    Swarm swarm_;
    Wire wire_{simulation_};
    Judge judge_{simulation_};
    std::unique_ptr<Cast> cast_;
    std::unique_ptr<Middle> middle_;
    std::unique_ptr<Target> target_;
    std::vector<Fault> faults_;
    std::size_t faults_running_ = 0;
    std::vector<std::unique_ptr<Visitor>> visitors_;
    std::uint8_t next_address_ = 50;
};

}  // namespace homeport::sim
