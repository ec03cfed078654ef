#pragma once
/// Names with the times at which something is to be done about them, the earliest first. Each user
/// keeps the time of each of its names, so that one can be moved. Pure.

#include "core/time.hpp"
#include "dns/wire/name.hpp"

#include <set>
#include <utility>

namespace homeport::dns {

class DueNames {
public:
    /// `from`: as it was told last, kNever at first. kNever: nothing is to be done.
    void move(const Name& name, TimePoint from, TimePoint to) {
        if (from != kNever) names_.erase({from, name});
        if (to != kNever) names_.emplace(to, name);
    }
    /// kNever: there are none.
    TimePoint next() const { return names_.empty() ? kNever : names_.begin()->first; }
    /// Requires that there is one.
    const Name& first() const { return names_.begin()->second; }

private:
    struct Less {
        bool operator()(const std::pair<TimePoint, Name>& left,
                        const std::pair<TimePoint, Name>& right) const {
            if (left.first != right.first) return left.first < right.first;
            return CanonicalLess()(left.second, right.second);
        }
    };
    std::set<std::pair<TimePoint, Name>, Less> names_;
};

}  // namespace homeport::dns
