#include "config/check.hpp"

#include <string>

namespace homeport::config {
namespace {

void check_zones(const Relay& relay, const Node& table, const Node& root, Report& report) {
    const ZoneNames known(relay, root);
    for (std::size_t i = 0; i < relay.names->zones.size(); ++i) {
        const std::string& zone = relay.names->zones[i];
        if (known.has(zone)) continue;
        report.add(
            line_of_item(table, "zones", i), "[names] zones: there is no zone \"" + zone + "\"",
            "add [[zone]] with name = \"" + zone + "\", or write the name of one that is there");
    }
}

/// Passwords and tokens travel here.
void check_encryption(const Names& names, const Node& table, Report& report) {
    const Node* const certificate = table.find("certificate");
    const Node* const key = table.find("private_key");
    if (certificate != nullptr && key == nullptr)
        report.add(certificate->line, "[names] certificate without private_key",
                   "add for example private_key = \"names.key\"");
    if (key != nullptr && certificate == nullptr)
        report.add(key->line, "[names] private_key without certificate",
                   "add for example certificate = \"names.pem\"");
    if (certificate != nullptr || key != nullptr || !names.trusted_proxies.empty()) return;
    for (std::size_t i = 0; i < names.listen.size(); ++i) {
        if (names.listen[i].address.is_loopback()) continue;
        report.add(line_of_item(table, "listen", i),
                   "[names] listen: passwords would come to " + names.listen[i].to_string() +
                       " without encryption",
                   "add certificate and private_key, or list your proxy in trusted_proxies");
    }
}

}  // namespace

void check_name_service(const Relay& relay, const Node& root, Report& report) {
    if (!relay.names) return;
    const Node& table = *root.find("names");
    check_whole_seconds(relay.names->ttl, "names", "ttl", root, report);
    check_whole_seconds(relay.names->quarantine, "names", "quarantine", root, report);
    check_whole_seconds(relay.names->expire_after, "names", "expire_after", root, report);
    check_encryption(*relay.names, table, report);
    if (relay.dns) return check_zones(relay, table, root, report);
    report.add(table.line, "[names] without [dns]: nobody could look up a name",
               "add [dns] with listen = [\"0.0.0.0:53\", \"[::]:53\"]");
}

}  // namespace homeport::config
