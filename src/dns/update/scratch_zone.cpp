#include "dns/update/scratch_zone.hpp"

#include "dns/wire/rdata.hpp"
#include "dns/zone/zone_editor.hpp"

namespace homeport::dns {
namespace {

/// Removing may name data that no record of the type can have: such data has no canonical form, and
/// no record that it could be.
bool is_possible(RrType type, Bytes rdata) {
    return check_rdata(type, rdata).has_value();
}

RrsetView set_of(const Zone& zone, NameView owner, RrType type) {
    const ZoneNode* const node = zone.nodes().find(owner);
    return node != nullptr ? node->find(type) : RrsetView();
}

}  // namespace

const ScratchZone::Set* ScratchZone::touched(NameView owner, RrType type) const {
    const auto sets = touched_.find(owner);
    if (sets == touched_.end()) return nullptr;
    const auto set = sets->second.find(type);
    return set != sets->second.end() ? &set->second : nullptr;
}

ScratchZone::Set& ScratchZone::touch(NameView owner, RrType type) {
    auto at = touched_.find(owner);
    if (at == touched_.end()) at = touched_.emplace(Name(owner), Sets()).first;
    const auto [set, is_new] = at->second.try_emplace(type);
    if (!is_new) return set->second;
    const RrsetView present = set_of(*zone_, owner, type);
    set->second.ttl = present.ttl;
    for (const Bytes rdata : present.records)
        set->second.records.emplace(canonical_rdata(type, rdata),
                                    std::vector<std::byte>(rdata.begin(), rdata.end()));
    touched_records_ += present.records.count();
    return set->second;
}

bool ScratchZone::has_set(NameView owner, RrType type) const {
    if (const Set* const set = touched(owner, type)) return !set->records.empty();
    return static_cast<bool>(set_of(*zone_, owner, type));
}

std::size_t ScratchZone::count(NameView owner, RrType type) {
    if (const Set* const set = touched(owner, type)) return set->records.size();
    return set_of(*zone_, owner, type).records.count();
}

bool ScratchZone::has_record(NameView owner, RrType type, Bytes rdata) {
    return is_possible(type, rdata) &&
           touch(owner, type).records.contains(canonical_rdata(type, rdata));
}

std::vector<RrType> ScratchZone::types(NameView owner) const {
    std::vector<RrType> found;
    const ZoneNode* const node = zone_->nodes().find(owner);
    for (std::size_t i = 0; node != nullptr && i < node->sets(); ++i)
        if (touched(owner, node->set(i).type) == nullptr) found.push_back(node->set(i).type);
    const auto sets = touched_.find(owner);
    if (sets == touched_.end()) return found;
    for (const auto& [type, set] : sets->second)
        if (!set.records.empty()) found.push_back(type);
    return found;
}

std::uint32_t ScratchZone::soa_serial() {
    const Set& soa = touch(zone_->apex(), RrType::soa);
    return SoaView(soa.records.begin()->second).serial();
}

void ScratchZone::add(NameView owner, RrType type, std::uint32_t ttl, Bytes rdata) {
    Set& set = touch(owner, type);
    set.ttl = ttl;
    set.records.insert_or_assign(canonical_rdata(type, rdata),
                                 std::vector<std::byte>(rdata.begin(), rdata.end()));
}

void ScratchZone::remove_set(NameView owner, RrType type) {
    if (has_set(owner, type)) touch(owner, type).records.clear();
}

void ScratchZone::remove_record(NameView owner, RrType type, Bytes rdata) {
    if (!has_set(owner, type) || !is_possible(type, rdata)) return;
    touch(owner, type).records.erase(canonical_rdata(type, rdata));
}

Result<std::vector<SetChange>> ScratchZone::changes() const {
    ZoneEditor editor(zone_);
    for (const auto& [owner, sets] : touched_)
        for (const auto& [type, set] : sets) {
            if (!set.records.empty()) continue;
            if (auto done = editor.remove(owner, type); !done) return std::unexpected(done.error());
        }
    for (const auto& [owner, sets] : touched_)
        for (const auto& [type, set] : sets) {
            RdataList records;
            for (const auto& [canonical, rdata] : set.records) records.add(rdata);
            if (records.count() == 0) continue;
            auto done = editor.replace(owner, type, set.ttl, records);
            if (!done) return std::unexpected(done.error());
        }
    const auto update = editor.commit();
    if (!update) return std::unexpected(update.error());
    std::vector<SetChange> changes;
    for (const bool gone : {true, false})
        for (const RrsetChange& change : update->changes) {
            const RrsetView after = change.after();
            if (gone == static_cast<bool>(after)) continue;
            changes.push_back(
                {Name(change.owner()), change.type, after.ttl, RdataList(after.records)});
        }
    return changes;
}

}  // namespace homeport::dns
