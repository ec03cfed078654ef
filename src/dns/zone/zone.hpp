#pragma once
/// A zone as it stands at one serial: immutable, shared by readers without locks. Made by
/// ZoneEditor (zone_editor.hpp); zones that follow each other share what did not change.

#include "dns/zone/trie.hpp"
#include "dns/zone/zone_node.hpp"

#include <memory>

namespace homeport::dns {

/// Of class IN. Views and nodes live as long as the zone.
class Zone {
public:
    using Nodes = Trie<ZoneNode>;

    /// Requires what ZoneEditor sees to: a node with SOA and NS at `apex`, all others below it,
    /// a node for every name between.
    Zone(NameView apex, Nodes nodes);

    NameView apex() const { return apex_->name(); }
    const ZoneNode& apex_node() const { return *apex_; }
    const Nodes& nodes() const { return nodes_; }
    /// Names, empty non-terminals included.
    std::size_t names() const { return nodes_.size(); }

    std::uint32_t serial() const { return serial_; }
    RrsetView soa() const { return apex_->find(RrType::soa); }
    /// RFC 2308 section 3: how long, in seconds, "there is no such thing" may be kept.
    std::uint32_t negative_ttl() const { return negative_ttl_; }
    /// The apex has NSEC: absence can be proved.
    bool is_signed() const { return signed_; }

    /// The delegation that `name` is under, the uppermost if there are several; null: none.
    const ZoneNode* cut_above(NameView name) const;
    /// The NSEC that covers `name`, or is its own: of the next node before it that has one. Null:
    /// not found near, as the zone is not signed in full.
    const ZoneNode* nsec_for(NameView name) const;

private:
    Nodes nodes_;
    const ZoneNode* apex_;
    std::uint32_t serial_;
    std::uint32_t negative_ttl_;
    bool signed_;
};

}  // namespace homeport::dns
