#include "reach/service/second_router.hpp"

#include "core/special_addresses.hpp"

#include <algorithm>
#include <utility>

namespace homeport::reach {
namespace {

using Phase = UnitReport::Phase;

bool is_private(const IpAddress& address) {
    return address.is_v4() && kind_of(address) == AddressKind::private_use;
}

}  // namespace

std::optional<IpAddress> find_second_router(const std::vector<std::optional<IpAddress>>& hops,
                                            const IpAddress& external) {
    if (hops.size() < 2 || !hops[1] || !is_private(external)) return std::nullopt;
    const IpAddress& second = *hops[1];
    return is_private(second) && second != external ? std::optional(second) : std::nullopt;
}

std::vector<PortUnit> second_units(std::vector<PortUnit> units,
                                   const std::vector<UnitReport>& first) {
    std::erase_if(units, [&](const PortUnit& unit) {
        const auto report = std::ranges::find(first, unit.name, &UnitReport::name);
        return report == first.end() || report->phase != Phase::mapped;
    });
    for (PortUnit& unit : units) {
        for (UnitPort& port : unit.ports) port.internal.port = port.external;
    }
    return units;
}

UnitReport both_routers(UnitReport first, const UnitReport* second) {
    if (first.phase != Phase::mapped) return first;
    if (second == nullptr) {
        first.phase = Phase::asking;
        return first;
    }
    first.phase = second->phase;
    first.external = second->external;
    first.retry_at = second->retry_at;
    for (UnitAttempt attempt : second->attempts) {
        attempt.detail = "second router: " + attempt.detail;
        first.attempts.push_back(std::move(attempt));
    }
    return first;
}

}  // namespace homeport::reach
