#pragma once
/// The zones that a server answers for: immutable like they are; the next set shares what stays.

#include "dns/zone/trie.hpp"
#include "dns/zone/zone.hpp"

#include <memory>

namespace homeport::dns {

class ZoneSet {
public:
    /// With `zone` added, or put in the place of the one with the same apex.
    ZoneSet with(std::shared_ptr<const Zone> zone) const;
    ZoneSet without(NameView apex) const;

    std::size_t size() const { return zones_.size(); }
    /// The zone with the longest apex at or above `name`; null: none. Lives as long as a set that
    /// holds it. `key` is the name's.
    const Zone* find(NameView name, const TrieKey& key) const {
        const Entry* const entry = zones_.closest(name, key).leaf;
        return entry != nullptr ? entry->zone.get() : nullptr;
    }
    const Zone* find(NameView name) const { return find(name, TrieKey(name)); }
    /// Null: no zone has this apex.
    std::shared_ptr<const Zone> find_apex(NameView apex) const;
    /// visit(const Zone&) in canonical order of the apexes.
    template <class Visit>
    void for_each(Visit visit) const {
        zones_.for_each([&visit](const Entry& entry) { visit(*entry.zone); });
    }

private:
    struct Entry final : Counted {
        explicit Entry(std::shared_ptr<const Zone> held) : zone(std::move(held)) {}
        NameView name() const { return zone->apex(); }
        static void destroy(const Entry* entry) { const std::unique_ptr<const Entry> last(entry); }

        std::shared_ptr<const Zone> zone;
    };

    Trie<Entry> zones_;
};

}  // namespace homeport::dns
