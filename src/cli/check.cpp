#include "cli/commands.hpp"
#include "cli/settings_file.hpp"

#include <fmt/format.h>

namespace homeport::cli {

int run(const CheckSettings& command, const World& world) {
    const auto role = running_role(command.config, world.console);
    if (!role) return kFailed;
    world.console.out << fmt::format("{}: good settings of the {}\n", command.config, role->role);
    return kDone;
}

}  // namespace homeport::cli
