#include "dns/zone/zone_set.hpp"

namespace homeport::dns {

ZoneSet ZoneSet::with(std::shared_ptr<const Zone> zone) const {
    ZoneSet next(*this);
    auto entry = std::make_unique<const Entry>(std::move(zone));
    next.zones_.put(Ref<Entry>::adopt(entry.release()));
    return next;
}

ZoneSet ZoneSet::without(NameView apex) const {
    ZoneSet next(*this);
    next.zones_.erase(apex);
    return next;
}

std::shared_ptr<const Zone> ZoneSet::find_apex(NameView apex) const {
    const Entry* const entry = zones_.find(apex);
    return entry != nullptr ? entry->zone : nullptr;
}

}  // namespace homeport::dns
