#include "names/registry.hpp"

#include <algorithm>

namespace homeport::names {
namespace {

/// Calls `visit` for the entries of the next buckets of `map`, about `budget` of them, from
/// `bucket` on; leaves there where to go on. True: the end was reached, and `bucket` is 0.
/// A map that has grown meanwhile is begun in the middle, which only delays some entries.
template <class Map, class Visit>
bool sweep(const Map& map, std::size_t& bucket, std::size_t& budget, const Visit& visit) {
    while (bucket < map.bucket_count() && budget > 0) {
        --budget;
        for (auto at = map.begin(bucket); at != map.end(bucket); ++at) {
            budget -= budget > 0;
            visit(*at);
        }
        ++bucket;
    }
    if (bucket < map.bucket_count()) return false;
    bucket = 0;
    return true;
}

}  // namespace

Decision Registry::expire(const Moment& moment, std::size_t budget) {
    Decision decision;
    std::vector<std::string> over;
    std::size_t left = budget / 4 + 1;
    sweep(tables_.acme(), cursor_.acme_bucket, left, [&](const auto& entry) {
        if (moment.wall >= entry.second.at + kAcmeSeconds) over.push_back(entry.first);
    });
    for (const std::string& name : over) {
        const NameNode& node = *tables_.find_name(name);
        change(decision, no_set(tables_.zone_of(node).name, node.first, dns::RrType::txt), moment);
    }
    over.clear();
    left = budget / 4 + 1;
    sweep(tables_.tombstones(), cursor_.tombstone_bucket, left, [&](const auto& entry) {
        if (moment.wall >= entry.second.until) over.push_back(entry.first);
    });
    for (std::string& name : over)
        change(decision, store::ForgetTombstone{std::move(name)}, moment);
    expire_names(decision, moment, budget / 2 + 1);
    decision.waits = !undo_.empty();
    return decision;
}

void Registry::expire_names(Decision& decision, const Moment& moment, std::size_t budget) {
    std::vector<const NameNode*> over;
    // Each zone once at most: a small service is done before its budget is.
    for (std::size_t turn = 0; turn < tables_.zones().size() && budget > 0; ++turn) {
        const NameZone& zone = tables_.zones()[cursor_.zone];
        const bool end = sweep(zone.names, cursor_.name_bucket, budget, [&](const NameNode& node) {
            if (moment.wall >= node.second.confirmed + options_.remove_after) over.push_back(&node);
        });
        if (end) cursor_.zone = (cursor_.zone + 1) % tables_.zones().size();
    }
    for (const NameNode* const node : over) {
        remove_name(decision, *node,
                    {.until = moment.wall + options_.expired_tombstone,
                     .why = "expired",
                     .account = node->second.account},
                    moment);
    }
}

}  // namespace homeport::names
