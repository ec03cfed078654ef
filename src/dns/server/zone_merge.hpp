#pragma once
/// A zone file that was changed, carried over to the zone as it lives. Pure.

#include "dns/zone/zone_editor.hpp"

namespace homeport::dns {

/// Makes in `live` the changes that lead from `before` to `after`, of the same apex. A set that no
/// longer is as `before` says was changed over the network: it stays. The serial of `live` stays
/// too. What the editor refuses is told to `refused(owner, error)` and left as it is.
template <class Refused>
void merge_zone(ZoneEditor& live, const Zone& before, const Zone& after, Refused refused);

/// The same set: records in any order of their packing count as different.
bool same_records(const RrsetView& left, const RrsetView& right);
/// What `live` is to do about one set.
Result<> merge_set(ZoneEditor& live, NameView owner, RrType type, const RrsetView& before,
                   const RrsetView& after);

template <class Refused>
void merge_zone(ZoneEditor& live, const Zone& before, const Zone& after, Refused refused) {
    const auto merge = [&](NameView owner, RrType type, const RrsetView& old_set,
                           const RrsetView& new_set) {
        if (same_records(old_set, new_set)) return;
        const auto done = merge_set(live, owner, type, old_set, new_set);
        if (!done) refused(owner, done.error());
    };
    // What goes makes room for what comes: a CNAME may take the place of an address.
    before.nodes().for_each([&](const ZoneNode& node) {
        const ZoneNode* const now = after.nodes().find(node.name());
        for (std::size_t i = 0; i < node.sets(); ++i) {
            const RrType type = node.set(i).type;
            const RrsetView next = now == nullptr ? RrsetView() : now->find(type);
            if (!next) merge(node.name(), type, node.set(i), next);
        }
    });
    after.nodes().for_each([&](const ZoneNode& node) {
        const ZoneNode* const old = before.nodes().find(node.name());
        for (std::size_t i = 0; i < node.sets(); ++i) {
            const RrType type = node.set(i).type;
            merge(node.name(), type, old == nullptr ? RrsetView() : old->find(type), node.set(i));
        }
    });
}

}  // namespace homeport::dns
