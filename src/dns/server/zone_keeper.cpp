#include "dns/server/zone_keeper.hpp"

#include "dns/server/limits.hpp"
#include "dns/server/zone_merge.hpp"
#include "dns/wire/rdata.hpp"

#include <algorithm>

namespace homeport::dns {

ZoneKeeper::ZoneKeeper(ZoneBoard& board, Log& log, Options options)
    : board_(board), log_(log), options_(std::move(options)) {}

// ---- zones

/// Homes' names go first and come back last: what stands in a file has precedence.
void ZoneKeeper::load(std::vector<ZoneInput> zones) {
    auto homes = std::exchange(homes_, {});
    for (const auto& [home, names] : homes) {
        for (const HomeName& name : names) take_away(home, name.name);
    }
    for (auto& [apex, entry] : entries_) entry.served = false;
    for (const ZoneInput& input : zones) load_one(input);
    zones_changed_ = true;
    for (auto& [home, names] : homes) set_home(home, std::move(names));
}

void ZoneKeeper::load_one(const ZoneInput& input) {
    const Name apex(input.file->apex());
    if (Entry* const known = find(apex)) return replace_file(*known, input);
    Entry fresh{input.file, input.signer, ZoneEditor(input.file), input.file};
    fresh.serial = input.file->serial();
    if (input.least_serial != 0 && serial_after(input.least_serial, fresh.serial))
        fresh.serial = input.least_serial;
    Entry& entry = entries_.emplace(apex, std::move(fresh)).first->second;
    for (const SetChange& change : input.changes) apply(entry, change);
}

void ZoneKeeper::replace_file(Entry& entry, const ZoneInput& input) {
    merge_zone(entry.editor, *entry.file, *input.file,
               [this](NameView owner, const Error& error) { refused(owner, error); });
    if (serial_after(input.file->serial(), entry.serial)) entry.serial = input.file->serial();
    entry.file = input.file;
    entry.changed = true;
    entry.served = true;
}

ZoneKeeper::Entry* ZoneKeeper::find(NameView apex) {
    const auto found = entries_.find(apex);
    return found == entries_.end() ? nullptr : &found->second;
}

const ZoneKeeper::Entry* ZoneKeeper::find(NameView apex) const {
    const auto found = entries_.find(apex);
    return found == entries_.end() || !found->second.served ? nullptr : &found->second;
}

std::shared_ptr<const Zone> ZoneKeeper::zone(NameView apex) const {
    const Entry* const entry = find(apex);
    return entry == nullptr ? nullptr : entry->live;
}

std::shared_ptr<const Zone> ZoneKeeper::file(NameView apex) const {
    const Entry* const entry = find(apex);
    return entry == nullptr ? nullptr : entry->file;
}

const ReleasedZone* ZoneKeeper::released(NameView apex) const {
    const Entry* const entry = find(apex);
    return entry == nullptr || !entry->released.zone ? nullptr : &entry->released;
}

std::shared_ptr<ZoneSigner> ZoneKeeper::signer(NameView apex) const {
    const Entry* const entry = find(apex);
    return entry == nullptr ? nullptr : entry->signer;
}

void ZoneKeeper::for_each_released(const std::function<void(const ReleasedZone&)>& visit) const {
    for (const auto& [apex, entry] : entries_) {
        if (entry.served && entry.released.zone) visit(entry.released);
    }
}

// ---- changes over the network

void ZoneKeeper::apply(NameView apex, std::span<const SetChange> changes) {
    Entry* const entry = find(apex);
    if (entry == nullptr) return;
    for (const SetChange& change : changes) apply(*entry, change);
}

/// The serial that it wants is reached at the next step, if it is a later one.
void ZoneKeeper::apply_soa(Entry& entry, const SetChange& change) {
    const Bytes wanted = change.records.view().front();
    const std::uint32_t serial = SoaView(wanted).serial();
    if (serial_after(serial, entry.serial)) entry.serial = serial - 1;
    RdataList records;
    records.add(with_serial(wanted, entry.live->serial()));
    const auto done = entry.editor.replace(change.owner, change.type, change.ttl, records);
    if (!done) refused(change.owner, done.error());
    entry.changed = true;
}

void ZoneKeeper::apply(Entry& entry, const SetChange& change) {
    if (change.type == RrType::soa && change.records.count() == 1) return apply_soa(entry, change);
    if (const auto owner = owners_.find(change.owner); owner != owners_.end()) {
        const std::string home = owner->second;
        take_away(home, change.owner);
        log_.warn("dns.name_taken",
                  {{"name", change.owner.to_text()}, {"home", home}, {"by", "an update"}});
    }
    const auto done =
        change.records.count() == 0
            ? entry.editor.remove(change.owner, change.type)
            : entry.editor.replace(change.owner, change.type, change.ttl, change.records);
    if (!done) refused(change.owner, done.error());
    entry.changed = true;
}

void ZoneKeeper::refused(NameView name, const Error& error) {
    log_.error("dns.name_refused", {{"name", name.to_text()}, {"why", error.what}});
}

// ---- homes

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
        if (found != entries_.end() && found->second.served) return &found->second;
        if (at.is_root()) return nullptr;
    }
}

void ZoneKeeper::put(const std::string& home, const HomeName& wanted) {
    Entry* const entry = entry_of(wanted.name);
    if (entry == nullptr) return;
    const auto owner = owners_.find(wanted.name);
    const bool ours = owner != owners_.end();
    if (ours ? owner->second != home : has_data(entry->editor.find(wanted.name))) {
        log_.warn("dns.name_taken", {{"name", wanted.name.to_text()},
                                     {"home", home},
                                     {"by", ours ? owner->second : "a zone file or an update"}});
        return;
    }
    owners_[wanted.name] = home;
    put_addresses(*entry, wanted, true);
    put_addresses(*entry, wanted, false);
    entry->changed = true;
}

/// What signing adds to an empty name does not count.
bool ZoneKeeper::has_data(const ZoneNode* node) {
    if (node == nullptr) return false;
    for (std::size_t i = 0; i < node->sets(); ++i) {
        if (node->set(i).type != RrType::nsec) return true;
    }
    return false;
}

void ZoneKeeper::put_addresses(Entry& entry, const HomeName& wanted, bool v4) {
    RdataList records;
    for (const IpAddress& address : wanted.addresses) {
        if (address.is_v4() == v4)
            records.add(std::as_bytes(std::span(address.octets())).first(address.size()));
    }
    const RrType type = v4 ? RrType::a : RrType::aaaa;
    const auto done = records.count() == 0
                          ? entry.editor.remove(wanted.name, type)
                          : entry.editor.replace(wanted.name, type, options_.home_ttl, records);
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

// ---- publishing

bool ZoneKeeper::changed() const {
    return zones_changed_ || std::ranges::any_of(entries_, [](const auto& item) {
               return item.second.served && item.second.changed;
           });
}

bool ZoneKeeper::step_due(const Entry& entry, TimePoint now) {
    return !entry.released.zone || now - entry.stepped_at >= kSerialStep;
}

TimePoint ZoneKeeper::next_step() const {
    TimePoint next = kNever;
    for (const auto& [apex, entry] : entries_) {
        if (entry.served && !entry.stepped) next = std::min(next, entry.stepped_at + kSerialStep);
    }
    return next;
}

void ZoneKeeper::publish(TimePoint now, UnixSeconds wall) {
    std::vector<Entry*> shown;
    std::vector<std::shared_ptr<const Zone>> stepped;
    for (auto& [apex, entry] : entries_) {
        const bool wants_step = !entry.stepped && step_due(entry, now);
        if (!entry.served || !(entry.changed || wants_step)) continue;
        if (publish(entry, now, wall)) stepped.push_back(entry.live);
        shown.push_back(&entry);
    }
    if (shown.empty() && !zones_changed_) return;
    ZoneSet zones = zones_changed_ ? ZoneSet() : board_.zones();
    for (auto& [apex, entry] : entries_) {
        if (entry.served && zones_changed_) zones = zones.with(entry.live);
    }
    if (!zones_changed_) {
        for (const Entry* const entry : shown) zones = zones.with(entry->live);
    }
    zones_changed_ = false;
    board_.publish(std::move(zones));
    // Only now: whoever hears of a serial may ask for it before the news is out.
    for (const auto& zone : stepped) options_.on_step(*zone);
}

/// Whether its serial stepped.
bool ZoneKeeper::publish(Entry& entry, TimePoint now, UnixSeconds wall) {
    const bool step = step_due(entry, now);
    // What was taken away and put back, as by a reload, is no change.
    const bool edited = !entry.released.zone || !entry.editor.changes().empty();
    entry.changed = false;
    if (!edited && entry.since_step.empty()) entry.stepped = true;
    if (!edited && (entry.stepped || !step)) return false;
    auto update = next_version(entry, wall, step);
    if (!update) {
        log_.error("dns.zone_refused",
                   {{"zone", entry.live->apex().to_text()}, {"why", update.error().what}});
        start_over(entry);
        return false;
    }
    entry.live = update->zone;
    entry.since_step.add(*update);
    entry.stepped = step;
    if (step) release(entry, now);
    return step;
}

/// The serial first, so that its signature is made with the others.
Result<ZoneUpdate> ZoneKeeper::next_version(Entry& entry, UnixSeconds wall, bool step) {
    if (step) {
        const auto clock = static_cast<std::uint32_t>(wall);
        entry.serial = serial_after(clock, entry.serial) ? clock : entry.serial + 1;
        const NameView apex = entry.live->apex();
        const RrsetView soa = entry.editor.find(apex)->find(RrType::soa);
        RdataList records;
        records.add(with_serial(soa.records.front(), entry.serial));
        if (auto done = entry.editor.replace(apex, RrType::soa, soa.ttl, records); !done)
            return std::unexpected(done.error());
    }
    if (entry.signer) {
        if (auto done = entry.signer->sign(entry.editor, wall); !done)
            return std::unexpected(done.error());
    }
    return entry.editor.commit();
}

/// Shows secondaries what has been published since the last step.
void ZoneKeeper::release(Entry& entry, TimePoint now) {
    std::vector<RrsetChange> changes = entry.since_step.take();
    if (entry.released.zone)
        entry.released.history.add(entry.released.zone->serial(), {entry.live, std::move(changes)});
    entry.released.zone = entry.live;
    entry.stepped_at = now;
}

/// Half-done edits are thrown away; the zone stays as it is shown.
void ZoneKeeper::start_over(Entry& entry) {
    entry.editor = ZoneEditor(entry.live);
    entry.stepped = entry.since_step.empty();
}

bool ZoneKeeper::refresh_signatures(UnixSeconds wall) {
    bool more = false;
    for (auto& [apex, entry] : entries_) {
        if (!entry.signer || !entry.served || entry.changed) continue;
        const auto made =
            entry.signer->refresh(entry.editor, wall, kSignaturesPerTurn, entry.refreshed_to);
        if (!made) {
            log_.error("dns.sign", {{"zone", apex.to_text()}, {"why", made.error().what}});
            start_over(entry);
            continue;
        }
        if (*made > 0) entry.changed = true;
        more = more || entry.refreshed_to.has_value();
    }
    return more;
}

}  // namespace homeport::dns
