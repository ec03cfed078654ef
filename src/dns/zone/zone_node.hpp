#pragma once
/// One name of a zone with all its sets: immutable, in one allocation.

#include "dns/wire/name.hpp"
#include "dns/wire/rrset.hpp"
#include "dns/zone/ref.hpp"

#include <span>

namespace homeport::dns {

/// What an answer must know of a name beyond its sets, so that it need not look around.
struct NodeFlags {
    bool at_cut = false;        ///< has NS and is not the apex: a delegation
    bool below_cut = false;     ///< an ancestor is at a cut: glue, or hidden
    bool has_wildcard = false;  ///< "*" below it is a node
};

class ZoneNode final : public Counted {
public:
    /// Copies everything. `sets` rise by type and are not empty.
    static Ref<ZoneNode> make(NameView name, NodeFlags flags, std::span<const RrsetView> sets);
    static void destroy(const ZoneNode* node);

    /// In the case in which it was added.
    NameView name() const { return NameView::trusted(name_start(), name_bytes_); }
    bool at_cut() const { return (flags_ & kAtCut) != 0; }
    bool below_cut() const { return (flags_ & kBelowCut) != 0; }
    bool has_wildcard() const { return (flags_ & kHasWildcard) != 0; }
    NodeFlags flags() const { return {at_cut(), below_cut(), has_wildcard()}; }

    /// No sets: an empty non-terminal (RFC 8499), there because a name below it is.
    bool empty() const { return sets_ == 0; }
    std::size_t sets() const { return sets_; }
    /// In the order of types.
    RrsetView set(std::size_t index) const { return view(entries()[index]); }
    /// Without records when there is no such set. RRSIGs stand beside their sets.
    RrsetView find(RrType type) const;
    /// Octets of the allocation.
    std::size_t bytes() const;

private:
    struct Entry {
        std::uint16_t type;
        std::uint16_t records;
        std::uint32_t ttl;
        std::uint32_t records_at;  ///< from the start of the node
        std::uint32_t signatures_at;
        std::uint16_t signatures;
    };
    static constexpr std::uint8_t kAtCut = 1;
    static constexpr std::uint8_t kBelowCut = 2;
    static constexpr std::uint8_t kHasWildcard = 4;

    ZoneNode(NameView name, NodeFlags flags, std::span<const RrsetView> sets);

    const Octet* start() const { return reinterpret_cast<const Octet*>(this); }
    const Entry* entries() const { return reinterpret_cast<const Entry*>(this + 1); }
    const Octet* name_start() const { return reinterpret_cast<const Octet*>(entries() + sets_); }
    RrsetView view(const Entry& entry) const {
        return {static_cast<RrType>(entry.type),
                entry.ttl,
                {start() + entry.records_at, entry.records},
                {start() + entry.signatures_at, entry.signatures}};
    }

    std::uint8_t name_bytes_;
    std::uint8_t flags_;
    std::uint16_t sets_;
};

}  // namespace homeport::dns
