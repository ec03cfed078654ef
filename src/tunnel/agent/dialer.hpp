#pragma once
/// Makes links to the relay: when the plan says so it resolves the name anew, connects and proves
/// keys, several attempts side by side, and hands over each link that comes up.

#include "net/network.hpp"
#include "tunnel/agent/agent.hpp"
#include "tunnel/link.hpp"
#include "tunnel/protocol/dial_plan.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace homeport::tunnel {

class Dialer final : public LinkUser {
public:
    /// Called from the loop with a link whose keys are proven, not yet greeted. The receiver takes
    /// it.
    using LinkHandler = std::function<void(std::unique_ptr<Link>)>;

    Dialer(const AgentWorld& world, HostPort relay, PublicKey relay_key, LinkHandler on_link);
    ~Dialer();

    /// Starts dialling unless it is under way.
    void start();
    /// Gives up what is under way.
    void stop();
    /// News of addresses or routes: try at once.
    void hope();
    /// The relay does not want us now: wait longer before the next try.
    void slow_down();
    /// Dials nothing before `time`.
    void hold_until(TimePoint time);
    void set_rtt(Duration rtt) { plan_.set_rtt(rtt); }
    Duration patience() const { return plan_.patience(); }
    bool dialling() const { return plan_.dialling(); }
    /// Why the last attempt failed; empty: none did since the last success.
    const std::string& last_failure() const { return last_failure_; }

private:
    struct Attempt {
        std::uint64_t id = 0;
        TimePoint deadline;
        std::unique_ptr<net::Handle> pending;  ///< resolving or connecting
        std::unique_ptr<Link> link;            ///< proving keys
    };

    void on_link_up(Link& link) override;
    Result<> on_link_frame(Link&, const Frame&, const ChunkRef&) override { return {}; }
    void on_link_batch(Link&) override {}
    void next_link_record(Link&, Record&) override {}
    void on_link_down(Link& link, const std::string& reason) override;

    void tick();
    void rearm();
    void attempt();
    void connect(std::uint64_t id, const std::vector<IpAddress>& addresses);
    void connected(std::uint64_t id, std::unique_ptr<net::Stream> stream);
    void failed(std::uint64_t id, const std::string& why);
    Attempt* find(std::uint64_t id);
    void drop(std::uint64_t id);
    void clear_graveyard();

    AgentWorld world_;
    HostPort relay_;
    PublicKey relay_key_;
    LinkHandler on_link_;
    DialPlan plan_;
    std::vector<Attempt> attempts_;  ///< oldest first
    std::vector<Attempt> graveyard_;
    std::uint64_t next_attempt_ = 1;  ///< also chooses the address, so that families take turns
    TimePoint hold_until_{};
    std::string last_failure_;
    TimePoint next_log_{};  ///< failures repeat themselves: told now and then only
    net::Timer timer_;
    net::Continuation bury_;
};

}  // namespace homeport::tunnel
