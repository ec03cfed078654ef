#include "tunnel/agent/asks.hpp"

#include "core/text.hpp"
#include "tunnel/limits.hpp"

#include <algorithm>

namespace homeport::tunnel {
namespace {

Result<> too_many() {
    return fail(Errc::limit, std::to_string(kMaxAsks) +
                                 " asks wait for the relay already; try again in a while");
}

Result<> too_late(bool sent) {
    const std::string time = format_duration(kAskTime);
    if (!sent) return fail(Errc::unreachable, "no link to the relay for " + time);
    return fail(Errc::timed_out,
                "no answer from the relay within " + time + "; it may be done still: ask again");
}

}  // namespace

Asks::Asks(net::Loop& loop) : loop_(loop), timer_(loop.timers(), net::call<&Asks::expire>(this)) {}

void Asks::ask(Question question, Link* link, Done done) {
    if (waiting_.size() >= kMaxAsks) return done(too_many());
    if (auto fits = check_question(question); !fits) return done(std::move(fits));
    if (++last_ == 0) ++last_;
    waiting_.push_back({.number = last_,
                        .question = std::move(question),
                        .deadline = loop_.now() + kAskTime,
                        .sent_on = {},
                        .done = std::move(done)});
    if (link != nullptr) send(waiting_.back(), *link);
    rearm();
}

void Asks::send(Ask& ask, Link& link) {
    ask.sent_on = link.id();
    link.send(frame_of(ask.question, ask.number));
}

void Asks::on_link(Link& link) {
    for (Ask& ask : waiting_) {
        // Who heard of the link before this may have asked over it already.
        if (ask.sent_on != link.id()) send(ask, link);
    }
}

bool Asks::on_asked(const AskedFrame& asked) {
    const auto found = std::ranges::find(waiting_, asked.ask, &Ask::number);
    if (found == waiting_.end()) return false;
    Done done = std::move(found->done);
    waiting_.erase(found);
    rearm();
    done(result_of(asked));
    return true;
}

/// One at a time: whoever is told may ask again.
void Asks::expire() {
    while (!waiting_.empty() && waiting_.front().deadline <= loop_.now()) {
        Ask late = std::move(waiting_.front());
        waiting_.erase(waiting_.begin());
        late.done(too_late(late.sent_on.has_value()));
    }
    rearm();
}

void Asks::rearm() {
    waiting_.empty() ? timer_.cancel() : timer_.arm(waiting_.front().deadline);
}

}  // namespace homeport::tunnel
