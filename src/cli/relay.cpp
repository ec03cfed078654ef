#include "cli/commands.hpp"
#include "cli/settings_file.hpp"

namespace homeport::cli {

int run(const RunRelay& command, const World& world) {
    const auto settings = relay_settings(command.config, world.console);
    if (!settings) return kWrongUsage;
    if (auto ran = world.roles.run_relay(command.config, *settings); !ran) {
        return world.console.fail(exit_code_of(ran.error()), ran.error().what);
    }
    return kDone;
}

}  // namespace homeport::cli
