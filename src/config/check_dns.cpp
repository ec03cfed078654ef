#include "config/check.hpp"

#include <string>

namespace homeport::config {
namespace {

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

void check_catalog(const Dns& dns, const FirstLines& zone_lines, const Node& root, Report& report) {
    const auto zone = zone_lines.find(dns.catalog);
    if (zone == zone_lines.end()) return;
    report.add(line_of(root, "dns", "catalog"),
               "[dns] catalog \"" + dns.catalog + "\" is the [[zone]] in line " +
                   std::to_string(zone->second),
               "give the catalog a name of its own, the relay makes its records");
}

}  // namespace

ZoneNames::ZoneNames(const Relay& relay, const Node& root) {
    for (const ZoneSource& zone : relay.zones) names_.insert(zone.name);
    const Node* const list = root.find("zone");
    const bool all_read = list == nullptr || list->children.size() == relay.zones.size();
    complete_ = all_read && !names_.contains("");
    if (!relay.dns) return;
    catalog_ = relay.dns->catalog;
    if (catalog_.empty() && root.find("dns")->find("catalog") != nullptr) complete_ = false;
}

bool ZoneNames::has(std::string_view zone) const {
    return !complete_ || names_.contains(zone);
}

bool ZoneNames::can_be_fetched(std::string_view zone) const {
    return has(zone) || zone == catalog_;
}

bool ZoneNames::hold(std::string_view name) const {
    while (!has(name)) {
        const auto dot = name.find('.');
        if (dot == std::string_view::npos) return false;
        name.remove_prefix(dot + 1);
    }
    return true;
}

void check_whole_seconds(Duration duration, std::string_view table, std::string_view name,
                         const Node& root, Report& report) {
    if (duration % 1s == Duration::zero()) return;
    report.add(
        line_of(root, table, name),
        "[" + std::string(table) + "] " + std::string(name) + " is no whole number of seconds",
        "write for example " + std::string(name) + " = \"30s\"");
}

void check_dns(const Relay& relay, const Node& root, Report& report) {
    if (relay.dns) check_whole_seconds(relay.dns->ttl, "dns", "ttl", root, report);
    const Node* const list = root.find("zone");
    FirstLines seen;
    for (std::size_t i = 0; i < relay.zones.size(); ++i) {
        const ZoneSource& zone = relay.zones[i];
        const Node& table = list->children.at(i);
        check_text(zone, table, report);
        if (zone.name.empty()) continue;
        add_once(seen, zone.name, table.find("name")->line, "[[zone]] name",
                 "write all records of a zone in one place", report);
    }
    if (relay.dns) check_catalog(*relay.dns, seen, root, report);
    if (relay.dns || relay.zones.empty()) return;
    report.add(list->children.front().line, "[[zone]] without [dns]: nobody would be answered",
               "add [dns] with listen = [\"0.0.0.0:53\", \"[::]:53\"]");
}

}  // namespace homeport::config
