#include "cli/reach_text.hpp"

#include "cli/console.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

namespace homeport::cli {
namespace {

using nlohmann::json;
using reach::Family;
using reach::ReachView;
using reach::UnitReport;
using reach::Verdict;

std::string_view state_word(const reach::RouterReport& report) {
    return report.answers ? "answers" : "is silent";
}

std::string router_lines(const ReachView& view) {
    std::string text;
    for (const reach::RouterView& router : view.routers) {
        const reach::RouterReport& report = router.report;
        text += fmt::format("  {:<8} {:<5} {}", to_text(report.protocol), to_text(router.family),
                            state_word(report));
        if (report.answers) text += fmt::format(" at {}", report.router.address.to_string());
        if (!report.name.empty()) text += fmt::format(", {}", printable(report.name));
        if (!report.external.is_unspecified())
            text += fmt::format(", says its address is {}", report.external.to_string());
        text += '\n';
    }
    return text.empty() ? text : "Router\n" + text;
}

std::string unit_line(Family family, const UnitReport& unit) {
    std::string text = fmt::format("  {:<5} {}: ", to_text(family), printable(unit.name));
    switch (unit.phase) {
    case UnitReport::Phase::mapped:
        return text + fmt::format("the router opened it ({})\n", to_text(unit.protocol));
    case UnitReport::Phase::waiting:
        return text + "no router answered in time\n";
    case UnitReport::Phase::asking:
        return text + fmt::format("no answer in time ({})\n", to_text(unit.protocol));
    case UnitReport::Phase::failed:
        break;
    }
    text += "not opened";
    for (const reach::UnitAttempt& attempt : unit.attempts) {
        text += fmt::format("; {}: {} ({})", to_text(attempt.protocol), to_text(attempt.fault),
                            printable(attempt.detail));
    }
    return text + '\n';
}

std::string test_port_lines(const ReachView& view) {
    std::string text;
    for (const UnitReport& unit : view.units_v4) text += unit_line(Family::v4, unit);
    for (const UnitReport& unit : view.units_v6) text += unit_line(Family::v6, unit);
    return text.empty() ? text : "Ports opened for a test, and closed again\n" + text;
}

std::string_view role_word(reach::ProbeRole role) {
    switch (role) {
    case reach::ProbeRole::wished:
        return "wished";
    case reach::ProbeRole::second:
        return "second";
    case reach::ProbeRole::unmapped:
        return "unmapped";
    case reach::ProbeRole::well_known:
        return "well_known";
    }
    return "?";
}

/// What the port was to show.
std::string_view role_text(reach::ProbeRole role) {
    switch (role) {
    case reach::ProbeRole::wished:
        return "a port for a service";
    case reach::ProbeRole::second:
        return "another such port";
    case reach::ProbeRole::unmapped:
        return "a port that nobody opened";
    case reach::ProbeRole::well_known:
        return "a port that many providers close";
    }
    return "a port";
}

std::string_view transport_word(const OutsideProbe& probe) {
    return probe.udp ? "UDP" : "TCP";
}

std::string probe_line(const OutsideProbe& probe) {
    std::string text =
        fmt::format("  {:<5} {} {:<5} {}: {}", to_text(probe.fact.family), transport_word(probe),
                    probe.fact.port, role_text(probe.fact.role), to_text(probe.fact.result));
    if (!probe.detail.empty()) text += fmt::format(" ({})", printable(probe.detail));
    return text + '\n';
}

std::string missing_dials(const Outside& outside) {
    if (!outside.relay.empty()) {
        return fmt::format(
            "  The relay could not be asked: {}\n"
            "  Next: see that it runs, and what 'homeport version' says there: older ones dial "
            "nobody.\n",
            printable(outside.trouble));
    }
    std::string text;
    if (!outside.trouble.empty()) text = fmt::format("  {}\n", printable(outside.trouble));
    return text +
           "  Nobody dialled. A relay that this machine is paired with would do it, and prove "
           "what arrives:\n  homeport doctor --config AGENT.toml\n";
}

std::string outside_lines(const Outside& outside) {
    std::string text = "From outside\n";
    for (const OutsideProbe& probe : outside.probes) text += probe_line(probe);
    if (outside.relay.empty() || !outside.trouble.empty()) return text + missing_dials(outside);
    if (outside.probes.empty()) text += "  There was no port that could have been dialled.\n";
    return text;
}

bool is_same(const reach::AuditFinding& left, const reach::AuditFinding& right) {
    return left.severity == right.severity && left.finding == right.finding &&
           left.remedy == right.remedy;
}

/// Neighbours of which the same is to be said share a line.
std::string audit_lines(const Outside& outside) {
    std::string text;
    for (auto one = outside.audit.begin(); one != outside.audit.end();) {
        const reach::AuditFinding& first = *one;
        std::string what = printable(first.what);
        for (++one; one != outside.audit.end() && is_same(*one, first); ++one)
            what += ", " + printable(one->what);
        text += fmt::format("  {:<8} {}: {}\n", to_text(first.severity), what,
                            printable(first.finding));
        if (!first.remedy.empty()) text += fmt::format("           Next: {}\n", first.remedy);
    }
    return text.empty() ? text : "Security\n" + text;
}

json audit_json(const Outside& outside) {
    json audit = json::array();
    for (const reach::AuditFinding& found : outside.audit) {
        audit.push_back({{"what", found.what},
                         {"severity", to_text(found.severity)},
                         {"finding", found.finding},
                         {"remedy", found.remedy}});
    }
    return audit;
}

json probe_json(const OutsideProbe& probe) {
    return {{"role", role_word(probe.fact.role)},     {"family", to_text(probe.fact.family)},
            {"transport", probe.udp ? "udp" : "tcp"}, {"port", probe.fact.port},
            {"result", to_text(probe.fact.result)},   {"detail", probe.detail}};
}

std::string verdict_text(const Verdict& verdict, const reach::AddressView& address) {
    std::string text = fmt::format(
        "{}: {}\n", to_text(verdict.family),
        address.address ? address.address->to_string() : std::string("no public address"));
    text += fmt::format("  {}\n", verdict.headline);
    if (!verdict.next_step.empty()) text += fmt::format("  Next: {}\n", verdict.next_step);
    for (const std::string& line : verdict.evidence)
        text += fmt::format("    {}\n", printable(line));
    return text;
}

json unit_json(Family family, const UnitReport& unit) {
    json attempts = json::array();
    for (const reach::UnitAttempt& attempt : unit.attempts) {
        attempts.push_back({{"protocol", to_text(attempt.protocol)},
                            {"fault", to_text(attempt.fault)},
                            {"detail", attempt.detail}});
    }
    return {{"name", unit.name},
            {"family", to_text(family)},
            {"opened", unit.phase == UnitReport::Phase::mapped},
            {"protocol", to_text(unit.protocol)},
            {"attempts", attempts}};
}

json verdict_json(const Verdict& verdict, const reach::AddressView& address) {
    return {{"family", to_text(verdict.family)},
            {"address", address.address ? json(address.address->to_string()) : json()},
            {"address_reason", address.reason},
            {"kind", to_text(verdict.kind)},
            {"proven", verdict.proven},
            {"router_lies", verdict.router_lies},
            {"blocked_ports", verdict.blocked_ports},
            {"headline", verdict.headline},
            {"next_step", verdict.next_step},
            {"evidence", verdict.evidence}};
}

}  // namespace

std::string render_examination(const ReachView& view, const Outside& outside) {
    std::string text;
    if (view.place) {
        text += fmt::format("Line: {}", view.place->interface);
        if (view.place->v4) text += fmt::format(", router {}", view.place->v4->gateway.to_string());
        if (view.place->v6) text += fmt::format(", router {}", view.place->v6->gateway.to_string());
        text += "\n\n";
    }
    text += verdict_text(view.verdicts[0], view.v4) + '\n';
    text += verdict_text(view.verdicts[1], view.v6);
    for (const std::string& part : {router_lines(view), test_port_lines(view),
                                    outside_lines(outside), audit_lines(outside)}) {
        if (!part.empty()) text += '\n' + part;
    }
    return text;
}

std::string examination_json(const ReachView& view, const Outside& outside) {
    json routers = json::array();
    for (const reach::RouterView& router : view.routers) {
        routers.push_back({{"protocol", to_text(router.report.protocol)},
                           {"family", to_text(router.family)},
                           {"answers", router.report.answers},
                           {"address", router.report.router.address.to_string()},
                           {"external", router.report.external.to_string()},
                           {"name", router.report.name}});
    }
    json units = json::array();
    for (const UnitReport& unit : view.units_v4) units.push_back(unit_json(Family::v4, unit));
    for (const UnitReport& unit : view.units_v6) units.push_back(unit_json(Family::v6, unit));
    json probes = json::array();
    for (const OutsideProbe& probe : outside.probes) probes.push_back(probe_json(probe));
    const json all = {{"interface", view.place ? json(view.place->interface) : json()},
                      {"ipv4", verdict_json(view.verdicts[0], view.v4)},
                      {"ipv6", verdict_json(view.verdicts[1], view.v6)},
                      {"routers", routers},
                      {"test_port", units},
                      {"relay", outside.relay.empty() ? json() : json(outside.relay)},
                      {"probes", probes},
                      {"probes_trouble", outside.trouble},
                      {"audit", audit_json(outside)}};
    return all.dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace homeport::cli
