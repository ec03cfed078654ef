#pragma once
/// The subscription to the events of one service (GENA): made, renewed at half time, ended. Pure.

#include "core/time.hpp"
#include "reach/portmap/upnp_calls.hpp"
#include "reach/wire/http_url.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace homeport::reach {

class UpnpEvents {
public:
    /// `calls` must outlive this. `callback` empty: nothing is ever subscribed to.
    UpnpEvents(std::string callback, UpnpCalls& calls)
        : callback_(std::move(callback)), calls_(calls) {}

    /// Events of this place are wanted, and no others; nothing: none are.
    void follow(const std::optional<HttpUrl>& place, TimePoint now);
    void on_time(TimePoint now);
    TimePoint deadline() const { return busy_ ? kNever : due_; }
    /// The event is of the subscription that stands.
    bool is_ours(std::string_view sid) const { return !sid_.empty() && sid == sid_; }

private:
    void after_subscribe(const Result<HttpReply>& reply, TimePoint now);
    void unsubscribe(const HttpUrl& place, const std::string& sid, TimePoint now);
    void undo(const Result<HttpReply>& reply, const HttpUrl& place, TimePoint now);

    std::string callback_;
    UpnpCalls& calls_;
    std::optional<HttpUrl> place_;
    std::string sid_;
    TimePoint due_ = kNever;
    bool busy_ = false;
    std::uint64_t round_ = 0;  ///< answers of earlier rounds are late
};

}  // namespace homeport::reach
