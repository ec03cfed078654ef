#pragma once
/// One agent as the relay sees it: its record, its session, what it publishes. Exists for every
/// agent in the store, also while nothing is connected, so that visitors can wait for it.

#include "tunnel/bypass_stream.hpp"
#include "tunnel/protocol/offer.hpp"
#include "tunnel/protocol/question.hpp"
#include "tunnel/relay/ask_rate.hpp"
#include "tunnel/relay/relay.hpp"
#include "tunnel/session_driver.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace homeport::tunnel {

class Home final : public std::enable_shared_from_this<Home>, DriverUser, BypassDesk {
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
    /// The agent wants a stream of a tls service to go on beside its links, on the connection below
    /// `link`. Errors leave the link as it is, or closed: closed (of another process), not_found,
    /// exists, limit,
    /// io.
    Result<> bypass(Link& link, const BypassFrame& wish);
    /// PARK, CHALLENGE or PROBE of the agent, on whichever connection, which comes from `from`.
    /// Errors of `done`: denied (it has no right for that home), limit (it asks too often), and the
    /// publisher's.
    void ask(const Frame& frame, const IpAddress& from, AskDone done);
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
    void on_bulk(BypassStream&) override {}
    void on_gone(BypassStream& stream) override;

    bool may_bypass(std::uint32_t service) const;
    Result<> on_announce(Link& link, Bytes offers);
    AskDone answer_later(std::uint32_t number);
    void park(const ParkFrame& frame, AskDone done);
    void challenge(const ChallengeFrame& frame, AskDone done);
    void probe(const ProbeFrame& frame, const IpAddress& from, AskDone done);
    bool may_park(const std::string& home) const;
    std::vector<OfferResult> publish(const std::vector<Offer>& offers);
    void window_over();

    Relay::World world_;
    Duration window_;
    SeenFrame seen_;  ///< what each attach is told, but for the address
    store::AgentRecord record_;
    SessionDriver driver_;
    InstanceId agent_instance_{};
    InstanceId displaced_{};  ///< an older process with the same key; may not push the newer out
    std::uint64_t epoch_ = 0;
    std::vector<Offer> offers_;
    std::unordered_map<StreamId, BypassStream*> bypasses_;  ///< streams that may have one
    AskRate ask_rate_;
    bool resumable_ = false;
    net::Timer window_timer_;
};

}  // namespace homeport::tunnel
