#pragma once
/// Where a connection waits until it has proven its key and said what it wants: HELLO, JOIN, BYPASS
/// or an ask (PARK, CHALLENGE, PROBE).
/// Bounded in number, by source and in time, because anybody can come this far.

#include "tunnel/limits.hpp"
#include "tunnel/link.hpp"
#include "tunnel/relay/relay.hpp"

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace homeport::tunnel {

class LinkGate final : public LinkUser {
public:
    /// What a connection may want. Each takes the link out of the pointer, or leaves it to be
    /// refused with the error.
    class Desk {
    public:
        virtual Result<> on_hello(std::unique_ptr<Link>& link, const HelloFrame& hello) = 0;
        virtual Result<> on_join(Link& link, const JoinFrame& join) = 0;
        virtual Result<> on_bypass(Link& link, const BypassFrame& bypass) = 0;
        /// `done` is called once, at once or later, unless an error is returned.
        virtual Result<> on_ask(Link& link, const Frame& ask, AskDone done) = 0;

    protected:
        ~Desk() = default;
    };

    LinkGate(net::Loop& loop, ChunkPool& pool, Log& log, Desk& desk);
    ~LinkGate();

    /// False: too many wait already; the stream was closed. `watched`: see Link::set_watched.
    bool admit(std::unique_ptr<net::SecureStream> stream, bool watched);
    std::size_t waiting() const { return guests_.size(); }

private:
    struct Guest {
        std::unique_ptr<Link> link;
        IpAddress source;
        TimePoint deadline;
        bool answered = false;                  ///< refused, joined or asking: says nothing more
        std::optional<std::uint32_t> asking{};  ///< the number of its ask
    };

    void on_link_up(Link&) override {}
    Result<> on_link_frame(Link& link, const Frame& frame, const ChunkRef& chunk) override;
    void on_link_batch(Link&) override {}
    void next_link_record(Link&, Record&) override {}
    void on_link_down(Link& link, const std::string& reason) override;

    std::vector<Guest>::iterator find(const Link& link);
    void greet(std::vector<Guest>::iterator guest, const HelloFrame& hello);
    void divert(std::vector<Guest>::iterator guest, const BypassFrame& bypass);
    void answer(Guest& guest, const Result<>& result);
    void take_ask(Guest& guest, const Frame& ask, std::uint32_t number);
    void asked(LinkId link, std::uint32_t number, const Result<>& result);
    void leave(std::vector<Guest>::iterator guest);
    void expire();
    void rearm();
    void clear_graveyard() { graveyard_.clear(); }

    net::Loop& loop_;
    ChunkPool& pool_;
    Log& log_;
    Desk& desk_;
    std::vector<Guest> guests_;  ///< in order of deadline
    std::unordered_map<IpAddress, std::size_t> per_source_;
    std::vector<std::unique_ptr<Link>> graveyard_;
    std::uint64_t next_link_ = 1;
    std::shared_ptr<LinkGate*> self_;  ///< answers to asks may come after our end
    net::Timer timer_;
    net::Continuation bury_;
};

}  // namespace homeport::tunnel
