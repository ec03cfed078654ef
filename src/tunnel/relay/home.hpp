#pragma once
/// One agent as the relay sees it: its record, its session, what it publishes. Exists for every
/// agent in the store, also while nothing is connected, so that visitors can wait for it.

#include "tunnel/protocol/offer.hpp"
#include "tunnel/relay/relay.hpp"
#include "tunnel/session_driver.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace homeport::tunnel {

class Home final : public std::enable_shared_from_this<Home>, DriverUser {
public:
    Home(const Relay::World& world, const Relay::Options& options, InstanceId relay_instance,
         Budget& total, store::AgentRecord record);
    ~Home();

    const store::AgentRecord& record() const { return record_; }
    /// New grants count from the next announcement; what was granted before and is not now is
    /// withdrawn.
    void set_record(store::AgentRecord record);
    /// Publishes what the store remembers.
    Result<> publish_stored();
    /// HELLO of the agent came in on `link`, whose key is this agent's. Error: refused; the link
    /// stays with the caller.
    Result<> attach(std::unique_ptr<Link>& link, const HelloFrame& hello);
    std::unique_ptr<net::BufferedStream> open(const OpenInfo& info);
    bool up() const { return driver_.healthy(); }
    /// The agent is revoked: cut now, publish nothing.
    void end();
    void announce_stop();
    SessionStatus status() const;

private:
    void on_open(SessionStream&) override {}
    Result<> on_control(Link& link, const Frame& frame) override;
    void on_attached(Link& link, bool resumed) override;
    void on_health() override;

    Result<> on_announce(Link& link, Bytes offers);
    std::vector<OfferResult> publish(const std::vector<Offer>& offers);
    void window_over();

    Relay::World world_;
    Duration window_;
    store::AgentRecord record_;
    SessionDriver driver_;
    InstanceId agent_instance_{};
    InstanceId displaced_{};  ///< an older process with the same key; may not push the newer out
    std::uint64_t epoch_ = 0;
    std::vector<Offer> offers_;
    bool resumable_ = false;
    net::Timer window_timer_;
};

}  // namespace homeport::tunnel
