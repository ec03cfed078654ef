#pragma once
/// Asks the relay for ways beside the link: one connection each, whose keys are proven like those
/// of a link, and which then carries one stream unsealed. What goes wrong leaves the stream on the
/// link, where nothing was lost.

#include "tunnel/agent/agent.hpp"
#include "tunnel/bypass_stream.hpp"
#include "tunnel/link.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace homeport::tunnel {

class Bypasses final : public BypassDesk, LinkUser {
public:
    /// Where the relay is at present, and as what it knows this process; nothing: no link is up.
    struct Way {
        Endpoint relay;
        InstanceId instance;
    };
    using FindWay = std::function<std::optional<Way>()>;

    Bypasses(const AgentWorld& world, PublicKey relay_key, FindWay find_way);
    ~Bypasses();

    void on_bulk(BypassStream& stream) override;
    void on_gone(BypassStream& stream) override;

private:
    struct Wish {
        BypassStream* stream = nullptr;
        InstanceId instance;
        TimePoint deadline;
        std::unique_ptr<net::Handle> pending;  ///< connecting
        std::unique_ptr<Link> link;            ///< proving keys, asking
    };
    using Place = std::vector<std::unique_ptr<Wish>>::iterator;

    void on_link_up(Link& link) override;
    Result<> on_link_frame(Link& link, const Frame& frame, const ChunkRef& chunk) override;
    void on_link_batch(Link&) override {}
    void next_link_record(Link&, Record&) override {}
    void on_link_down(Link& link, const std::string& reason) override;

    void connected(Wish& wish, Result<std::unique_ptr<net::Stream>> stream);
    void granted(Place place);
    void give_up(Place place, const std::string& why);
    void remove(Place place);
    void expire();
    void rearm();
    void clear_graveyard() { graveyard_.clear(); }
    template <class Condition>
    Place find(Condition condition);
    Place find(const Link& link);

    AgentWorld world_;
    PublicKey relay_key_;
    FindWay find_way_;
    std::vector<std::unique_ptr<Wish>> wishes_;     ///< oldest first
    std::vector<std::unique_ptr<Wish>> graveyard_;  ///< over, but maybe still on the stack
    std::size_t in_use_ = 0;
    std::uint64_t next_link_ = 1;
    net::Timer timer_;
    net::Continuation bury_;
};

}  // namespace homeport::tunnel
