#include "reach/portmap/upnp_table.hpp"

#include "reach/portmap/limits.hpp"

namespace homeport::reach {

void UpnpTable::list(const UpnpService& service, TimePoint now) {
    if (under_way_) return;
    under_way_ = true;
    service_ = service;
    entries_.clear();
    ask_next(now);
}

void UpnpTable::ask_next(TimePoint now) {
    calls_.ask(
        http_call(service_, entry_at(entries_.size())), UpnpCalls::Kind::question,
        [this](const Result<HttpReply>& reply, TimePoint then) { take(reply, then); }, now);
}

/// Any error ends the list: the standard has 713 for it, routers have others.
void UpnpTable::take(const Result<HttpReply>& reply, TimePoint now) {
    const UpnpOutcome outcome = outcome_of(reply, "GetGenericPortMappingEntry");
    under_way_ = outcome.done();
    if (!under_way_) return;
    entries_.push_back(read_entry(*outcome.answer));
    under_way_ = entries_.size() < kMaxUpnpEntries;
    if (under_way_) ask_next(now);
}

}  // namespace homeport::reach
