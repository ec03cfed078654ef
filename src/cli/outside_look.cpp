#include "cli/outside_look.hpp"

#include "cli/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace homeport::cli {
namespace {

using reach::Family;
using reach::ProbeRole;
using reach::UnitReport;

/// Dynamic ports (RFC 6335 section 6): nobody's service is there. The first one is left out,
/// because routers have their UPnP there, and the audit looks for it.
constexpr std::uint16_t kFirstTestPort = 49153;
/// What visitors of mail and web servers come to, and providers close.
constexpr std::array<std::uint16_t, 4> kWellKnown = {25, 80, 443, 587};

const char* const kFirstUnit = "homeport doctor";

const UnitReport* find_unit(const std::vector<UnitReport>& units, const std::string& name) {
    const auto found = std::ranges::find(units, name, &UnitReport::name);
    return found == units.end() ? nullptr : &*found;
}

ProbeToken draw_token(net::Entropy& entropy) {
    ProbeToken token;
    entropy.fill(token);
    return token;
}

}  // namespace

OutsideLook::OutsideLook(const World& world, Options options, std::function<void()> on_change)
    : world_(world),
      options_(std::move(options)),
      on_change_(std::move(on_change)),
      token_(draw_token(world.entropy)),
      door_(world.loop, world.network, token_),
      again_(world.loop.timers(), net::call<&OutsideLook::repeat>(this)) {}

// The plan.

void OutsideLook::plan(const reach::Neighbourhood& place, const reach::PublicSpace& space) {
    if (std::exchange(planned_, true)) return;
    const bool v4_is_ours = place.v4 && space.contains(place.v4->own);
    if (place.v4) plan_v4(place.v4->own, v4_is_ours);
    if (place.v6 && options_.map) plan_v6(place.v6->own, !v4_is_ours);
    if (place.v4 && options_.audit) plan_audit(place.v4->own);
}

/// A public address of this machine needs no router to open anything; and what arrives at ports
/// that nobody has mapped says something only behind a NAT.
void OutsideLook::plan_v4(const IpAddress& own, bool is_public) {
    if (options_.map && !is_public) plan_mapped(own);
    const auto port = open_door(own, 0, false);
    if (port) add_probe(own, is_public ? ProbeRole::wished : ProbeRole::unmapped, *port, {});
}

void OutsideLook::plan_mapped(const IpAddress& own) {
    if (const auto port = open_door(own, 0, false)) {
        add_unit(kFirstUnit, *port, *port, false);
        add_probe(own, ProbeRole::wished, *port, kFirstUnit);
    }
    if (!options_.ask) return;
    for (const bool udp : {false, true}) {
        const auto port = open_door(own, 0, udp);
        if (!port) continue;
        const std::string name = fmt::format("{} {}", kFirstUnit, udp ? "UDP" : "2");
        add_unit(name, *port, *port, udp);
        add_probe(own, ProbeRole::second, *port, name);
        probes_.back().report.udp = udp;
    }
    for (const std::uint16_t external : kWellKnown) {
        if (is_taken(own, external)) continue;
        const auto port = open_door(own, external, false);
        if (!port) continue;
        const std::string name = fmt::format("{} {}", kFirstUnit, external);
        add_unit(name, external, *port, false);
        add_probe(own, ProbeRole::well_known, external, name);
    }
}

/// By an agent, or by a server of this machine that the router may lead to by hand.
bool OutsideLook::is_taken(const IpAddress& own, std::uint16_t port) {
    if (std::ranges::find(options_.taken, port) != options_.taken.end()) return true;
    const auto free = world_.network.listen(Endpoint{own, port}, {}, [](auto) {});
    return !free && free.error().code == Errc::exists;
}

/// The address is ours; a router in between may have to open its firewall for the port.
void OutsideLook::plan_v6(const IpAddress& own, bool beside_router) {
    if (units_.empty()) {
        const auto port = open_door(own, 0, false);
        if (!port) return;
        if (beside_router) add_unit(kFirstUnit, *port, *port, false);
        add_probe(own, ProbeRole::wished, *port, beside_router ? kFirstUnit : "");
    } else {
        const reach::PortUnit& unit = units_.front();
        const std::uint16_t port = unit.ports.front().internal.port;
        if (!door_.open({own, port}, port, false)) return;
        add_probe(own, ProbeRole::wished, port, unit.name);
    }
    probes_.back().straight = true;
}

std::optional<std::uint16_t> OutsideLook::open_door(const IpAddress& own, std::uint16_t external,
                                                    bool udp) {
    for (int i = 0; i < kTestPortTries; ++i) {
        const auto port = static_cast<std::uint16_t>(kFirstTestPort + world_.entropy.u64() %
                                                                          (65536 - kFirstTestPort));
        if (std::ranges::find(options_.taken, port) != options_.taken.end()) continue;
        if (door_.open({own, port}, external != 0 ? external : port, udp)) return port;
    }
    return std::nullopt;
}

void OutsideLook::add_unit(std::string name, std::uint16_t external, std::uint16_t internal,
                           bool udp) {
    reach::PortUnit unit{.name = std::move(name), .ports = {}};
    unit.ports.push_back({.transport = udp ? reach::Transport::udp : reach::Transport::tcp,
                          .external = external,
                          .internal = {IpAddress(), internal}});
    units_.push_back(std::move(unit));
}

void OutsideLook::add_probe(const IpAddress& own, ProbeRole role, std::uint16_t port,
                            std::string unit) {
    Probe probe;
    probe.report.fact = {.family = reach::family_of(own), .role = role, .port = port};
    probe.source = own;
    probe.state = unit.empty() ? State::ready : State::unmapped;
    probe.unit = std::move(unit);
    probes_.push_back(std::move(probe));
}

/// Ports of an agent lead to this machine because somebody wished it.
void OutsideLook::plan_audit(const IpAddress& own) {
    for (const reach::AuditDial& dial : reach::kAuditDials) {
        if (std::ranges::find(options_.taken, dial.port) != options_.taken.end()) continue;
        add_probe(own, ProbeRole::unmapped, dial.port, {});
        probes_.back().audit = true;
        probes_.back().check = dial.check;
        probes_.back().report.udp = only_port(dial.check).has_value();
    }
}

// Asking.

void OutsideLook::look(const reach::ReachView& view, bool mapping_over) {
    for (Probe& probe : probes_) {
        if (probe.state == State::unmapped) settle_unit(probe, view, mapping_over);
    }
    ask_ready();
}

void OutsideLook::settle_unit(Probe& probe, const reach::ReachView& view, bool mapping_over) const {
    const bool v4 = probe.report.fact.family == Family::v4;
    const UnitReport* unit = find_unit(v4 ? view.units_v4 : view.units_v6, probe.unit);
    const bool mapped = unit != nullptr && unit->phase == UnitReport::Phase::mapped;
    const bool failed = unit != nullptr && unit->phase == UnitReport::Phase::failed;
    if (mapped || (probe.straight && (failed || mapping_over))) {
        probe.state = State::ready;
    } else if (failed || mapping_over) {
        probe.state = State::left_out;
    }
}

bool OutsideLook::has_turn(const Probe& probe) const {
    if (probe.state != State::ready) return false;
    return !probe.audit || std::ranges::all_of(probes_, [](const Probe& other) {
        return other.audit || other.state == State::done || other.state == State::left_out;
    });
}

void OutsideLook::ask_ready() {
    for (std::size_t i = 0; i < probes_.size(); ++i) {
        const auto asked = std::ranges::count(probes_, State::asked, &Probe::state);
        if (static_cast<std::size_t>(asked) >= kMaxOutsideAsks) return;
        if (has_turn(probes_[i])) ask(i);
    }
}

void OutsideLook::ask(std::size_t index) {
    Probe& probe = probes_[index];
    const reach::ProbeFact& fact = probe.report.fact;
    if (!options_.ask || cut_off_[static_cast<std::size_t>(fact.family)]) {
        probe.state = State::left_out;
        return;
    }
    probe.state = State::asked;
    ++probe.asks;
    tunnel::ProbeQuestion question;
    question.token = token_;
    question.udp = probe.report.udp;
    question.port = fact.port;
    question.check = probe.check;
    auto asking = options_.ask(question, probe.source, [this, index](const Result<>& answer) {
        on_answer(index, answer);
        on_change_();
    });
    if (asking) {
        probe.asking = std::move(*asking);
        return;
    }
    probe.state = State::left_out;
    on_trouble(fact.family, asking.error());
}

void OutsideLook::on_answer(std::size_t index, const Result<>& answer) {
    Probe& probe = probes_[index];
    reach::ProbeFact& fact = probe.report.fact;
    fact.result = probe_result(answer);
    probe.report.detail = answer ? std::string() : answer.error().what;
    probe.state = State::done;
    if (is_worth_another(probe, answer)) {
        probe.state = State::again;
        again_.arm(world_.loop.now() + kOutsideAgain);
    } else if (fact.result == ProbeResult::untested && !probe.audit) {
        on_trouble(fact.family, answer.error());
    }
    ask_ready();
}

/// A router may say yes before its rule is in force, and a relay that it was asked too often.
bool OutsideLook::is_worth_another(const Probe& probe, const Result<>& answer) {
    const ProbeResult result = probe.report.fact.result;
    const bool met_nobody = result == ProbeResult::nothing || result == ProbeResult::refused;
    if (met_nobody) return probe.report.fact.role == ProbeRole::wished && probe.asks < 2;
    return !answer && answer.error().code == Errc::limit && probe.asks < kOutsideTries;
}

void OutsideLook::repeat() {
    for (Probe& probe : probes_) {
        if (probe.state == State::again) probe.state = State::ready;
    }
    ask_ready();
    on_change_();
}

/// What keeps one ask from its answer keeps all of its family; but a relay that is asked too often
/// answers the next one.
void OutsideLook::on_trouble(Family family, const Error& error) {
    const auto index = static_cast<std::size_t>(family);
    if (trouble_[index].empty()) trouble_[index] = error.what;
    cut_off_[index] = cut_off_[index] || error.code != Errc::limit;
}

/// A relay without IPv6 is no trouble beside IPv4.
const std::string& OutsideLook::trouble() const {
    const bool has_v4 =
        std::ranges::any_of(probes_, [](const Probe& probe) { return probe.source.is_v4(); });
    return trouble_[has_v4 ? 0 : 1];
}

bool OutsideLook::over() const {
    return planned_ && std::ranges::all_of(probes_, [](const Probe& probe) {
               return probe.state == State::done || probe.state == State::left_out;
           });
}

std::vector<OutsideProbe> OutsideLook::probes() const {
    std::vector<OutsideProbe> reports;
    for (const Probe& probe : probes_) {
        const bool dialled = probe.report.fact.result != ProbeResult::untested;
        if (dialled && !probe.audit) reports.push_back(probe.report);
    }
    return reports;
}

std::vector<reach::ProbeFact> OutsideLook::facts() const {
    std::vector<reach::ProbeFact> facts;
    for (const OutsideProbe& probe : probes()) {
        if (!probe.udp) facts.push_back(probe.fact);
    }
    return facts;
}

std::vector<reach::AuditDial> OutsideLook::audit() const {
    std::vector<reach::AuditDial> dials;
    for (const Probe& probe : probes_) {
        if (!probe.audit) continue;
        dials.push_back({probe.check, probe.report.fact.port, probe.report.fact.result});
    }
    return dials;
}

}  // namespace homeport::cli
