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
    std::string text = fmt::format("  {:<5} ", to_text(family));
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
    return text.empty() ? text : "A port opened for a test, and closed again\n" + text;
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
    return {{"family", to_text(family)},
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

std::string render_examination(const ReachView& view) {
    std::string text;
    if (view.place) {
        text += fmt::format("Line: {}", view.place->interface);
        if (view.place->v4) text += fmt::format(", router {}", view.place->v4->gateway.to_string());
        if (view.place->v6) text += fmt::format(", router {}", view.place->v6->gateway.to_string());
        text += "\n\n";
    }
    text += verdict_text(view.verdicts[0], view.v4) + '\n';
    text += verdict_text(view.verdicts[1], view.v6);
    for (const std::string& part : {router_lines(view), test_port_lines(view)}) {
        if (!part.empty()) text += '\n' + part;
    }
    return text;
}

std::string examination_json(const ReachView& view) {
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
    const json all = {{"interface", view.place ? json(view.place->interface) : json()},
                      {"ipv4", verdict_json(view.verdicts[0], view.v4)},
                      {"ipv6", verdict_json(view.verdicts[1], view.v6)},
                      {"routers", routers},
                      {"test_port", units}};
    return all.dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace homeport::cli
