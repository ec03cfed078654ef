#include "app/direct/port_facts.hpp"

#include <algorithm>

namespace homeport::app {
namespace {

using UnitPhase = reach::UnitReport::Phase;

PortState state_of(UnitPhase phase) {
    switch (phase) {
    case UnitPhase::waiting:
        return PortState::waiting;
    case UnitPhase::asking:
        return PortState::asking;
    case UnitPhase::mapped:
        return PortState::mapped;
    case UnitPhase::failed:
        return PortState::failed;
    }
    return PortState::waiting;
}

/// What the router said against it, each protocol's word.
std::string fault_of(const reach::UnitReport& report) {
    std::string text;
    for (const reach::UnitAttempt& attempt : report.attempts) {
        if (!text.empty()) text += "; ";
        text += std::string(to_text(attempt.protocol)) + ": " + std::string(to_text(attempt.fault));
        if (!attempt.detail.empty()) text += " (" + attempt.detail + ")";
    }
    return text;
}

/// A service is as open as the least open of its units.
void add_mapping(PortFacts& facts, const PortFactsInput& input) {
    const auto units = input.units.of_service.find(facts.service);
    if (units == input.units.of_service.end()) return;
    for (const std::string& unit : units->second) {
        const reach::UnitReport* const report = find_report(input.reports, unit);
        if (report == nullptr) continue;
        facts.state = state_of(report->phase);
        facts.fault = fault_of(*report);
        if (report->retry_at != kNever) facts.retry = report->retry_at - input.now;
        if (report->phase != UnitPhase::mapped) return;
        facts.by = to_text(report->protocol);
        if (!report->external.is_unspecified()) facts.address = report->external.to_string();
    }
}

void add_proof(PortFacts& facts, const PortFactsInput& input) {
    for (const reach::ProofState& state : input.proofs) {
        const bool same = state.service == facts.service && state.family == facts.family &&
                          state.port.external == facts.external;
        if (!same) continue;
        facts.proof = state.last;
        facts.detail = state.detail;
        if (state.arrived_at) facts.proven = input.now - *state.arrived_at;
    }
}

}  // namespace

const reach::UnitReport* find_report(const std::vector<reach::UnitReport>& reports,
                                     const std::string& unit) {
    const auto found = std::ranges::find(reports, unit, &reach::UnitReport::name);
    return found == reports.end() ? nullptr : &*found;
}

std::vector<PortFacts> port_facts(const PortFactsInput& input) {
    std::vector<PortFacts> all;
    for (const Opening& opening : input.openings) {
        PortFacts facts{.service = opening.service,
                        .family = input.family,
                        .external = opening.external,
                        .internal = opening.internal,
                        .fault = opening.fault};
        if (!opening.fault.empty()) {
            facts.state = PortState::failed;
        } else if (input.by_itself) {
            facts.state = *input.by_itself;
        } else {
            add_mapping(facts, input);
        }
        add_proof(facts, input);
        all.push_back(std::move(facts));
    }
    return all;
}

}  // namespace homeport::app
