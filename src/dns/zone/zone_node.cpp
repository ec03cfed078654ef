#include "dns/zone/zone_node.hpp"

#include <algorithm>
#include <memory>

namespace homeport::dns {

Ref<ZoneNode> ZoneNode::make(NameView name, NodeFlags flags, std::span<const RrsetView> sets) {
    static_assert(sizeof(ZoneNode) == 8 && sizeof(Entry) == 20);
    std::size_t size = sizeof(ZoneNode) + sets.size() * sizeof(Entry) + name.size();
    for (const RrsetView& set : sets)
        size += set.records.packed().size() + set.signatures.packed().size();
    return Ref<ZoneNode>::adopt(new (::operator new(size)) ZoneNode(name, flags, sets));
}

void ZoneNode::destroy(const ZoneNode* node) {
    ::operator delete(const_cast<ZoneNode*>(node));
}

ZoneNode::ZoneNode(NameView name, NodeFlags flags, std::span<const RrsetView> sets)
    : name_bytes_(static_cast<std::uint8_t>(name.size())),
      flags_(static_cast<std::uint8_t>((flags.at_cut ? kAtCut : 0) |
                                       (flags.below_cut ? kBelowCut : 0) |
                                       (flags.has_wildcard ? kHasWildcard : 0))),
      sets_(static_cast<std::uint16_t>(sets.size())) {
    auto* entry = reinterpret_cast<Entry*>(this + 1);
    Octet* const first = reinterpret_cast<Octet*>(this);
    Octet* at = std::copy_n(name.data(), name.size(), reinterpret_cast<Octet*>(entry + sets_));
    const auto append = [&at, first](PackedRdata rdata) {
        const auto offset = static_cast<std::uint32_t>(at - first);
        at = std::copy_n(octets(rdata.packed()), rdata.packed().size(), at);
        return offset;
    };
    for (const RrsetView& set : sets) {
        const std::uint32_t records_at = append(set.records);
        const std::uint32_t signatures_at = append(set.signatures);
        new (entry++) Entry{static_cast<std::uint16_t>(set.type),
                            static_cast<std::uint16_t>(set.records.count()),
                            set.ttl,
                            records_at,
                            signatures_at,
                            static_cast<std::uint16_t>(set.signatures.count())};
    }
}

RrsetView ZoneNode::find(RrType type) const {
    const Entry* const all = entries();
    for (std::size_t i = 0; i < sets_; ++i)
        if (all[i].type == static_cast<std::uint16_t>(type)) return view(all[i]);
    return {.type = type};
}

std::size_t ZoneNode::bytes() const {
    std::size_t size = sizeof(ZoneNode) + sets_ * sizeof(Entry) + name_bytes_;
    for (std::size_t i = 0; i < sets_; ++i)
        size += set(i).records.packed().size() + set(i).signatures.packed().size();
    return size;
}

}  // namespace homeport::dns
