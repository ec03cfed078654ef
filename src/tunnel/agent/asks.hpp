#pragma once
/// What the agent has asked the relay for and not heard about yet. Each ask is sent over the link
/// there is, again over the next one when that link died before the answer, and ends within
/// kAskTime. Destroying it forgets them all, uncalled.

#include "net/loop.hpp"
#include "tunnel/link.hpp"
#include "tunnel/protocol/question.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace homeport::tunnel {

class Asks {
public:
    /// Called once, also at once; must not destroy this. Errors: the relay's; timed_out;
    /// unreachable (there was no link all the time); limit (kMaxAsks); invalid (a text too long).
    using Done = std::move_only_function<void(Result<>)>;

    explicit Asks(net::Loop& loop);

    /// `link`: the one there is, or nullptr.
    void ask(Question question, Link* link, Done done);
    /// A new link is attached: whatever is not answered yet is asked again.
    void on_link(Link& link);
    /// False: nobody waits for it, for instance because it comes late.
    bool on_asked(const AskedFrame& asked);
    std::size_t waiting() const { return waiting_.size(); }

private:
    struct Ask {
        std::uint32_t number = 0;
        Question question;
        TimePoint deadline;
        std::optional<LinkId> sent_on;
        Done done;
    };

    void send(Ask& ask, Link& link);
    void expire();
    void rearm();

    net::Loop& loop_;
    std::vector<Ask> waiting_;  ///< oldest first, so in order of deadline
    std::uint32_t last_ = 0;    ///< 0 is no number
    net::Timer timer_;
};

}  // namespace homeport::tunnel
