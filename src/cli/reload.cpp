#include "cli/asking.hpp"
#include "cli/commands.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace homeport::cli {
namespace {

using nlohmann::json;

/// One line per key; returns how many.
std::size_t list(const json& answer, const char* name, std::string_view before, std::ostream& out) {
    const auto keys = answer.find(name);
    if (keys == answer.end() || !keys->is_array()) return 0;
    std::size_t count = 0;
    for (const json& key : *keys) {
        if (!key.is_string()) continue;
        out << before << printable(key.get_ref<const std::string&>()) << '\n';
        ++count;
    }
    return count;
}

}  // namespace

int run(const ReloadSettings& command, const World& world) {
    const auto role = running_role(command.config, world.console);
    if (!role) return kWrongUsage;
    int code = kDone;
    const auto body = ask_or_tell(*role, {.command = "reload", .service = {}}, world.console, code);
    if (!body) return code;
    const json answer = json::parse(*body, nullptr, /*allow_exceptions=*/false);
    const std::size_t told = list(answer, "changed", "changed: ", world.console.out) +
                             list(answer, "restart", "needs a restart: ", world.console.out);
    if (told == 0) world.console.out << "nothing changed\n";
    return kDone;
}

}  // namespace homeport::cli
