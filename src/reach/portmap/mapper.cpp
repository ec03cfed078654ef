#include "reach/portmap/mapper.hpp"

#include "core/assert.hpp"
#include "reach/portmap/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace homeport::reach {

Mapper::Mapper(std::vector<MapperRoute> routes, Identify identify, Listener on_change)
    : identify_(std::move(identify)), on_change_(std::move(on_change)) {
    for (const MapperRoute& route : routes) {
        HOMEPORT_ASSERT(route.machine != nullptr);
        routes_.push_back({.route = route});
    }
}

Mapper::Unit Mapper::make_unit(PortUnit wanted) const {
    Unit unit;
    unit.name = std::move(wanted.name);
    unit.report.name = unit.name;
    unit.tried.resize(routes_.size());
    for (const UnitPort& port : wanted.ports) unit.ports.push_back({.port = port});
    return unit;
}

void Mapper::set_units(std::vector<PortUnit> wanted, TimePoint now) {
    const auto same = [](const Unit& unit, const PortUnit& other) {
        return !unit.closing && unit.name == other.name &&
               std::ranges::equal(unit.ports, other.ports, {}, &Port::port);
    };
    for (Unit& unit : units_) {
        if (std::ranges::any_of(wanted, [&](const auto& one) { return same(unit, one); })) continue;
        unit.closing = true;
        give_back(unit, now);
    }
    for (PortUnit& one : wanted) {
        if (std::ranges::any_of(units_, [&](const auto& unit) { return same(unit, one); }))
            continue;
        const bool too_many =
            one.ports.empty() || one.ports.size() > kMaxUnitPorts || units_.size() >= kMaxUnits;
        Unit& unit = units_.emplace_back(make_unit(std::move(one)));
        if (!too_many) continue;
        unit.ports.clear();
        unit.report.attempts = {
            {.fault = MapFault::full,
             .detail = fmt::format("at most {} units of {} ports", kMaxUnits, kMaxUnitPorts)}};
        tell(unit, UnitReport::Phase::failed);
    }
    on_time(now);
}

void Mapper::on_report(const RouterReport& report, TimePoint now) {
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        Route& route = routes_[i];
        if (route.route.protocol != report.protocol) continue;
        route.known = true;
        route.answers = report.answers;
        if (report.answers && first_answer_ == kNever) first_answer_ = now;
        // A router that is back, or another one: what failed before deserves another try.
        if (!report.answers) continue;
        for (Unit& unit : units_) {
            if (unit.report.phase != UnitReport::Phase::failed || unit.ports.empty()) continue;
            if (!unit.tried[i]) {  // the others have refused before it answered
                std::erase_if(unit.report.attempts, [](const UnitAttempt& attempt) {
                    return attempt.fault == MapFault::silent;
                });
                begin(unit, now);
            } else if (report.restarted || !report.external.is_unspecified()) {
                unit.report.retry_at = now;
            }
        }
    }
    on_time(now);
}

void Mapper::on_report(const MappingReport& report, TimePoint now) {
    for (Unit& unit : units_) {
        for (Port& port : unit.ports) {
            if (!port.held || port.identity.id != report.id) continue;
            on_port(unit, port, report, now);
            return on_time(now);
        }
    }
}

void Mapper::on_port(Unit& unit, Port& port, const MappingReport& report, TimePoint now) {
    port.mapped = report.phase == MappingReport::Phase::mapped;
    if (report.phase == MappingReport::Phase::removed) port.held = false;
    if (unit.clearing) {
        if (std::ranges::none_of(unit.ports, &Port::held)) on_cleared(unit, now);
        return;
    }
    if (report.phase == MappingReport::Phase::failed) {
        unit.retry_at = std::min(unit.retry_at, report.retry_at);
        return give_up(unit, report.fault,
                       fmt::format("{} {}: {}", to_text(port.port.transport), port.port.external,
                                   report.detail),
                       now);
    }
    if (!std::ranges::all_of(unit.ports, &Port::mapped)) {
        return tell(unit, UnitReport::Phase::asking);
    }
    unit.report.external = report.external.address;
    unit.report.attempts.clear();
    unit.tried.assign(routes_.size(), false);
    tell(unit, UnitReport::Phase::mapped);
}

void Mapper::on_not_forwarding(const std::string& name, TimePoint now) {
    const auto unit = std::ranges::find_if(
        units_, [&](const Unit& one) { return one.name == name && !one.closing; });
    if (unit == units_.end() || unit->report.phase != UnitReport::Phase::mapped) return;
    if (std::exchange(unit->remade, true)) {
        unit->tried[unit->route] = true;
        return give_up(*unit, MapFault::refused, "listed, but nothing comes through", now);
    }
    // Some routers list and renew a mapping that forwards nothing; a new one does.
    for (Port& port : unit->ports) {
        port.mapped = false;
        routes_[unit->route].route.machine->remake(port.identity.id, now);
    }
    tell(*unit, UnitReport::Phase::asking);
}

void Mapper::give_up(Unit& unit, MapFault fault, std::string detail, TimePoint now) {
    unit.tried[unit.route] = true;
    unit.report.attempts.push_back({.protocol = routes_[unit.route].route.protocol,
                                    .fault = fault,
                                    .detail = std::move(detail)});
    give_back(unit, now);
}

void Mapper::give_back(Unit& unit, TimePoint now) {
    unit.clearing = true;
    unit.clear_by = now + kGiveBackTime;
    for (Port& port : unit.ports) {
        if (port.held) routes_[unit.route].route.machine->drop(port.identity.id, now);
    }
    if (std::ranges::none_of(unit.ports, &Port::held)) on_cleared(unit, now);
}

void Mapper::on_cleared(Unit& unit, TimePoint now) {
    unit.clearing = false;
    if (!unit.closing) begin(unit, now);
}

/// A machine says nothing of a wish that it refused to take.
void Mapper::end_clearing(Unit& unit, TimePoint now) {
    for (Port& port : unit.ports) port.held = false;
    on_cleared(unit, now);
}

bool Mapper::choice_is_ripe(TimePoint now) const {
    if (first_answer_ != kNever && now - first_answer_ >= kChooseWindow) return true;
    const auto first = std::ranges::find_if(
        routes_, [](const Route& route) { return route.answers || !route.known; });
    return first == routes_.end() || first->answers;
}

std::size_t Mapper::next_route(const Unit& unit) const {
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        if (routes_[i].answers && !unit.tried[i]) return i;
    }
    return routes_.size();
}

void Mapper::begin(Unit& unit, TimePoint now) {
    // What went by its name may still hold the same ports.
    const bool shadowed = std::ranges::any_of(
        units_, [&](const Unit& other) { return other.closing && other.name == unit.name; });
    if (shadowed || !choice_is_ripe(now)) return tell(unit, UnitReport::Phase::waiting);
    unit.route = next_route(unit);
    if (unit.route == routes_.size()) {
        if (unit.report.attempts.empty()) {
            unit.report.attempts = {
                {.fault = MapFault::silent, .detail = "no router answers by any protocol"}};
        }
        return fail(unit, now);
    }
    ask(unit, now);
}

void Mapper::ask(Unit& unit, TimePoint now) {
    const Route& route = routes_[unit.route];
    unit.remade = false;
    unit.report.protocol = route.route.protocol;
    tell(unit, UnitReport::Phase::asking);
    for (Port& port : unit.ports) {
        port.identity = identify_(port.port);
        port.held = true;
        port.mapped = false;
    }
    for (const Port& port : unit.ports) {
        MappingWish wish;
        wish.id = port.identity.id;
        wish.transport = port.port.transport;
        wish.internal = port.port.internal;
        wish.external_port = port.port.external;
        wish.nonce = port.identity.nonce;
        wish.description = unit.name;
        route.route.machine->want(wish, now);
    }
}

void Mapper::fail(Unit& unit, TimePoint now) {
    const TimePoint soonest = now + kLeastUnitPause;
    unit.report.retry_at = std::clamp(unit.retry_at, soonest, now + kMostUnitPause);
    unit.retry_at = kNever;
    tell(unit, UnitReport::Phase::failed);
}

void Mapper::on_time(TimePoint now) {
    for (Unit& unit : units_) {
        if (unit.clearing && unit.clear_by <= now) end_clearing(unit, now);
    }
    std::erase_if(units_, [](const Unit& one) { return one.closing && !one.clearing; });
    for (Unit& unit : units_) {
        if (unit.clearing || unit.closing || unit.ports.empty()) continue;
        if (unit.report.phase == UnitReport::Phase::waiting) begin(unit, now);
        if (unit.report.phase == UnitReport::Phase::failed && unit.report.retry_at <= now) {
            unit.tried.assign(routes_.size(), false);
            unit.report.attempts.clear();
            begin(unit, now);
        }
    }
}

TimePoint Mapper::deadline() const {
    TimePoint soonest = kNever;
    for (const Unit& unit : units_) {
        if (unit.clearing) {
            soonest = std::min(soonest, unit.clear_by);
            continue;
        }
        if (unit.report.phase == UnitReport::Phase::failed) {
            soonest = std::min(soonest, unit.report.retry_at);
        } else if (unit.report.phase == UnitReport::Phase::waiting && first_answer_ != kNever) {
            soonest = std::min(soonest, first_answer_ + kChooseWindow);
        }
    }
    return soonest;
}

std::vector<UnitReport> Mapper::reports() const {
    std::vector<UnitReport> all;
    for (const Unit& unit : units_) {
        if (!unit.closing) all.push_back(unit.report);
    }
    return all;
}

bool Mapper::idle() const {
    return std::ranges::all_of(
        units_, [](const Unit& unit) { return std::ranges::none_of(unit.ports, &Port::held); });
}

void Mapper::tell(Unit& unit, UnitReport::Phase phase) {
    if (unit.closing) return;
    unit.report.phase = phase;
    if (phase != UnitReport::Phase::failed) unit.report.retry_at = kNever;
    if (phase != UnitReport::Phase::mapped) unit.report.external = {};
    if (unit.told == unit.report) return;
    unit.told = unit.report;
    on_change_(unit.report);
}

}  // namespace homeport::reach
