#pragma once
/// Zones as they will be when the changes of a batch so far are published. Pure.

#include "dns/server/zone_keeper.hpp"
#include "store/name_store.hpp"

#include <map>
#include <memory>
#include <span>

namespace homeport::app {

class BatchView {
public:
    /// `keeper` must outlive it.
    explicit BatchView(const dns::ZoneKeeper& keeper) : keeper_(keeper) {}

    /// A new batch begins.
    void reset() { zones_.clear(); }
    /// `changes` are those of the batch; each call's begin with those of the call before. Null: no
    /// such zone.
    std::shared_ptr<const dns::Zone> zone(dns::NameView apex,
                                          std::span<const store::NameChange> changes);

private:
    struct Seen {
        std::shared_ptr<const dns::Zone> zone;
        std::size_t changes = 0;  ///< that are in it
    };

    const dns::ZoneKeeper& keeper_;
    std::map<dns::Name, Seen, dns::CanonicalLess> zones_;
};

/// What the changes say of each zone, in their order. What is damaged is left out.
std::map<dns::Name, std::vector<dns::SetChange>, dns::CanonicalLess> sets_by_zone(
    std::span<const store::NameChange> changes, const dns::ZoneKeeper& keeper);

}  // namespace homeport::app
