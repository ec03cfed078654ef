#include "config/check.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace homeport::config {
namespace {

std::string quoted_name(const std::string& name) {
    return name.empty() ? "" : " \"" + name + "\"";
}

std::string label(const DnsKey& key) {
    return "[[key]]" + quoted_name(key.name);
}

void check_secret(const DnsKey& key, const Node& table, Report& report) {
    const Node* const secret = table.find("secret");
    const Node* const file = table.find("secret_file");
    if (secret == nullptr && file == nullptr) {
        report.add(table.line, label(key) + ": neither secret nor secret_file",
                   "add for example secret_file = \"home.key\"");
    }
    if (secret != nullptr && file != nullptr)
        report.add(file->line, label(key) + ": both secret and secret_file", "remove one of them");
}

/// `what` is the list of that name in `table`; `label` begins the messages.
void check_fetched(const std::vector<std::string>& zones, const std::string& label,
                   std::string_view what, const Node& table, const ZoneNames& known,
                   Report& report) {
    for (std::size_t i = 0; i < zones.size(); ++i) {
        if (zones[i] == "*" || known.can_be_fetched(zones[i])) continue;
        report.add(line_of_item(table, what, i),
                   label + ": " + std::string(what) + quoted_name(zones[i]) + " is no zone here",
                   "write the name of a [[zone]] or of the catalog in [dns]");
    }
}

void check_updated(const DnsKey& key, const Node& table, const ZoneNames& known, Report& report) {
    for (std::size_t i = 0; i < key.update.size(); ++i) {
        const std::string& name = key.update[i].text();
        if (known.hold(name)) continue;
        report.add(line_of_item(table, "update", i),
                   label(key) + ": update" + quoted_name(name) + " is in no zone here",
                   "write a name in a [[zone]]");
    }
}

/// False when a [[key]] could not be read, which was reported: then any name may be its name.
bool all_named(const std::vector<DnsKey>& keys, const Node& root) {
    const Node* const list = root.find("key");
    return (list == nullptr || list->children.size() == keys.size()) &&
           std::ranges::none_of(keys, [](const DnsKey& key) { return key.name.empty(); });
}

/// Returns the lines of the names.
FirstLines check_each_key(const Relay& relay, const Node& root, const ZoneNames& known,
                          Report& report) {
    FirstLines names;
    for (std::size_t i = 0; i < relay.keys.size(); ++i) {
        const DnsKey& key = relay.keys[i];
        const Node& table = root.find("key")->children.at(i);
        check_secret(key, table, report);
        check_fetched(key.transfer, label(key), "transfer", table, known, report);
        check_updated(key, table, known, report);
        if (key.name.empty()) continue;
        add_once(names, key.name, table.find("name")->line, "[[key]] name",
                 "give each key a name of its own", report);
    }
    return names;
}

void check_each_secondary(const Relay& relay, const Node& root, const ZoneNames& known,
                          const FirstLines& keys, Report& report) {
    FirstLines addresses;
    const bool keys_complete = all_named(relay.keys, root);
    for (std::size_t i = 0; i < relay.secondaries.size(); ++i) {
        const Secondary& secondary = relay.secondaries[i];
        const Node& table = root.find("secondary")->children.at(i);
        const bool has_address = secondary.address.port != 0;
        const std::string address = has_address ? secondary.address.to_string() : "";
        const std::string label = "[[secondary]]" + quoted_name(address);
        check_fetched(secondary.zones, label, "zones", table, known, report);
        if (!secondary.key.empty() && keys_complete && !keys.contains(secondary.key)) {
            report.add(table.find("key")->line,
                       label + ": there is no key" + quoted_name(secondary.key),
                       "write the name of a [[key]]");
        }
        if (!has_address) continue;
        add_once(addresses, address, table.find("address")->line, "[[secondary]] address",
                 "write all its zones in one place", report);
    }
}

void report_without_dns(std::string_view table, const Node& root, Report& report) {
    report.add(root.find(table)->children.front().line,
               "[[" + std::string(table) + "]] without [dns]",
               "add [dns] with listen = [\"0.0.0.0:53\", \"[::]:53\"]");
}

}  // namespace

void check_keys(const Relay& relay, const Node& root, Report& report) {
    if (!relay.dns && !relay.keys.empty()) report_without_dns("key", root, report);
    if (!relay.dns && !relay.secondaries.empty()) report_without_dns("secondary", root, report);
    const ZoneNames known(relay, root);
    const FirstLines keys = check_each_key(relay, root, known, report);
    check_each_secondary(relay, root, known, keys, report);
}

}  // namespace homeport::config
