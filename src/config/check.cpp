#include "config/check.hpp"
#include "config/limits.hpp"
#include "config/rules.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace homeport::config {

std::size_t line_of(const Node& root, std::string_view table, std::string_view name) {
    const Node* const section = root.find(table);
    if (section == nullptr) return 1;
    const Node* const setting = section->find(name);
    return setting != nullptr ? setting->line : section->line;
}

std::size_t line_of_item(const Node& table, std::string_view name, std::size_t index) {
    const Node* const list = table.find(name);
    if (list == nullptr) return table.line;
    return index < list->children.size() ? list->children[index].line : list->line;
}

void add_once(FirstLines& lines, const std::string& value, std::size_t line,
              std::string_view setting, std::string_view remedy, Report& report) {
    const auto [first, fresh] = lines.emplace(value, line);
    if (fresh) return;
    report.add(line,
               std::string(setting) + " \"" + value + "\" is taken in line " +
                   std::to_string(first->second),
               remedy);
}

namespace {

/// The line of whichever setting was written; the default of the other is then the one in the way.
std::size_t line_of_either(const Node& root, std::string_view table, std::string_view first,
                           std::string_view second) {
    const Node* const section = root.find(table);
    const bool has_first = section != nullptr && section->find(first) != nullptr;
    return line_of(root, table, has_first ? first : second);
}

/// Both cannot be bound: same port, and the addresses are equal or one stands for all of its
/// family.
bool collide(const Endpoint& a, const Endpoint& b) {
    if (a.port != b.port) return false;
    if (a.address.is_v4() != b.address.is_v4()) return false;
    return a.address == b.address || a.address.is_unspecified() || b.address.is_unspecified();
}

struct Listener {
    std::string label;
    std::size_t line;
    Endpoint endpoint;
};

void add_listeners(const std::vector<Endpoint>& endpoints, std::string_view table,
                   std::string_view name, const Node& root, std::vector<Listener>& listeners) {
    const Node* const section = root.find(table);
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        listeners.push_back({"[" + std::string(table) + "] " + std::string(name),
                             section == nullptr ? 1 : line_of_item(*section, name, i),
                             endpoints[i]});
    }
}

void check_listeners(const Relay& relay, const Node& root, Report& report) {
    std::vector<Listener> listeners;
    add_listeners(relay.listen, "relay", "listen", root, listeners);
    add_listeners(relay.front.http, "front", "http", root, listeners);
    add_listeners(relay.front.tls, "front", "tls", root, listeners);
    if (relay.dns) add_listeners(relay.dns->listen, "dns", "listen", root, listeners);
    if (relay.names) add_listeners(relay.names->listen, "names", "listen", root, listeners);
    if (relay.metrics) add_listeners({*relay.metrics}, "metrics", "listen", root, listeners);
    std::sort(listeners.begin(), listeners.end(), [](const Listener& a, const Listener& b) {
        return std::tie(a.line, a.label, a.endpoint) < std::tie(b.line, b.label, b.endpoint);
    });
    for (std::size_t i = 1; i < listeners.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (!collide(listeners[i].endpoint, listeners[j].endpoint)) continue;
            report.add(listeners[i].line,
                       listeners[i].label + ": " + listeners[i].endpoint.to_string() +
                           " is taken by " + listeners[j].label + " " +
                           listeners[j].endpoint.to_string() + " in line " +
                           std::to_string(listeners[j].line),
                       "choose another port or address");
            break;
        }
    }
}

void check_park(const Park& park, const Node& root, Report& report) {
    if (park.per_source <= park.per_service) return;
    report.add(line_of_either(root, "park", "per_source", "per_service"),
               "[park] per_source (" + std::to_string(park.per_source) +
                   ") is more than per_service (" + std::to_string(park.per_service) + ")",
               "one source cannot have more places than there are; lower per_source");
}

}  // namespace

void check_resume(const Resume& resume, const Node& root, Report& report) {
    const auto at_least = [&](std::string_view larger, std::uint64_t larger_bytes,
                              std::string_view smaller, std::uint64_t smaller_bytes) {
        if (larger_bytes >= smaller_bytes) return;
        report.add(
            line_of_either(root, "resume", larger, smaller),
            "[resume] " + std::string(larger) + " (" + format_size(larger_bytes) +
                ") is smaller than " + std::string(smaller) + " (" + format_size(smaller_bytes) +
                ")",
            "write " + std::string(larger) + " = \"" + format_size(smaller_bytes) + "\" or more");
    };
    at_least("session_bytes", resume.session_bytes, "stream_bytes", resume.stream_bytes);
    at_least("total_bytes", resume.total_bytes, "session_bytes", resume.session_bytes);
}

void check_control(std::string_view table, const std::string& control, const Node& root,
                   Report& report) {
    if (control.size() <= kMaxSocketPathBytes) return;
    report.add(line_of(root, table, "state_dir"),
               "[" + std::string(table) + "] state_dir is too long for the control socket in it",
               "add control = \"/run/homeport/" + std::string(table) + ".sock\"");
}

void check_relay(const Relay& relay, const Node& root, Report& report) {
    check_listeners(relay, root, report);
    check_resume(relay.resume, root, report);
    check_park(relay.park, root, report);
    check_dns(relay, root, report);
    check_keys(relay, root, report);
    check_name_service(relay, root, report);
    check_control("relay", relay.control, root, report);
}

}  // namespace homeport::config
