#pragma once
/// Joins the updates of a zone that are published between two serials into the one that secondaries
/// hear of. Pure.

#include "dns/zone/zone_editor.hpp"

#include <map>
#include <utility>

namespace homeport::dns {

class StepChanges {
public:
    void add(const ZoneUpdate& update);
    /// What changed from before the first update to after the last, in the order of ZoneUpdate;
    /// sets that are again as they were are left out. Starts anew.
    std::vector<RrsetChange> take();
    bool empty() const { return changes_.empty(); }

private:
    struct Less {
        bool operator()(const std::pair<Name, RrType>& left,
                        const std::pair<Name, RrType>& right) const {
            const CanonicalLess less;
            if (less(left.first, right.first)) return true;
            return !less(right.first, left.first) && left.second < right.second;
        }
    };
    std::map<std::pair<Name, RrType>, RrsetChange, Less> changes_;
};

}  // namespace homeport::dns
