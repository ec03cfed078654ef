#include "front/service_entry.hpp"

#include <algorithm>

namespace homeport::front {

bool ServiceEntry::allows(const IpAddress& source) const {
    const auto holds = [&](const Cidr& cidr) { return cidr.contains(source); };
    if (std::any_of(service.deny.begin(), service.deny.end(), holds)) return false;
    return service.allow.empty() || std::any_of(service.allow.begin(), service.allow.end(), holds);
}

}  // namespace homeport::front
