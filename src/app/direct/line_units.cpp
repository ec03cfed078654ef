#include "app/direct/line_units.hpp"

#include <algorithm>

namespace homeport::app {
namespace {

std::set<std::string> faulty_services(const std::vector<Opening>& openings) {
    std::set<std::string> names;
    for (const Opening& opening : openings) {
        if (!opening.fault.empty()) names.insert(opening.service);
    }
    return names;
}

}  // namespace

LineUnits units_of(const std::vector<Opening>& openings) {
    const std::set<std::string> faulty = faulty_services(openings);
    LineUnits result;
    std::map<std::uint16_t, std::string> unit_of_port;
    for (const Opening& opening : openings) {
        if (faulty.contains(opening.service)) continue;
        const auto [owner, fresh] = unit_of_port.emplace(opening.external, opening.service);
        result.of_service[opening.service].insert(owner->second);
        if (!fresh) continue;
        auto unit = std::ranges::find(result.units, opening.service, &reach::PortUnit::name);
        if (unit == result.units.end()) {
            result.units.push_back({.name = opening.service, .ports = {}});
            unit = result.units.end() - 1;
        }
        unit->ports.push_back({.transport = reach::Transport::tcp,
                               .external = opening.external,
                               .internal = {IpAddress(), opening.internal}});
    }
    return result;
}

std::vector<reach::ProofService> proofs_of(const std::vector<Opening>& openings,
                                           reach::Family family) {
    const std::set<std::string> faulty = faulty_services(openings);
    std::vector<reach::ProofService> services;
    for (const Opening& opening : openings) {
        if (faulty.contains(opening.service)) continue;
        auto service = std::ranges::find(services, opening.service, &reach::ProofService::name);
        if (service == services.end()) {
            services.push_back({.name = opening.service, .family = family, .ports = {}});
            service = services.end() - 1;
        }
        service->ports.push_back(
            {.external = opening.external, .check = opening.check, .host = opening.host});
    }
    return services;
}

}  // namespace homeport::app
