#include "cli/asking.hpp"
#include "cli/commands.hpp"

#include <fmt/format.h>

namespace homeport::cli {

int run(const ParkService& command, const World& world) {
    const auto role = running_role(command.config, world.console);
    if (!role) return kWrongUsage;
    int code = kDone;
    const ControlRequest request{.command = command.parked ? "park" : "unpark",
                                 .service = command.service};
    if (!ask_or_tell(*role, request, world.console, code)) return code;
    const std::string what = command.service.empty() ? "all services" : command.service;
    if (command.parked) {
        world.console.out << fmt::format("{}: new visitors see the \"server stopped\" notice\n",
                                         what);
    } else {
        world.console.out << fmt::format("{}: open to visitors again\n", what);
    }
    return kDone;
}

}  // namespace homeport::cli
