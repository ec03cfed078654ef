#pragma once
/// The last steps of a zone, for IXFR (RFC 1995): bounded by their number and by what they hold;
/// the oldest go first. Used by one thread; what it gives out may go elsewhere.

#include "dns/transfer/limits.hpp"
#include "dns/transfer/zone_step.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

namespace homeport::dns {

struct HistoryLimits {
    std::size_t steps = kHistorySteps;
    std::size_t changes = kHistoryChanges;
    std::uint64_t octets = kHistoryBytes;
};

class ZoneHistory {
public:
    explicit ZoneHistory(const HistoryLimits& limits = {}) : limits_(limits) {}

    /// `update` made the zone of serial `before` into one with a later serial. When that cannot be
    /// told as one step behind the last one (a gap, a serial that did not rise), what is older is
    /// forgotten.
    void add(std::uint32_t before, const ZoneUpdate& update);
    /// For a zone that does not follow from the one before.
    void clear();

    /// The steps that make the zone of `serial` the present one; nothing: they are not known.
    /// Shares the steps, so it costs a pointer each.
    std::optional<ZoneSteps> steps_from(std::uint32_t serial) const;

    std::size_t steps() const { return steps_.size(); }
    /// Memory held, about: nodes that the present zone still has are counted too.
    std::uint64_t octets() const { return octets_; }

private:
    void drop_oldest();
    bool too_much() const;

    HistoryLimits limits_;
    std::deque<std::shared_ptr<const ZoneStep>> steps_;
    std::size_t changes_ = 0;
    std::uint64_t octets_ = 0;
};

}  // namespace homeport::dns
