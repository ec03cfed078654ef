#include "config/check.hpp"

#include <map>
#include <string>

namespace homeport::config {
namespace {

void check_ttl(const Dns& dns, const Node& root, Report& report) {
    if (dns.ttl % 1s == Duration::zero()) return;
    report.add(line_of(root, "dns", "ttl"), "[dns] ttl is no whole number of seconds",
               "write for example ttl = \"30s\"");
}

std::string label(const ZoneSource& zone) {
    return "[[zone]]" + (zone.name.empty() ? "" : " \"" + zone.name + "\"");
}

void check_text(const ZoneSource& zone, const Node& table, Report& report) {
    const Node* const file = table.find("file");
    const Node* const records = table.find("records");
    if (file == nullptr && records == nullptr) {
        report.add(table.line, label(zone) + ": neither file nor records",
                   "add for example file = \"/etc/homeport/example.net.zone\"");
    }
    if (file != nullptr && records != nullptr)
        report.add(records->line, label(zone) + ": both file and records", "remove one of them");
}

}  // namespace

void check_dns(const Relay& relay, const Node& root, Report& report) {
    if (relay.dns) check_ttl(*relay.dns, root, report);
    const Node* const list = root.find("zone");
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < relay.zones.size(); ++i) {
        const ZoneSource& zone = relay.zones[i];
        const Node& table = list->children.at(i);
        check_text(zone, table, report);
        if (zone.name.empty()) continue;
        const std::size_t line = table.find("name")->line;
        const auto [first, fresh] = seen.emplace(zone.name, line);
        if (fresh) continue;
        report.add(
            line,
            "[[zone]] name \"" + zone.name + "\" is taken in line " + std::to_string(first->second),
            "write all records of a zone in one place");
    }
    if (relay.dns || relay.zones.empty()) return;
    report.add(list->children.front().line, "[[zone]] without [dns]: nobody would be answered",
               "add [dns] with listen = [\"0.0.0.0:53\", \"[::]:53\"]");
}

}  // namespace homeport::config
