#include "dns/transfer/record_stream.hpp"

#include "dns/transfer/limits.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

/// Type, class and TTL; the length of the rdata is counted with the rdata.
constexpr std::uint64_t kRecordOctets = 8;

std::uint64_t wire_octets(NameView owner, PackedRdata records) {
    return records.count() * (owner.size() + kRecordOctets) + records.packed().size();
}

RecordRun signatures_of(NameView owner, const RrsetView& set) {
    return {owner, {.type = RrType::rrsig, .ttl = set.ttl, .records = set.signatures}};
}
RecordRun records_of(NameView owner, const RrsetView& set) {
    return {owner, {.type = set.type, .ttl = set.ttl, .records = set.records}};
}
RecordRun soa_of(const Zone& zone) {
    return records_of(zone.apex(), zone.soa());
}

/// Those of `left` that are not in `right`, bit by bit: where only the case of a name differs the
/// record goes and comes.
RdataList subtract(PackedRdata left, PackedRdata right) {
    const auto less = [](Bytes one, Bytes other) {
        return std::ranges::lexicographical_compare(one, other);
    };
    std::vector<Bytes> known;
    for (const Bytes rdata : right) known.push_back(rdata);
    std::ranges::sort(known, less);
    RdataList rest;
    for (const Bytes rdata : left)
        if (!std::ranges::binary_search(known, rdata, less)) rest.add(rdata);
    return rest;
}

}  // namespace

std::uint64_t wire_octets(const RecordRun& run) {
    return wire_octets(run.owner, run.set.records);
}

std::uint64_t wire_octets(const Zone& zone) {
    std::uint64_t octets = 0;
    std::size_t names = 0;
    const ZoneNode* node = &zone.apex_node();
    for (; node != nullptr && names < kSampledNames; ++names) {
        for (std::size_t i = 0; i < node->sets(); ++i) {
            octets += wire_octets(node->name(), node->set(i).records);
            octets += wire_octets(node->name(), node->set(i).signatures);
        }
        node = zone.nodes().after(node->name());
    }
    return node == nullptr ? octets : octets * zone.names() / names;
}

std::optional<RecordRun> SoaAlone::next() {
    if (std::exchange(done_, true)) return std::nullopt;
    return soa_of(*zone_);
}

std::optional<RecordRun> WholeZone::next() {
    switch (part_) {
    case Part::start:
        part_ = Part::names;
        node_ = &zone_->apex_node();
        return soa_of(*zone_);
    case Part::names:
        if (auto run = next_of_names()) return run;
        part_ = Part::end;
        return soa_of(*zone_);
    case Part::end:
        break;
    }
    return std::nullopt;
}

std::optional<RecordRun> WholeZone::next_of_names() {
    while (node_ != nullptr) {
        while (position_ < 2 * node_->sets()) {
            const bool signatures = position_ % 2 == 1;
            const RrsetView set = node_->set(position_++ / 2);
            if (!signatures && set.type == RrType::soa) continue;
            const NameView owner = node_->name();
            const RecordRun run = signatures ? signatures_of(owner, set) : records_of(owner, set);
            if (run.set) return run;
        }
        node_ = zone_->nodes().after(node_->name());
        position_ = 0;
    }
    return std::nullopt;
}

std::optional<RecordRun> ZoneDifference::next() {
    while (true) {
        const RrsetChange& newest = steps_.back()->soa();
        if (step_ == steps_.size()) {
            if (std::exchange(part_, Part::end) == Part::end) return std::nullopt;
            return records_of(newest.owner(), newest.after());
        }
        const RrsetChange& soa = steps_[step_]->soa();
        switch (part_) {
        case Part::start:
            part_ = Part::old_soa;
            return records_of(newest.owner(), newest.after());
        case Part::old_soa:
            part_ = Part::gone;
            return records_of(soa.owner(), soa.before());
        case Part::gone:
            if (auto run = next_of_changes(true)) return run;
            part_ = Part::new_soa;
            break;
        case Part::new_soa:
            part_ = Part::come;
            return records_of(soa.owner(), soa.after());
        case Part::come:
            if (auto run = next_of_changes(false)) return run;
            part_ = Part::old_soa;
            ++step_;
            break;
        case Part::end:
            return std::nullopt;
        }
    }
}

/// SOAs stand at the head of what went and of what came; their RRSIGs are records like others.
std::optional<RecordRun> ZoneDifference::next_of_changes(bool gone) {
    const std::vector<RrsetChange>& changes = steps_[step_]->changes;
    while (position_ < 2 * changes.size()) {
        const bool signatures = position_ % 2 == 1;
        const RrsetChange& change = changes[position_++ / 2];
        if (!signatures && change.type == RrType::soa) continue;
        const RecordRun run = run_of(change, signatures, gone);
        if (run.set) return run;
    }
    position_ = 0;
    return std::nullopt;
}

RecordRun ZoneDifference::run_of(const RrsetChange& change, bool signatures, bool gone) {
    const RrsetView set = gone ? change.before() : change.after();
    const RrsetView other = gone ? change.after() : change.before();
    const Ref<ZoneNode>& node = gone ? change.node_before : change.node_after;
    const NameView owner = node ? node->name() : change.owner();
    RecordRun run = signatures ? signatures_of(owner, set) : records_of(owner, set);
    if (!other || other.ttl != set.ttl) return run;
    difference_ = subtract(run.set.records, signatures ? other.signatures : other.records);
    run.set.records = difference_.view();
    return run;
}

}  // namespace homeport::dns
