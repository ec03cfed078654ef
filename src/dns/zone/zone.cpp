#include "dns/zone/zone.hpp"

#include "core/assert.hpp"
#include "dns/wire/rdata.hpp"

#include <algorithm>

namespace homeport::dns {

Zone::Zone(NameView apex, Nodes nodes) : nodes_(std::move(nodes)), apex_(nodes_.find(apex)) {
    HOMEPORT_ASSERT(apex_ != nullptr);
    HOMEPORT_ASSERT(soa() && apex_->find(RrType::ns));
    const SoaView fields(soa().records.front());
    serial_ = fields.serial();
    negative_ttl_ = std::min(soa().ttl, fields.minimum());
    signed_ = static_cast<bool>(apex_->find(RrType::nsec));
}

const ZoneNode* Zone::cut_above(NameView name) const {
    const ZoneNode* cut = nullptr;
    for (; name.size() > apex().size(); name = name.parent()) {
        const ZoneNode* const node = nodes_.find(name);
        if (node != nullptr && node->at_cut()) cut = node;
    }
    return cut;
}

/// Nodes without NSEC are empty non-terminals, at most one per label in a row, and those below a
/// cut, which may be many and are jumped over.
const ZoneNode* Zone::nsec_for(NameView name) const {
    const ZoneNode* node = nodes_.at_or_before(name);
    for (std::size_t step = 0; node != nullptr && step <= kMaxLabels; ++step) {
        if (node->find(RrType::nsec)) return node;
        node = node->below_cut() ? cut_above(node->name()) : nodes_.before(node->name());
    }
    return nullptr;
}

}  // namespace homeport::dns
