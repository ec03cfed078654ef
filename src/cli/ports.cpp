#include "cli/asking.hpp"
#include "cli/commands.hpp"
#include "cli/ports_text.hpp"

namespace homeport::cli {

int run(const ShowPorts& command, const World& world) {
    const auto role = running_role(command.config, world.console);
    if (!role) return kWrongUsage;
    if (role->role != "agent") {
        return world.console.fail(kWrongUsage, "a relay opens no ports at a router",
                                  "ask with the settings of an agent, at its home");
    }
    int code = kDone;
    const auto answer =
        ask_or_tell(*role, {.command = "ports", .service = {}}, world.console, code);
    if (!answer) return code;
    world.console.out << (command.json ? *answer + '\n' : render_ports(*answer));
    return kDone;
}

}  // namespace homeport::cli
