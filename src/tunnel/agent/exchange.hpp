#pragma once
/// One frame to the relay and one back, on a connection that becomes no session's link: pairing,
/// and an ask while no agent runs. Destroying it cancels, uncalled.

#include "net/network.hpp"
#include "tunnel/agent/agent.hpp"
#include "tunnel/link.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace homeport::tunnel {

class Exchange final : public LinkUser {
public:
    using Outcome = Result<std::string>;
    struct Plan {
        HostPort relay;
        PublicKey relay_key;
        Duration time;                    ///< as a whole
        std::optional<IpAddress> source;  ///< ours to come from; only its family is dialled
        std::move_only_function<void(Link&)> say;
        /// What the relay's frame means; nothing: it is not the answer. REFUSED is understood
        /// without it.
        std::function<std::optional<Outcome>(const Frame&)> hear;
    };
    /// Called once, from the loop; may destroy this. Errors: the relay's; denied (it did not let us
    /// in), timed_out, unreachable.
    using Done = std::move_only_function<void(Outcome)>;

    Exchange(const AgentWorld& world, Plan plan, Done done);
    ~Exchange();

private:
    void begin();
    void dial_next();
    void connected(std::unique_ptr<net::Stream> stream);
    void on_link_up(Link& link) override;
    Result<> on_link_frame(Link& link, const Frame& frame, const ChunkRef& chunk) override;
    void on_link_batch(Link&) override {}
    void next_link_record(Link&, Record&) override {}
    void on_link_down(Link& link, const std::string& reason) override;
    void late();
    void finish(Outcome outcome);
    void report();

    AgentWorld world_;
    Plan plan_;
    Done done_;
    std::optional<Outcome> outcome_;
    std::vector<IpAddress> addresses_;
    std::unique_ptr<net::Handle> pending_;
    std::unique_ptr<Link> link_;
    net::Timer timer_;
    net::Continuation report_;
};

}  // namespace homeport::tunnel
