#include "reach/portmap/upnp_events.hpp"

#include "reach/portmap/limits.hpp"
#include "reach/wire/gena.hpp"

#include <algorithm>
#include <utility>

namespace homeport::reach {
namespace {

std::string_view field(const HttpReply& reply, std::string_view name) {
    const auto found =
        std::ranges::find(reply.fields, name, [](const auto& one) { return one.first; });
    return found == reply.fields.end() ? std::string_view() : std::string_view(found->second);
}

HttpCall request(std::string method, const HttpUrl& place, GenaFields fields) {
    return {{}, place.at, std::move(method), place.path, std::move(fields), {}};
}

}  // namespace

void UpnpEvents::follow(const std::optional<HttpUrl>& place, TimePoint now) {
    if (callback_.empty() || place == place_) return;
    if (place_ && !sid_.empty()) unsubscribe(*place_, sid_, now);
    place_ = place;
    sid_.clear();
    busy_ = false;
    ++round_;
    due_ = place_ ? now : kNever;
}

void UpnpEvents::on_time(TimePoint now) {
    if (busy_ || !place_ || now < due_) return;
    busy_ = true;
    GenaFields fields = sid_.empty() ? subscribe_fields(callback_, kUpnpSubscription)
                                     : renew_fields(sid_, kUpnpSubscription);
    calls_.ask(
        request("SUBSCRIBE", *place_, std::move(fields)), UpnpCalls::Kind::question,
        [this, round = round_, place = *place_](const Result<HttpReply>& reply, TimePoint then) {
            if (round == round_) return after_subscribe(reply, then);
            undo(reply, place, then);
        },
        now);
}

void UpnpEvents::after_subscribe(const Result<HttpReply>& reply, TimePoint now) {
    busy_ = false;
    const bool renewal = !sid_.empty();
    if (reply && reply->status == 200) {
        const auto grant = read_grant(field(*reply, "sid"), field(*reply, "timeout"));
        if (grant) {
            sid_ = grant->sid;
            due_ = now + grant->lifetime / 2;
            return;
        }
    }
    // A lost subscription is made anew at once, a refused one later.
    sid_.clear();
    due_ = renewal ? now : now + kUpnpSubscribeRetry;
}

/// The answer came when nobody wanted it any more.
void UpnpEvents::undo(const Result<HttpReply>& reply, const HttpUrl& place, TimePoint now) {
    if (!reply || reply->status != 200) return;
    const auto grant = read_grant(field(*reply, "sid"), field(*reply, "timeout"));
    if (grant) unsubscribe(place, grant->sid, now);
}

/// Subscriptions pile up in the router otherwise. The answer changes nothing.
void UpnpEvents::unsubscribe(const HttpUrl& place, const std::string& sid, TimePoint now) {
    calls_.ask(
        request("UNSUBSCRIBE", place, unsubscribe_fields(sid)), UpnpCalls::Kind::question,
        [](const Result<HttpReply>&, TimePoint) {}, now);
}

}  // namespace homeport::reach
