#pragma once
/// Lists the router's own table of port mappings, entry by entry: what others have made, and what
/// an earlier process has left there. Pure.

#include "core/time.hpp"
#include "reach/portmap/upnp_actions.hpp"
#include "reach/portmap/upnp_calls.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace homeport::reach {

class UpnpTable {
public:
    /// `calls` must outlive this.
    explicit UpnpTable(UpnpCalls& calls) : calls_(calls) {}

    /// Begins unless one is under way. At most kMaxUpnpEntries are read.
    void list(const UpnpService& service, TimePoint now);
    bool under_way() const { return under_way_; }
    /// Of the last time; complete once none is under way.
    const std::vector<UpnpEntry>& entries() const { return entries_; }

private:
    void ask_next(TimePoint now);
    void take(const Result<HttpReply>& reply, TimePoint now);

    UpnpCalls& calls_;
    UpnpService service_;
    bool under_way_ = false;
    std::vector<UpnpEntry> entries_;
};

}  // namespace homeport::reach
