#include "front/places.hpp"

#include "core/assert.hpp"
#include "core/source_key.hpp"

namespace homeport::front {

std::uint32_t SourceCounts::of(const IpAddress& key) const {
    const auto found = counts_.find(key);
    return found == counts_.end() ? 0 : found->second;
}

void SourceCounts::remove(const IpAddress& key) {
    const auto found = counts_.find(key);
    HOMEPORT_ASSERT(found != counts_.end());
    if (--found->second == 0) counts_.erase(found);
}

bool WaitingRoom::take(const IpAddress& source) {
    const IpAddress key = source_key(source);
    if (taken_ >= per_service_) return false;
    if (sources_.of(key) >= per_source_ && taken_ * 2 >= per_service_) return false;
    sources_.add(key);
    ++taken_;
    return true;
}

void WaitingRoom::give_back(const IpAddress& source) {
    sources_.remove(source_key(source));
    --taken_;
}

}  // namespace homeport::front
