#include "reach/portmap/upnp_calls.hpp"

#include "reach/portmap/limits.hpp"

#include <algorithm>
#include <utility>

namespace homeport::reach {

const Duration UpnpCalls::kUpnpCallCredit = kUpnpCallGap * kUpnpCallBurst;

void UpnpCalls::ask(HttpCall call, Kind kind, Done done, TimePoint now) {
    waiting_.push_back({std::move(call), kind, std::move(done)});
    send_some(now);
}

void UpnpCalls::on_reply(HttpCallId id, const Result<HttpReply>& reply, TimePoint now) {
    const auto found = std::ranges::find(open_, id, &Open::id);
    if (found == open_.end()) return;
    finish(static_cast<std::size_t>(found - open_.begin()), reply, now);
    send_some(now);
}

void UpnpCalls::on_time(TimePoint now) {
    for (std::size_t i = open_.size(); i > 0; --i) {
        // What is finished here may have asked for more, so the list may have changed.
        if (i > open_.size() || open_[i - 1].deadline > now) continue;
        finish(i - 1, fail(Errc::timed_out, "the router did not reply in time"), now);
    }
    send_some(now);
}

TimePoint UpnpCalls::deadline() const {
    TimePoint next = kNever;
    for (const Open& open : open_) next = std::min(next, open.deadline);
    const bool blocked = std::ranges::none_of(
        waiting_, [this](const Waiting& waiting) { return may_leave(waiting); });
    return blocked ? next : std::min(next, next_allowed());
}

bool UpnpCalls::may_leave(const Waiting& waiting) const {
    if (open_.size() >= kMaxUpnpCalls) return false;
    return waiting.kind == Kind::question ||
           std::ranges::find(open_, Kind::change, &Open::kind) == open_.end();
}

void UpnpCalls::send_some(TimePoint now) {
    while (now >= next_allowed()) {
        const auto next = std::ranges::find_if(
            waiting_, [this](const Waiting& waiting) { return may_leave(waiting); });
        if (next == waiting_.end()) return;
        Waiting leaving = std::move(*next);
        waiting_.erase(next);
        leaving.call.id = HttpCallId{++last_id_};
        paid_until_ = std::max(paid_until_, now) + kUpnpCallGap;
        open_.push_back(
            {leaving.call.id, leaving.kind, now + kUpnpCallTimeout, std::move(leaving.done)});
        output_.call(std::move(leaving.call));
    }
}

void UpnpCalls::finish(std::size_t index, const Result<HttpReply>& reply, TimePoint now) {
    const Done done = std::move(open_[index].done);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(index));
    if (reply && reply->body.size() > kMaxHttpReplyBytes) {
        done(fail(Errc::limit, "a longer reply than a router has"), now);
    } else {
        done(reply, now);
    }
}

}  // namespace homeport::reach
