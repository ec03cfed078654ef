#include "cli/commands.hpp"
#include "cli/relay_state.hpp"
#include "cli/settings_file.hpp"
#include "cli/words.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace homeport::cli {
namespace {

using nlohmann::json;

const char* state_of(const store::AgentRecord& agent) {
    if (agent.revoked) return "revoked";
    return agent.key ? "paired" : "invited";
}

json to_json(const store::AgentRecord& agent) {
    json object{{"name", agent.name},
                {"state", state_of(agent)},
                {"key", nullptr},
                {"hosts", json::array()},
                {"ports", json::array()},
                {"may_park", agent.grants.may_park},
                {"created", utc_in_words(agent.created)},
                {"paired", nullptr}};
    if (agent.key) object["key"] = to_hex(agent.key->bytes);
    if (agent.paired != 0) object["paired"] = utc_in_words(agent.paired);
    for (const HostGlob& host : agent.grants.hosts) object["hosts"].push_back(host.text());
    for (const PortRange& port : agent.grants.ports) object["ports"].push_back(port.to_string());
    return object;
}

std::string to_line(const store::AgentRecord& agent) {
    std::string may;
    for (const HostGlob& host : agent.grants.hosts) may += " " + host.text();
    for (const PortRange& port : agent.grants.ports) may += " port " + port.to_string();
    std::string park;
    for (const std::string& home : agent.grants.may_park) park += " " + home;
    const UnixSeconds since = agent.paired == 0 ? agent.created : agent.paired;
    return fmt::format("{:<20} {:<8} since {}  may publish{}{}\n", printable(agent.name),
                       state_of(agent), utc_in_words(since),
                       may.empty() ? " nothing" : printable(may),
                       park.empty() ? "" : ", may park" + printable(park));
}

}  // namespace

int run(const ListAgents& command, const World& world) {
    const auto settings = relay_settings(command.config, world.console);
    if (!settings) return kWrongUsage;
    const auto store = open_store_beside_relay(settings->state_dir);
    if (!store) return world.console.fail(kFailed, store.error().what);
    const auto agents = (*store)->agents();
    if (!agents) return world.console.fail(kFailed, agents.error().what);

    if (command.json) {
        json list = json::array();
        for (const store::AgentRecord& agent : *agents) list.push_back(to_json(agent));
        world.console.out << list.dump() << '\n';
        return kDone;
    }
    for (const store::AgentRecord& agent : *agents) world.console.out << to_line(agent);
    if (agents->empty()) {
        world.console.out << fmt::format(
            "no home yet; invite one: homeport invite NAME --config {} --host "
            "HOST\n",
            command.config);
    }
    return kDone;
}

}  // namespace homeport::cli
