#include "reach/truth/proof_plan.hpp"

#include <algorithm>
#include <utility>

namespace homeport::reach {
namespace {

bool is_failure(ProbeResult result) {
    return result != ProbeResult::arrived && result != ProbeResult::untested;
}

/// A service that is down, or answers otherwise than it should, is no reason to ask a router anew.
bool is_routers_fault(ProbeCheck check, ProbeResult last) {
    return check == ProbeCheck::proof || last == ProbeResult::nothing;
}

Duration pause_after(unsigned failures) {
    const std::size_t last = kProofRetries.size() - 1;
    return kProofRetries[std::min<std::size_t>(failures - 1, last)];
}

}  // namespace

ProofPlan::Service ProofPlan::make(ProofService wanted, TimePoint now) {
    if (wanted.ports.size() > kMaxProofPorts) wanted.ports.resize(kMaxProofPorts);
    Service service{.wanted = std::move(wanted), .ports = {}};
    for (const ProofPort& port : service.wanted.ports) {
        service.ports.push_back({.port = port, .detail = {}, .arrived_at = {}, .due = now});
    }
    return service;
}

void ProofPlan::set_services(std::vector<ProofService> services, TimePoint now) {
    std::vector<Service> before = std::exchange(services_, {});
    for (ProofService& wanted : services) {
        const auto same = std::ranges::find(before, wanted, &Service::wanted);
        services_.push_back(same != before.end() ? std::exchange(*same, {})
                                                 : make(std::move(wanted), now));
    }
    asking_ = 0;
    for (const Service& service : services_) {
        asking_ += static_cast<std::size_t>(std::ranges::count_if(
            service.ports, [](const Port& port) { return port.asking != 0; }));
    }
}

void ProofPlan::on_change(TimePoint now) {
    for (Service& service : services_) {
        for (Port& port : service.ports) {
            if (port.asking != 0) --asking_;
            // The answer to what is under way tells of the old line.
            port.asking = 0;
            port.failures = 0;
            const bool speaks = &port == &service.ports.front();
            if (speaks || port.last != ProbeResult::arrived) port.due = now;
        }
    }
}

bool ProofPlan::may_speak(const Service& service) {
    return std::all_of(service.ports.begin() + 1, service.ports.end(),
                       [](const Port& port) { return port.last == ProbeResult::arrived; });
}

std::vector<ProofAsk> ProofPlan::due(TimePoint now) {
    std::vector<ProofAsk> asks;
    for (Service& service : services_) {
        for (Port& port : service.ports) {
            if (asking_ >= kMaxProofsAtOnce) return asks;
            const bool speaks = &port == &service.ports.front();
            if (port.asking != 0 || port.due > now || (speaks && !may_speak(service))) continue;
            port.asking = ++last_id_;
            ++asking_;
            asks.push_back({.id = port.asking,
                            .service = service.wanted.name,
                            .family = service.wanted.family,
                            .speaks = speaks,
                            .port = port.port});
        }
    }
    return asks;
}

void ProofPlan::on_result(std::uint64_t id, ProbeResult result, std::string detail, TimePoint now) {
    if (id == 0) return;
    for (Service& service : services_) {
        const auto port = std::ranges::find(service.ports, id, &Port::asking);
        if (port == service.ports.end()) continue;
        port->asking = 0;
        --asking_;
        port->last = result;
        port->detail = std::move(detail);
        if (result == ProbeResult::arrived) port->arrived_at = now;
        port->failures = is_failure(result) ? port->failures + 1 : 0;
        return plan_next(service, *port, now);
    }
}

void ProofPlan::plan_next(const Service& service, Port& port, TimePoint now) {
    const bool speaks = &port == &service.ports.front();
    Duration pause = speaks ? kProofEvery : kSidePortsEvery;
    if (port.last == ProbeResult::untested) pause = kUntestedPause;
    if (port.failures > 0) pause = service.wanted.sure ? pause_after(port.failures) : kUnsurePause;
    port.due = now + pause;
}

TimePoint ProofPlan::deadline() const {
    // What waits for the end of others is looked at when these end.
    TimePoint soonest = kNever;
    if (asking_ >= kMaxProofsAtOnce) return soonest;
    for (const Service& service : services_) {
        for (const Port& port : service.ports) {
            const bool speaks = &port == &service.ports.front();
            if (port.asking != 0 || (speaks && !may_speak(service))) continue;
            soonest = std::min(soonest, port.due);
        }
    }
    return soonest;
}

std::vector<ProofState> ProofPlan::states() const {
    std::vector<ProofState> states;
    for (const Service& service : services_) {
        for (const Port& port : service.ports) {
            states.push_back({.service = service.wanted.name,
                              .family = service.wanted.family,
                              .port = port.port,
                              .last = port.last,
                              .detail = port.detail,
                              .arrived_at = port.arrived_at});
        }
    }
    return states;
}

std::vector<ProofService> ProofPlan::take_complaints(TimePoint now) {
    std::vector<ProofService> complaints;
    for (Service& service : services_) {
        const bool in_vain = std::ranges::any_of(service.ports, [](const Port& port) {
            return port.failures >= kProofStrikes && is_routers_fault(port.port.check, port.last);
        });
        const bool told = service.complained_at != TimePoint::min() &&
                          now - service.complained_at < kComplainEvery;
        if (!in_vain || told || !service.wanted.sure) continue;
        service.complained_at = now;
        complaints.push_back(service.wanted);
    }
    return complaints;
}

}  // namespace homeport::reach
