#include "cli/asking.hpp"
#include "cli/commands.hpp"
#include "cli/status_text.hpp"

namespace homeport::cli {

int run(const ShowStatus& command, const World& world) {
    const auto role = running_role(command.config, world.console);
    if (!role) return kWrongUsage;
    int code = kDone;
    const auto answer =
        ask_or_tell(*role, {.command = "status", .service = {}}, world.console, code);
    if (!answer) return code;
    if (command.json) {
        world.console.out << *answer << '\n';
    } else {
        world.console.out << render_status(*answer);
    }
    return kDone;
}

}  // namespace homeport::cli
