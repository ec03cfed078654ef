#include "dns/transfer/zone_history.hpp"

#include "dns/transfer/record_stream.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

/// Changes at one name follow each other and share its nodes.
std::uint64_t memory_of(const std::vector<RrsetChange>& changes) {
    std::uint64_t octets = sizeof(ZoneStep) + changes.size() * sizeof(RrsetChange);
    const ZoneNode* counted_before = nullptr;
    const ZoneNode* counted_after = nullptr;
    for (const RrsetChange& change : changes) {
        const ZoneNode* const before = change.node_before.get();
        const ZoneNode* const after = change.node_after.get();
        if (before != nullptr && before != counted_before) octets += before->bytes();
        if (after != nullptr && after != counted_after) octets += after->bytes();
        counted_before = before;
        counted_after = after;
    }
    return octets;
}

}  // namespace

void ZoneHistory::add(std::uint32_t before, const ZoneUpdate& update) {
    const std::uint32_t after = update.zone->serial();
    const auto soa = std::ranges::find(update.changes, RrType::soa, &RrsetChange::type);
    if (!serial_after(after, before) || soa == update.changes.end() || !soa->before())
        return clear();
    if (!steps_.empty() && steps_.back()->after != before) clear();
    auto step = std::make_shared<ZoneStep>();
    step->before = before;
    step->after = after;
    step->changes = update.changes;
    step->soa_at = static_cast<std::size_t>(soa - update.changes.begin());
    step->memory_octets = memory_of(step->changes);
    ZoneDifference records({step});
    while (const auto run = records.next()) step->wire_octets += wire_octets(*run);
    changes_ += step->changes.size();
    octets_ += step->memory_octets;
    steps_.push_back(std::move(step));
    while (too_much()) drop_oldest();
}

bool ZoneHistory::too_much() const {
    return steps_.size() > limits_.steps || changes_ > limits_.changes || octets_ > limits_.octets;
}

void ZoneHistory::drop_oldest() {
    changes_ -= steps_.front()->changes.size();
    octets_ -= steps_.front()->memory_octets;
    steps_.pop_front();
}

void ZoneHistory::clear() {
    while (!steps_.empty()) drop_oldest();
}

/// From the newest back: clients are seldom far behind, and a serial may come again after a turn
/// around 2^32.
std::optional<ZoneSteps> ZoneHistory::steps_from(std::uint32_t serial) const {
    const auto from = std::ranges::find(steps_.rbegin(), steps_.rend(), serial,
                                        [](const auto& step) { return step->before; });
    if (from == steps_.rend()) return std::nullopt;
    return ZoneSteps(std::prev(from.base()), steps_.end());
}

}  // namespace homeport::dns
