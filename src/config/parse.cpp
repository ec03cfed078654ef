#include "config/check.hpp"
#include "config/limits.hpp"
#include "config/read.hpp"

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

void read_services(const Node& root, const std::string& folder, FileReader& files, Agent& agent,
                   Report& report) {
    const Node* const list = root.find("service");
    if (list == nullptr) return;
    // An inline list of anything else than tables is as wrong as [service] with one bracket.
    const bool tables = list->type == Node::Type::list &&
                        std::all_of(list->children.begin(), list->children.end(),
                                    [](const Node& n) { return n.type == Node::Type::table; });
    if (!tables) {
        return report.add(list->line, "service must be a list of tables",
                          "write [[service]] with two brackets above each service");
    }
    if (list->children.size() > kMaxServices) {
        return report.add(list->children[kMaxServices].line,
                          "more than " + std::to_string(kMaxServices) + " services",
                          "a range of ports is one service, and so are several hosts");
    }
    agent.services.resize(list->children.size());
    for (std::size_t i = 0; i < agent.services.size(); ++i) {
        read_section(service_section(agent.services[i], folder, files), list->children[i],
                     agent_sections(agent), report);
    }
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
        read_sections(*root, relay_sections(relay), all_agent_sections(no_agent, no_service, files),
                      "an agent", report);
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
        Service no_service;
        read_sections(*root, all_agent_sections(agent, no_service, files), relay_sections(no_relay),
                      "a relay", report);
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
