#include "front/places.hpp"

#include "core/assert.hpp"

#include <algorithm>

namespace homeport::front {

IpAddress source_key(const IpAddress& address) {
    if (address.is_v4()) return address;
    auto octets = address.octets();
    std::fill(octets.begin() + 8, octets.end(), std::uint8_t{0});
    return IpAddress::v6(octets);
}

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
