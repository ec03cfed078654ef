#include "app/names/batch_view.hpp"

#include "app/names/stored_sets.hpp"

namespace homeport::app {
namespace {

using SetsByZone = std::map<dns::Name, std::vector<dns::SetChange>, dns::CanonicalLess>;

void add(SetsByZone& sets, const std::string& zone, std::optional<dns::SetChange> change) {
    auto apex = dns::Name::parse(zone);
    if (apex && change) sets[std::move(*apex)].push_back(std::move(*change));
}

}  // namespace

SetsByZone sets_by_zone(std::span<const store::NameChange> changes, const dns::ZoneKeeper& keeper) {
    SetsByZone sets;
    for (const store::NameChange& change : changes) {
        if (const auto* const stored = std::get_if<store::StoredSet>(&change))
            add(sets, stored->zone, set_change(*stored));
        const auto* const forgotten = std::get_if<store::ForgetSet>(&change);
        if (forgotten == nullptr) continue;
        const auto apex = dns::Name::parse(forgotten->zone);
        const auto file = apex ? keeper.file(*apex) : nullptr;
        if (file) add(sets, forgotten->zone, set_change(*forgotten, *file));
    }
    return sets;
}

std::shared_ptr<const dns::Zone> BatchView::zone(dns::NameView apex,
                                                 std::span<const store::NameChange> changes) {
    auto live = keeper_.zone(apex);
    if (!live) return nullptr;
    Seen& seen = zones_.try_emplace(dns::Name(apex), Seen{std::move(live)}).first->second;
    const auto sets = sets_by_zone(changes.subspan(seen.changes), keeper_);
    seen.changes = changes.size();
    const auto mine = sets.find(apex);
    if (mine == sets.end()) return seen.zone;
    dns::ZoneEditor editor(seen.zone);
    for (const dns::SetChange& change : mine->second) {
        // What is refused here will be refused, and told, when the batch is published.
        static_cast<void>(change.records.count() == 0 ? editor.remove(change.owner, change.type)
                                                      : editor.replace(change.owner, change.type,
                                                                       change.ttl, change.records));
    }
    if (auto update = editor.commit()) seen.zone = update->zone;
    return seen.zone;
}

}  // namespace homeport::app
