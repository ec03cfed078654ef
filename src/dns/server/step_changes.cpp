#include "dns/server/step_changes.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

bool same(PackedRdata left, PackedRdata right) {
    return left.count() == right.count() && std::ranges::equal(left.packed(), right.packed());
}

bool same(const RrsetView& left, const RrsetView& right) {
    return left.ttl == right.ttl && same(left.records, right.records) &&
           same(left.signatures, right.signatures);
}

}  // namespace

void StepChanges::add(const ZoneUpdate& update) {
    for (const RrsetChange& change : update.changes) {
        const auto [at, fresh] = changes_.try_emplace({Name(change.owner()), change.type}, change);
        if (!fresh) at->second.node_after = change.node_after;
    }
}

std::vector<RrsetChange> StepChanges::take() {
    std::vector<RrsetChange> list;
    for (auto& [key, change] : changes_) {
        // A name that came and went has no node on either side.
        if (!change.node_before && !change.node_after) continue;
        if (!same(change.before(), change.after())) list.push_back(std::move(change));
    }
    changes_.clear();
    return list;
}

}  // namespace homeport::dns
