#include "config/check.hpp"
#include "config/limits.hpp"
#include "config/read.hpp"
#include "config/rules.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace homeport::config {
namespace {

std::string folder_of(const std::string& file) {
    return file.substr(0, file.rfind('/') + 1);
}

std::optional<Node> read_tree(std::string_view text, Report& report) {
    auto root = read_toml(text);
    if (root) return std::move(*root);
    report.add(root.error().line, root.error().what, root.error().remedy);
    return std::nullopt;
}

/// What the file says it is; reports one that is nothing or both.
std::optional<Role> role_of(const Node& root, Report& report) {
    const Node* const relay = root.find("relay");
    const Node* const agent = root.find("agent");
    if (relay != nullptr && agent != nullptr) {
        report.add(std::max(relay->line, agent->line), "both [relay] and [agent] in one file",
                   "give each role a file of its own");
        return std::nullopt;
    }
    if (relay == nullptr && agent == nullptr) {
        report.add(1, "neither [relay] nor [agent] in this file", "add the table of the role");
        return std::nullopt;
    }
    return relay != nullptr ? Role::relay : Role::agent;
}

std::string default_control(const std::string& control, const std::string& state_dir) {
    if (!control.empty() || state_dir.empty()) return control;
    return state_dir + (state_dir == "/" ? "" : "/") + "control.sock";
}

/// The agent's sections together with the one that is repeated.
std::vector<Section> all_agent_sections(Agent& agent, Service& service, FileReader& files) {
    auto sections = agent_sections(agent);
    sections.push_back(service_section(service, "", files));
    return sections;
}

/// The tables [[name]], or null: none, or they were reported.
const Node* find_tables(const Node& root, const std::string& name, std::size_t max,
                        std::string_view remedy, Report& report) {
    const Node* const list = root.find(name);
    if (list == nullptr) return nullptr;
    // An inline list of anything else than tables is as wrong as [service] with one bracket.
    const bool tables = list->type == Node::Type::list &&
                        std::all_of(list->children.begin(), list->children.end(),
                                    [](const Node& n) { return n.type == Node::Type::table; });
    if (!tables) {
        report.add(list->line, name + " must be a list of tables",
                   "write [[" + name + "]] with two brackets above each " + name);
        return nullptr;
    }
    if (list->children.size() <= max) return list;
    report.add(list->children[max].line,
               "more than " + std::to_string(max) + " tables [[" + name + "]]", remedy);
    return nullptr;
}

void read_services(const Node& root, const std::string& folder, FileReader& files, Agent& agent,
                   Report& report) {
    const Node* const list =
        find_tables(root, "service", kMaxServices,
                    "a range of ports is one service, and so are several hosts", report);
    if (list == nullptr) return;
    agent.services.resize(list->children.size());
    for (std::size_t i = 0; i < agent.services.size(); ++i) {
        read_section(service_section(agent.services[i], folder, files), list->children[i],
                     agent_sections(agent), report);
        if (agent.services[i].kind == ServiceKind::ftp) agent.services[i].direct = Direct::only;
    }
}

/// What a relay has only when its table is there.
struct RelayExtras {
    Dns dns;
    Names names;
    ZoneSource zone;
    DnsKey key;
    Secondary secondary;
};

std::vector<Section> all_relay_sections(Relay& relay, RelayExtras& extras,
                                        const std::string& folder, FileReader& files) {
    auto sections = relay_sections(relay);
    sections.push_back(dns_section(extras.dns));
    sections.push_back(zone_section(extras.zone, folder, files));
    sections.push_back(key_section(extras.key, folder, files));
    sections.push_back(secondary_section(extras.secondary));
    sections.push_back(names_section(extras.names, folder));
    return sections;
}

void read_zones(const Node& root, const std::string& folder, FileReader& files, Relay& relay,
                Report& report) {
    const Node* const list =
        find_tables(root, "zone", kMaxZones, "let another relay serve the other zones", report);
    if (list == nullptr) return;
    relay.zones.resize(list->children.size());
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < relay.zones.size(); ++i) {
        read_section(zone_section(relay.zones[i], folder, files), list->children[i],
                     relay_sections(relay), report);
        bytes += relay.zones[i].text.size();
        if (bytes <= kMaxAllZonesBytes) continue;
        return report.add(list->children[i].line,
                          "all zones up to here are longer than " + format_size(kMaxAllZonesBytes),
                          "let another relay serve some of them");
    }
}

void read_keys(const Node& root, const std::string& folder, FileReader& files, Relay& relay,
               Report& report) {
    const Node* const list =
        find_tables(root, "key", kMaxDnsKeys, "let several names share a key", report);
    if (list == nullptr) return;
    const auto others = relay_sections(relay);
    relay.keys.resize(list->children.size());
    for (std::size_t i = 0; i < relay.keys.size(); ++i)
        read_section(key_section(relay.keys[i], folder, files), list->children[i], others, report);
}

void read_secondaries(const Node& root, Relay& relay, Report& report) {
    const Node* const list =
        find_tables(root, "secondary", kMaxSecondaries, "let secondaries tell others", report);
    if (list == nullptr) return;
    const auto others = relay_sections(relay);
    relay.secondaries.resize(list->children.size());
    for (std::size_t i = 0; i < relay.secondaries.size(); ++i)
        read_section(secondary_section(relay.secondaries[i]), list->children[i], others, report);
}

template <class T>
Loaded<T> finish(T settings, Report& report) {
    if (report.clean()) return settings;
    return std::unexpected(report.take());
}

}  // namespace

Loaded<Relay> parse_relay(std::string_view text, const std::string& file_name, FileReader& files) {
    Relay relay;
    Report report(file_name);
    if (const auto root = read_tree(text, report)) {
        Agent no_agent;
        Service no_service;
        RelayExtras extras;
        const std::string folder = folder_of(file_name);
        read_sections(*root, all_relay_sections(relay, extras, folder, files),
                      all_agent_sections(no_agent, no_service, files), "an agent", report);
        if (root->find("dns") != nullptr) relay.dns = std::move(extras.dns);
        if (root->find("names") != nullptr) relay.names = std::move(extras.names);
        read_zones(*root, folder, files, relay, report);
        read_keys(*root, folder, files, relay, report);
        read_secondaries(*root, relay, report);
        relay.control = default_control(relay.control, relay.state_dir);
        check_relay(relay, *root, report);
    }
    return finish(std::move(relay), report);
}

Loaded<Agent> parse_agent(std::string_view text, const std::string& file_name, FileReader& files) {
    Agent agent;
    Report report(file_name);
    if (const auto root = read_tree(text, report)) {
        Relay no_relay;
        RelayExtras no_extras;
        Service no_service;
        read_sections(*root, all_agent_sections(agent, no_service, files),
                      all_relay_sections(no_relay, no_extras, "", files), "a relay", report);
        read_services(*root, folder_of(file_name), files, agent, report);
        agent.control = default_control(agent.control, agent.state_dir);
        check_agent(agent, *root, report);
    }
    return finish(std::move(agent), report);
}

Loaded<Role> parse_role(std::string_view text, const std::string& file_name) {
    Report report(file_name);
    const auto root = read_tree(text, report);
    const auto role = root ? role_of(*root, report) : std::nullopt;
    if (role) return *role;
    return std::unexpected(report.take());
}

}  // namespace homeport::config
