#include "dns/server/zone_merge.hpp"

#include "dns/wire/rdata.hpp"

#include <algorithm>

namespace homeport::dns {

bool same_records(const RrsetView& left, const RrsetView& right) {
    return left.ttl == right.ttl && left.records.count() == right.records.count() &&
           std::ranges::equal(left.records.packed(), right.records.packed());
}

Result<> merge_set(ZoneEditor& live, NameView owner, RrType type, const RrsetView& before,
                   const RrsetView& after) {
    const ZoneNode* const node = live.find(owner);
    const RrsetView now = node == nullptr ? RrsetView() : node->find(type);
    if (type == RrType::soa) {
        RdataList records;
        records.add(with_serial(after.records.front(), SoaView(now.records.front()).serial()));
        return live.replace(owner, type, after.ttl, records);
    }
    if (!same_records(now, before)) return {};
    if (!after) return live.remove(owner, type);
    return live.replace(owner, type, after.ttl, RdataList(after.records));
}

}  // namespace homeport::dns
