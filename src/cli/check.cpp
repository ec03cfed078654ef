#include "cli/commands.hpp"
#include "cli/settings_file.hpp"
#include "cli/zones.hpp"

#include <fmt/format.h>

namespace homeport::cli {

int run(const CheckSettings& command, const World& world) {
    const auto role = running_role(command.config, world.console);
    if (!role) return kFailed;
    if (role->role == "relay") {
        const auto relay = relay_settings(command.config, world.console);
        if (!relay) return kFailed;
        const bool zones = zones_good(*relay, command.config, world.console);
        const bool keys = keys_good(*relay, command.config, world.console);
        const bool names = names_good(*relay, command.config, world.console);
        if (!zones || !keys || !names) return kFailed;
    }
    world.console.out << fmt::format("{}: good settings of the {}\n", command.config, role->role);
    return kDone;
}

}  // namespace homeport::cli
