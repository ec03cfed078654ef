#pragma once
/// Changes a zone: takes a snapshot, makes the next one. Keeps up what answers rely on (empty
/// non-terminals, flags of nodes), refuses what RFC 1034 and RFC 2181 forbid, and tells what
/// changed, set by set, so that IXFR and signing can be built on it.

#include "core/result.hpp"
#include "dns/wire/rrset.hpp"
#include "dns/zone/zone.hpp"

#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace homeport::dns {

/// One set before and after; it came when there is no `before`, and went when there is no `after`.
struct RrsetChange {
    Ref<ZoneNode> node_before;  ///< null: the name was not there
    Ref<ZoneNode> node_after;
    RrType type{};

    NameView owner() const { return (node_after ? node_after : node_before)->name(); }
    RrsetView before() const { return node_before ? node_before->find(type) : RrsetView(); }
    RrsetView after() const { return node_after ? node_after->find(type) : RrsetView(); }
    /// Not the signatures only.
    bool records_changed() const;
};

struct ZoneUpdate {
    std::shared_ptr<const Zone> zone;
    std::vector<RrsetChange> changes;  ///< in canonical order of owners, then by type
};

/// An edit that is refused changes nothing. Errors: invalid (the data breaks a rule of the DNS,
/// the text says which), limit (limits.hpp).
class ZoneEditor {
public:
    explicit ZoneEditor(std::shared_ptr<const Zone> base);
    /// Of a zone that is not there yet; commit() then wants SOA and NS at the apex.
    explicit ZoneEditor(Name apex);

    NameView apex() const { return apex_; }
    /// As edited so far; null: no such name. Valid until the next edit.
    const ZoneNode* find(NameView name) const { return nodes_.find(name); }
    /// All names as edited so far, in order. Valid until the next edit.
    const Zone::Nodes& nodes() const { return nodes_; }
    /// What differs from the base or the last commit, in canonical order of owners, then by type.
    std::vector<RrsetChange> changes() const;

    /// Makes `records` the set of the type, in canonical order (RFC 4034 section 6.3); its
    /// signatures go. Records that are the same count once. A set that is so already stays, with
    /// its signatures. RRSIGs are set with sign(). TTL in seconds, one for the whole set (RFC 2181
    /// section 5.2).
    Result<> replace(NameView owner, RrType type, std::uint32_t ttl, const RdataList& records);
    /// Removing what is not there changes nothing. SOA and NS of the apex can only be replaced.
    Result<> remove(NameView owner, RrType type);
    /// All sets of a name other than the apex.
    Result<> remove_name(NameView owner);
    /// Makes `signatures` (RRSIG rdata) those of the set; none: it is unsigned.
    Result<> sign(NameView owner, RrType type, const RdataList& signatures);

    /// The edited zone, and what differs from the base or the last commit. The editor goes on from
    /// there. Errors (invalid): no SOA or NS at the apex.
    Result<ZoneUpdate> commit();

private:
    Result<> check_owner(NameView owner) const;
    Result<> check_set(NameView owner, RrType type, std::uint32_t ttl,
                       const RdataList& records) const;
    Result<> check_neighbours(NameView owner, RrType type) const;
    Result<> check_room(NameView owner) const;

    void store(NameView owner, std::vector<RrsetView>& sets);
    void put_node(NameView owner, NodeFlags flags, const std::vector<RrsetView>& sets);
    void set_flags(const ZoneNode& node, NodeFlags flags);
    void add_parents(NameView owner);
    void mark_wildcard(NameView owner, bool there);
    void erase(NameView owner);
    bool has_names_below(NameView owner) const;
    bool parent_hides(NameView owner) const;
    void refresh_below(NameView cut);
    void collect_changes(NameView owner, std::vector<RrsetChange>& changes) const;

    Name apex_;
    std::shared_ptr<const Zone> base_;  ///< null: a new zone
    Zone::Nodes nodes_;
    std::set<Name, CanonicalLess> touched_;
};

}  // namespace homeport::dns
