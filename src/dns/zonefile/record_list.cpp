#include "dns/zonefile/record_list.hpp"

#include "core/assert.hpp"
#include "dns/zonefile/limits.hpp"

#include <algorithm>

namespace homeport::dns {

bool RecordList::add(const TextRecord& record) {
    HOMEPORT_ASSERT(record.rdata.size() <= kMaxMessageBytes);
    if (octets_.size() + record.owner.size() + record.rdata.size() > kMaxZoneOctets) return false;
    Entry entry{};
    entry.ttl = record.ttl;
    entry.line = static_cast<std::uint32_t>(record.line);
    entry.type = static_cast<std::uint16_t>(record.type);
    entry.owner_bytes = static_cast<std::uint8_t>(record.owner.size());
    const bool same_owner = !entries_.empty() && owner_of(entries_.back()) == record.owner;
    entry.owner_at =
        same_owner ? entries_.back().owner_at : static_cast<std::uint32_t>(octets_.size());
    if (!same_owner) octets_ += as_text(record.owner.wire());
    entry.rdata_at = static_cast<std::uint32_t>(octets_.size());
    entry.rdata_bytes = static_cast<std::uint16_t>(record.rdata.size());
    octets_ += as_text(record.rdata);
    entries_.push_back(entry);
    return true;
}

void RecordList::group() {
    const auto before = [this](const Entry& left, const Entry& right) {
        if (left.owner_at != right.owner_at) {
            const auto order = compare_canonical(owner_of(left), owner_of(right));
            if (order != 0) return order < 0;
        }
        return left.type < right.type;
    };
    std::ranges::stable_sort(entries_, before);
}

NameView RecordList::owner_of(const Entry& entry) const {
    return NameView::trusted(octets(as_bytes(octets_)) + entry.owner_at, entry.owner_bytes);
}

TextRecord RecordList::view(const Entry& entry) const {
    return {owner_of(entry), static_cast<RrType>(entry.type), entry.ttl, entry.line,
            as_bytes(octets_).subspan(entry.rdata_at, entry.rdata_bytes)};
}

}  // namespace homeport::dns
