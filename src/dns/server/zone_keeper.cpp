#include "dns/server/zone_keeper.hpp"

#include "core/assert.hpp"
#include "dns/server/limits.hpp"
#include "dns/server/zone_merge.hpp"
#include "dns/wire/rdata.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

/// HINFO of a parked home without an address: two strings (RFC 1035 section 3.3.2).
constexpr std::string_view kParkedNote("\6parked\0", 8);
constexpr std::size_t kMaxTextBytes = 255;  ///< of one string (RFC 1035 section 3.3)

}  // namespace

ZoneKeeper::ZoneKeeper(ZoneBoard& board, Log& log, Options options)
    : board_(board), log_(log), options_(std::move(options)) {}

// ---- zones

/// Homes' names and texts go first and come back last: what stands in a file has precedence.
void ZoneKeeper::load(std::vector<ZoneInput> zones) {
    auto homes = std::exchange(homes_, {});
    for (const auto& [home, names] : homes) {
        for (const HomeName& name : names) take_away(home, name.name);
    }
    std::map<Name, std::vector<std::string>, CanonicalLess> texts;
    for (const auto& [name, of_name] : texts_) texts[name] = of_name.values;
    for (const auto& [name, values] : texts) static_cast<void>(set_texts(name, {}));
    for (auto& [apex, entry] : entries_) entry.served = false;
    for (const ZoneInput& input : zones) load_one(input);
    zones_changed_ = true;
    for (auto& [home, names] : homes) set_home(home, std::move(names));
    for (auto& [name, values] : texts) {
        if (auto done = set_texts(name, std::move(values)); !done) refused(name, done.error());
    }
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
        const std::string home = owner->second.home;
        take_away(home, change.owner);
        log_.warn("dns.name_taken",
                  {{"name", change.owner.to_text()}, {"home", home}, {"by", "an update"}});
    }
    entry.changed = true;
    const auto texts = texts_.find(change.owner);
    if (texts == texts_.end() || change.type != RrType::txt)
        return put_set(entry, change.owner, change.type, change.ttl, change.records);
    texts->second.others = change.records;
    texts->second.others_ttl = change.ttl;
    if (auto done = show_texts(entry, change.owner, texts->second); !done)
        refused(change.owner, done.error());
}

/// No records: there is no such set.
void ZoneKeeper::put_set(Entry& entry, NameView name, RrType type, std::uint32_t ttl,
                         const RdataList& records) {
    const auto done = records.count() == 0 ? entry.editor.remove(name, type)
                                           : entry.editor.replace(name, type, ttl, records);
    if (!done) refused(name, done.error());
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
    const auto known = owners_.find(wanted.name);
    const bool ours = known != owners_.end();
    if (ours ? known->second.home != home : has_data(entry->editor.find(wanted.name))) {
        log_.warn("dns.name_taken",
                  {{"name", wanted.name.to_text()},
                   {"home", home},
                   {"by", ours ? known->second.home : "a zone file or an update"}});
        return;
    }
    Owner& owner = ours ? known->second : owners_[wanted.name];
    owner.home = home;
    owner.view = wanted.view;
    set_due(wanted.name, owner, TimePoint::min());
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

void ZoneKeeper::set_due(const Name& name, Owner& owner, TimePoint due) {
    due_.move(name, owner.due, due);
    owner.due = due;
}

/// The answers of homes that are new, or over.
void ZoneKeeper::decide(TimePoint now) {
    while (due_.next() <= now) {
        const Name name = due_.first();
        Entry* const entry = entry_of(name);
        HOMEPORT_ASSERT(entry != nullptr);
        decide(*entry, name, owners_.find(name)->second, now);
    }
}

void ZoneKeeper::decide(Entry& entry, const Name& name, Owner& owner, TimePoint now) {
    HomeAnswer answer = answer_of(owner.view, options_.relay, now, options_.allow_private);
    set_due(name, owner, answer.until);
    const bool on_purpose = owner.view.state == HomeState::parked || !owner.view.relayed;
    const bool emptied = on_purpose && answer.addresses.empty();
    if (owner.shown == answer.addresses && owner.emptied == emptied) return;
    put_addresses(entry, name, answer.addresses, true);
    put_addresses(entry, name, answer.addresses, false);
    // The name exists: a wildcard must not answer in its place, nor may names below it be denied.
    RdataList note;
    if (emptied) note.add(as_bytes(kParkedNote));
    if (emptied || owner.emptied) put_set(entry, name, RrType::hinfo, options_.home_ttl, note);
    owner.shown = std::move(answer.addresses);
    owner.emptied = emptied;
    entry.changed = true;
}

void ZoneKeeper::put_addresses(Entry& entry, const Name& name, const std::vector<IpAddress>& all,
                               bool v4) {
    RdataList records;
    for (const IpAddress& address : all) {
        if (address.is_v4() == v4)
            records.add(std::as_bytes(std::span(address.octets())).first(address.size()));
    }
    put_set(entry, name, v4 ? RrType::a : RrType::aaaa, options_.home_ttl, records);
}

void ZoneKeeper::take_away(const std::string& home, const Name& name) {
    const auto found = owners_.find(name);
    Entry* const entry = entry_of(name);
    if (found == owners_.end() || found->second.home != home || entry == nullptr) return;
    set_due(name, found->second, kNever);
    const bool emptied = found->second.emptied;
    owners_.erase(found);
    for (const RrType type : {RrType::a, RrType::aaaa}) put_set(*entry, name, type, 0, {});
    if (emptied) put_set(*entry, name, RrType::hinfo, 0, {});
    entry->changed = true;
}

// ---- texts beside others

Result<> ZoneKeeper::set_texts(const Name& name, std::vector<std::string> texts) {
    Entry* const entry = entry_of(name);
    if (entry == nullptr)
        return fail(Errc::not_found, name.to_text() + " is in none of the zones here");
    auto at = texts_.find(name);
    if (at == texts_.end()) {
        if (texts.empty()) return {};
        const ZoneNode* const node = entry->editor.find(name);
        const RrsetView set = node == nullptr ? RrsetView() : node->find(RrType::txt);
        at = texts_.emplace(name, Texts{{}, RdataList(set.records), set.ttl}).first;
    }
    auto before = std::exchange(at->second.values, std::move(texts));
    auto done = show_texts(*entry, name, at->second);
    if (!done) at->second.values = std::move(before);
    if (at->second.values.empty()) texts_.erase(at);
    return done;
}

/// One set has one TTL (RFC 2181 section 5.2): the shorter.
Result<> ZoneKeeper::show_texts(Entry& entry, const Name& name, const Texts& texts) {
    entry.changed = true;
    RdataList records = texts.others;
    for (const std::string& text : texts.values) {
        HOMEPORT_ASSERT(text.size() <= kMaxTextBytes);
        const std::string record = static_cast<char>(text.size()) + text;
        records.add(as_bytes(record));
    }
    if (records.count() == 0) return entry.editor.remove(name, RrType::txt);
    std::uint32_t ttl = texts.others_ttl;
    if (!texts.values.empty())
        ttl = std::min({options_.home_ttl, kChallengeTtl,
                        texts.others.count() == 0 ? kChallengeTtl : texts.others_ttl});
    return entry.editor.replace(name, RrType::txt, ttl, records);
}

bool ZoneKeeper::shows_text(NameView name, std::string_view text) const {
    for (NameView at = name;; at = at.parent()) {
        const Entry* const entry = find(at);
        if (entry == nullptr && !at.is_root()) continue;
        const ZoneNode* const node =
            entry == nullptr || !entry->live ? nullptr : entry->live->nodes().find(name);
        if (node == nullptr) return false;
        return std::ranges::any_of(node->find(RrType::txt).records, [text](Bytes rdata) {
            return as_text(rdata.subspan(1)) == text;
        });
    }
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
    TimePoint next = due_.next();
    for (const auto& [apex, entry] : entries_) {
        if (entry.served && !entry.stepped) next = std::min(next, entry.stepped_at + kSerialStep);
    }
    return next;
}

void ZoneKeeper::publish(TimePoint now, UnixSeconds wall) {
    decide(now);
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
