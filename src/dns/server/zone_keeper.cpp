#include "dns/server/zone_keeper.hpp"

#include "dns/wire/rdata.hpp"

#include <algorithm>

namespace homeport::dns {

ZoneKeeper::ZoneKeeper(ZoneBoard& board, Log& log, std::uint32_t ttl)
    : board_(board), log_(log), ttl_(ttl) {}

void ZoneKeeper::load(const std::vector<std::shared_ptr<const Zone>>& zones) {
    entries_.clear();
    owners_.clear();
    zones_changed_ = true;
    for (const auto& zone : zones)
        entries_.emplace(Name(zone->apex()), Entry{zone, ZoneEditor(zone), true});
    for (const auto& [home, names] : homes_) {
        for (const HomeName& name : names) put(home, name);
    }
}

void ZoneKeeper::set_home(const std::string& home, std::vector<HomeName> names) {
    std::vector<HomeName>& before = homes_[home];
    if (before == names) return;
    for (const HomeName& old : before) {
        const bool stays = std::ranges::any_of(
            names, [&old](const HomeName& name) { return name.name == old.name; });
        if (!stays) take_away(home, old.name);
    }
    for (const HomeName& name : names) put(home, name);
    before = std::move(names);
    if (before.empty()) homes_.erase(home);
}

/// Of the zone with the longest apex at or above the name.
ZoneKeeper::Entry* ZoneKeeper::entry_of(NameView name) {
    for (NameView at = name;; at = at.parent()) {
        const auto found = entries_.find(at);
        if (found != entries_.end()) return &found->second;
        if (at.is_root()) return nullptr;
    }
}

void ZoneKeeper::put(const std::string& home, const HomeName& wanted) {
    Entry* const entry = entry_of(wanted.name);
    if (entry == nullptr) return;
    const auto owner = owners_.find(wanted.name);
    const bool ours = owner != owners_.end();
    const ZoneNode* const node = entry->editor.find(wanted.name);
    const bool free = node == nullptr || node->empty();
    if (ours ? owner->second != home : !free) {
        log_.warn("dns.name_taken", {{"name", wanted.name.to_text()},
                                     {"home", home},
                                     {"by", ours ? owner->second : "a zone file"}});
        return;
    }
    owners_[wanted.name] = home;
    put_addresses(*entry, wanted, true);
    put_addresses(*entry, wanted, false);
    entry->changed = true;
}

void ZoneKeeper::put_addresses(Entry& entry, const HomeName& wanted, bool v4) {
    RdataList records;
    for (const IpAddress& address : wanted.addresses) {
        if (address.is_v4() == v4)
            records.add(std::as_bytes(std::span(address.octets())).first(address.size()));
    }
    const RrType type = v4 ? RrType::a : RrType::aaaa;
    const auto done = records.count() == 0 ? entry.editor.remove(wanted.name, type)
                                           : entry.editor.replace(wanted.name, type, ttl_, records);
    if (!done) refused(wanted.name, done.error());
}

void ZoneKeeper::take_away(const std::string& home, const Name& name) {
    const auto owner = owners_.find(name);
    Entry* const entry = entry_of(name);
    if (owner == owners_.end() || owner->second != home || entry == nullptr) return;
    owners_.erase(owner);
    for (const RrType type : {RrType::a, RrType::aaaa}) {
        const auto done = entry->editor.remove(name, type);
        if (!done) refused(name, done.error());
    }
    entry->changed = true;
}

void ZoneKeeper::refused(const Name& name, const Error& error) {
    log_.error("dns.name_refused", {{"name", name.to_text()}, {"why", error.what}});
}

bool ZoneKeeper::changed() const {
    return zones_changed_ ||
           std::ranges::any_of(entries_, [](const auto& entry) { return entry.second.changed; });
}

void ZoneKeeper::commit(UnixSeconds now) {
    if (!changed()) return;
    ZoneSet zones = zones_changed_ ? ZoneSet() : board_.zones();
    for (auto& [apex, entry] : entries_) {
        if (entry.changed) {
            commit(entry, now, zones);
        } else if (zones_changed_) {
            zones = zones.with(entry.zone);
        }
    }
    zones_changed_ = false;
    board_.publish(std::move(zones));
}

/// Later than what was published under this apex, and than what the file says.
std::uint32_t ZoneKeeper::next_serial(const Zone& zone, UnixSeconds now) {
    std::uint32_t& last = serials_.try_emplace(Name(zone.apex()), zone.serial()).first->second;
    if (serial_after(zone.serial(), last)) last = zone.serial();
    const auto clock = static_cast<std::uint32_t>(now);
    last = serial_after(clock, last) ? clock : last + 1;
    return last;
}

void ZoneKeeper::commit(Entry& entry, UnixSeconds now, ZoneSet& zones) {
    const RrsetView soa = entry.zone->soa();
    RdataList records;
    records.add(with_serial(soa.records.front(), next_serial(*entry.zone, now)));
    auto done = entry.editor.replace(entry.zone->apex(), RrType::soa, soa.ttl, records);
    auto update = entry.editor.commit();
    entry.changed = false;
    if (!done || !update) {
        log_.error("dns.zone_refused", {{"zone", entry.zone->apex().to_text()},
                                        {"why", (done ? update.error() : done.error()).what}});
    } else {
        entry.zone = update->zone;
    }
    zones = zones.with(entry.zone);
}

}  // namespace homeport::dns
