#include "cli/asking.hpp"
#include "cli/commands.hpp"

#include <nlohmann/json.hpp>

namespace homeport::cli {

int run(const ShowDs& command, const World& world) {
    using nlohmann::json;
    const auto relay = relay_settings(command.config, world.console);
    if (!relay) return kWrongUsage;
    ControlRequest request{.command = "dns-ds"};
    if (!command.zone.empty()) request.arguments["zone"] = command.zone;
    int code = kDone;
    const auto answer = ask_or_tell({"relay", relay->control, command.config}, request,
                                    world.console, code, kOrderTimeout);
    if (!answer) return code;
    if (command.json) {
        world.console.out << *answer << '\n';
        return kDone;
    }
    const json object = json::parse(*answer, nullptr, /*allow_exceptions=*/false);
    for (const json& zone : object.value("zones", json::array())) {
        const json ds = zone.is_object() ? zone.value("ds", json()) : json();
        if (ds.is_string())
            world.console.out << printable(ds.get_ref<const std::string&>()) << '\n';
    }
    return kDone;
}

}  // namespace homeport::cli
