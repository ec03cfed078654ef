#include "dns/zone/zone_editor.hpp"

#include "dns/wire/rdata.hpp"
#include "dns/zone/limits.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

using Sets = std::vector<RrsetView>;

std::unexpected<Error> refuse(NameView owner, RrType type, std::string_view why) {
    return fail(Errc::invalid, owner.to_text() + " " + to_text(type) + ": " + std::string(why));
}
std::unexpected<Error> too_much(NameView owner, RrType type, std::string_view why) {
    return fail(Errc::limit, owner.to_text() + " " + to_text(type) + ": " + std::string(why));
}

bool equal_packed(PackedRdata left, PackedRdata right) {
    return left.count() == right.count() && std::ranges::equal(left.packed(), right.packed());
}

bool equal_sets(const RrsetView& left, const RrsetView& right) {
    return left.ttl == right.ttl && equal_packed(left.records, right.records);
}

/// Rdata in canonical order, each once, so that equal sets look equal.
RdataList in_order(RrType type, PackedRdata records) {
    struct Entry {
        std::vector<std::byte> canonical;
        Bytes rdata;
    };
    if (records.count() == 1) return RdataList(records);
    std::vector<Entry> entries;
    for (const Bytes rdata : records) entries.push_back({canonical_rdata(type, rdata), rdata});
    std::ranges::sort(entries, [](const Entry& left, const Entry& right) {
        if (left.canonical != right.canonical) return left.canonical < right.canonical;
        return std::ranges::lexicographical_compare(left.rdata, right.rdata);
    });
    const auto twice = std::ranges::unique(entries, {}, &Entry::canonical);
    RdataList ordered;
    for (const Entry& entry : std::span(entries.begin(), twice.begin())) ordered.add(entry.rdata);
    return ordered;
}

Sets sets_of(const ZoneNode* node) {
    Sets sets;
    for (std::size_t i = 0; node != nullptr && i < node->sets(); ++i) sets.push_back(node->set(i));
    return sets;
}

void put_set(Sets& sets, const RrsetView& set) {
    const auto at = std::ranges::lower_bound(sets, set.type, {}, &RrsetView::type);
    if (at != sets.end() && at->type == set.type) {
        *at = set;
    } else {
        sets.insert(at, set);
    }
}

/// May stand beside CNAME (RFC 4034 section 4, RFC 2181 section 10.1).
bool suits_cname(RrType type) {
    return type == RrType::nsec || type == RrType::cname;
}

std::string_view misplaced(RrType type, bool at_apex, bool wildcard) {
    if (is_meta(type)) return "this type stands in no zone";
    if (type == RrType::rrsig) return "signatures are kept with the set they cover";
    if (type == RrType::dname) return "is not supported: nothing would be redirected";
    if (type == RrType::soa && !at_apex) return "stands at the apex of a zone only";
    if (type == RrType::ds && at_apex) return "stands in the parent zone (RFC 4035 section 2.4)";
    if (type == RrType::ns && wildcard) return "means nothing at a wildcard (RFC 4592 section 4.2)";
    return {};
}

}  // namespace

bool RrsetChange::records_changed() const {
    return !equal_sets(before(), after());
}

ZoneEditor::ZoneEditor(std::shared_ptr<const Zone> base)
    : apex_(base->apex()), base_(std::move(base)), nodes_(base_->nodes()) {}

ZoneEditor::ZoneEditor(Name apex) : apex_(std::move(apex)) {
    put_node(apex_, {}, {});
}

Result<> ZoneEditor::check_owner(NameView owner) const {
    if (owner.is_at_or_below(apex_)) return {};
    return fail(Errc::invalid, owner.to_text() + " is not in the zone " + apex_.to_text());
}

Result<> ZoneEditor::check_set(NameView owner, RrType type, std::uint32_t ttl,
                               const RdataList& records) const {
    if (const auto why = misplaced(type, owner == apex_, owner.is_wildcard()); !why.empty())
        return refuse(owner, type, why);
    if (ttl > kMaxTtl) return refuse(owner, type, "TTL above 2147483647 (RFC 2181 section 8)");
    if (records.count() == 0) return refuse(owner, type, "no records; remove the set instead");
    if (records.count() > kMaxRecordsPerSet || records.size() > kMaxSetBytes)
        return too_much(owner, type, "too many or too large records");
    for (const Bytes rdata : records.view())
        if (auto good = check_rdata(type, rdata); !good) return refuse(owner, type, "malformed");
    return {};
}

Result<> ZoneEditor::check_neighbours(NameView owner, RrType type) const {
    const ZoneNode* const node = nodes_.find(owner);
    if (node == nullptr) return {};
    for (std::size_t i = 0; i < node->sets(); ++i) {
        const RrType other = node->set(i).type;
        if ((type == RrType::cname && !suits_cname(other)) ||
            (other == RrType::cname && !suits_cname(type)))
            return refuse(owner, type, "CNAME stands alone (RFC 2181 section 10.1)");
    }
    if (node->sets() >= kMaxTypesPerName && !node->find(type))
        return too_much(owner, type, "too many types at one name");
    return {};
}

Result<> ZoneEditor::check_room(NameView owner) const {
    if (nodes_.size() + kMaxLabels <= kMaxNamesPerZone || nodes_.find(owner) != nullptr) return {};
    return fail(Errc::limit, apex_.to_text() + ": the zone has too many names");
}

Result<> ZoneEditor::replace(NameView owner, RrType type, std::uint32_t ttl,
                             const RdataList& records) {
    if (auto good = check_owner(owner); !good) return good;
    if (auto good = check_set(owner, type, ttl, records); !good) return good;
    if (auto good = check_neighbours(owner, type); !good) return good;
    if (auto good = check_room(owner); !good) return good;
    const RdataList ordered = in_order(type, records.view());
    const bool single = type == RrType::soa || type == RrType::cname || type == RrType::nsec;
    if (single && ordered.count() > 1) return refuse(owner, type, "there may be one only");
    const RrsetView set{.type = type, .ttl = ttl, .records = ordered.view()};
    const ZoneNode* const node = nodes_.find(owner);
    if (node != nullptr && equal_sets(node->find(type), set)) return {};
    Sets sets = sets_of(node);
    put_set(sets, set);
    store(owner, sets);
    return {};
}

Result<> ZoneEditor::remove(NameView owner, RrType type) {
    const ZoneNode* const node = nodes_.find(owner);
    if (node == nullptr || !node->find(type)) return {};
    if (owner == apex_ && (type == RrType::soa || type == RrType::ns))
        return refuse(owner, type, "the apex must have it; replace it instead");
    Sets sets = sets_of(node);
    std::erase_if(sets, [type](const RrsetView& set) { return set.type == type; });
    store(owner, sets);
    return {};
}

Result<> ZoneEditor::remove_name(NameView owner) {
    if (owner == apex_)
        return fail(Errc::invalid, owner.to_text() + " is the apex of its zone and stays");
    const ZoneNode* const node = nodes_.find(owner);
    if (node == nullptr || node->empty()) return {};
    Sets none;
    store(owner, none);
    return {};
}

Result<> ZoneEditor::sign(NameView owner, RrType type, const RdataList& signatures) {
    const ZoneNode* const node = nodes_.find(owner);
    RrsetView set = node != nullptr ? node->find(type) : RrsetView();
    if (!set) return refuse(owner, type, "there is no such set to sign");
    for (const Bytes rdata : signatures.view()) {
        if (!check_rdata(RrType::rrsig, rdata)) return refuse(owner, type, "malformed RRSIG");
        if (load_u16(octets(rdata)) != static_cast<std::uint16_t>(type))
            return refuse(owner, type, "the RRSIG covers another type");
    }
    const std::size_t bytes = set.records.packed().size() + signatures.size();
    if (signatures.count() > kMaxSignaturesPerSet || bytes > kMaxSetBytes)
        return too_much(owner, type, "too many or too large signatures");
    const RdataList ordered = in_order(RrType::rrsig, signatures.view());
    if (equal_packed(set.signatures, ordered.view())) return {};
    set.signatures = ordered.view();
    Sets sets = sets_of(node);
    put_set(sets, set);
    store(owner, sets);
    return {};
}

/// Gives the name these sets, which may point into its present node.
void ZoneEditor::store(NameView owner_view, Sets& sets) {
    const Name owner(owner_view);
    touched_.insert(owner);
    const ZoneNode* const node = nodes_.find(owner);
    const bool at_apex = owner.view() == apex_.view();
    if (sets.empty() && !at_apex && !has_names_below(owner)) return erase(owner);
    const bool was_cut = node != nullptr && node->at_cut();
    const bool is_new = node == nullptr;
    if (is_new) add_parents(owner);
    NodeFlags flags = is_new ? NodeFlags{.below_cut = parent_hides(owner)} : node->flags();
    flags.at_cut = !at_apex && std::ranges::any_of(sets, [](const RrsetView& set) {
        return set.type == RrType::ns;
    });
    put_node(owner, flags, sets);
    if (is_new) mark_wildcard(owner, true);
    if (flags.at_cut != was_cut) refresh_below(owner);
}

void ZoneEditor::put_node(NameView owner, NodeFlags flags, const Sets& sets) {
    nodes_.put(ZoneNode::make(owner, flags, sets));
}

void ZoneEditor::set_flags(const ZoneNode& node, NodeFlags flags) {
    put_node(node.name(), flags, sets_of(&node));
}

/// Empty non-terminals (RFC 4592 section 2.2.2): what is below must be found from above.
void ZoneEditor::add_parents(NameView owner) {
    if (owner == apex_ || owner.parent() == apex_) return;
    const NameView parent = owner.parent();
    if (nodes_.find(parent) != nullptr) return;
    add_parents(parent);
    put_node(parent, {.below_cut = parent_hides(parent)}, {});
    mark_wildcard(parent, true);
}

void ZoneEditor::mark_wildcard(NameView owner, bool there) {
    if (!owner.is_wildcard() || owner == apex_) return;
    const ZoneNode* const parent = nodes_.find(owner.parent());
    NodeFlags flags = parent->flags();
    flags.has_wildcard = there;
    set_flags(*parent, flags);
}

/// With the empty non-terminals that nothing needs any more.
void ZoneEditor::erase(NameView owner) {
    if (!nodes_.erase(owner)) return;
    mark_wildcard(owner, false);
    const NameView parent = owner.parent();
    if (parent != apex_ && nodes_.find(parent)->empty() && !has_names_below(parent)) erase(parent);
}

bool ZoneEditor::has_names_below(NameView owner) const {
    const ZoneNode* const next = nodes_.after(owner);
    return next != nullptr && next->name().is_at_or_below(owner);
}

bool ZoneEditor::parent_hides(NameView owner) const {
    if (owner == apex_) return false;
    const ZoneNode* const parent = nodes_.find(owner.parent());
    return parent != nullptr && (parent->at_cut() || parent->below_cut());
}

/// Parents come before what is below them, so each can ask its own.
void ZoneEditor::refresh_below(NameView cut) {
    Name name(cut);
    while (const ZoneNode* const next = nodes_.after(name)) {
        if (!next->name().is_at_or_below(cut)) return;
        name = Name(next->name());
        NodeFlags flags = next->flags();
        flags.below_cut = parent_hides(name);
        if (flags.below_cut != next->below_cut()) set_flags(*next, flags);
    }
}

void ZoneEditor::collect_changes(NameView owner, std::vector<RrsetChange>& changes) const {
    const ZoneNode* const old = base_ ? base_->nodes().find(owner) : nullptr;
    const ZoneNode* const now = nodes_.find(owner);
    const Sets old_sets = sets_of(old);
    const Sets now_sets = sets_of(now);
    std::set<RrType> types;
    for (const Sets* sets : {&old_sets, &now_sets})
        for (const RrsetView& set : *sets) types.insert(set.type);
    for (const RrType type : types) {
        RrsetChange change{Ref<ZoneNode>::share(old), Ref<ZoneNode>::share(now), type};
        if (change.records_changed() ||
            !equal_packed(change.before().signatures, change.after().signatures))
            changes.push_back(std::move(change));
    }
}

std::vector<RrsetChange> ZoneEditor::changes() const {
    std::vector<RrsetChange> changes;
    for (const Name& owner : touched_) collect_changes(owner, changes);
    return changes;
}

Result<ZoneUpdate> ZoneEditor::commit() {
    const ZoneNode* const apex = nodes_.find(apex_);
    if (!apex->find(RrType::soa) || !apex->find(RrType::ns))
        return fail(Errc::invalid, apex_.to_text() + ": the zone needs SOA and NS at its apex");
    ZoneUpdate update{std::make_shared<const Zone>(apex_, nodes_), changes()};
    touched_.clear();
    base_ = update.zone;
    return update;
}

}  // namespace homeport::dns
