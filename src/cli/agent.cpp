#include "cli/commands.hpp"
#include "cli/settings_file.hpp"

#include <fmt/format.h>

namespace homeport::cli {

int run(const RunAgent& command, const World& world) {
    const auto settings = agent_settings(command.config, world.console);
    if (!settings) return kWrongUsage;
    const auto paired = load_paired_relay(settings->state_dir);
    if (!paired && paired.error().code == Errc::not_found) {
        return world.console.fail(
            kWrongUsage, "this home is not paired with a relay yet",
            fmt::format("make a token on the relay with 'homeport invite', then "
                        "here: homeport join TOKEN --config {}",
                        command.config));
    }
    if (!paired) return world.console.fail(kWrongUsage, paired.error().what);
    if (auto ran = world.roles.run_agent(command.config, *settings, *paired); !ran) {
        return world.console.fail(exit_code_of(ran.error()), ran.error().what);
    }
    return kDone;
}

}  // namespace homeport::cli
