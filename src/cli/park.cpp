#include "cli/asking.hpp"
#include "cli/commands.hpp"
#include "cli/relay_question.hpp"

#include <fmt/format.h>

namespace homeport::cli {
namespace {

std::string what_is_parked(const ParkService& command) {
    const std::string what = command.service.empty() ? "all services" : command.service;
    return command.home.empty() ? what : fmt::format("{} of {}", what, printable(command.home));
}

void tell(const ParkService& command, const Console& console) {
    const std::string what = what_is_parked(command);
    if (!command.parked) {
        console.out << fmt::format("{}: open to visitors again\n", what);
        return;
    }
    console.out << fmt::format("{}: new visitors see the \"server stopped\" notice\n", what);
    if (command.answer.empty() || command.answer == "stand-in") return;
    console.out << fmt::format("its names answer meanwhile: {}\n", command.answer);
}

}  // namespace

int run(const ParkService& command, const World& world) {
    const auto role = running_role(command.config, world.console);
    if (!role) return kWrongUsage;
    const bool at_relay = role->role == "relay";
    if (at_relay && command.home.empty() && !command.answer.empty()) {
        return world.console.fail(kWrongUsage, "--answer needs a home at a relay",
                                  "add --home HOME; 'homeport agents' lists them");
    }
    const ControlRequest request{.command = command.parked ? "park" : "unpark",
                                 .service = command.service,
                                 .home = command.home,
                                 .answer = command.answer};
    int code = kDone;
    if (at_relay || command.home.empty()) {
        ask_or_tell(*role, request, world.console, code, kOrderTimeout);
    } else {
        code = ask_relay(
            command.config, request,
            tunnel::ParkQuestion{command.home, command.service, command.parked, command.answer},
            world);
    }
    if (code == kDone) tell(command, world.console);
    return code;
}

}  // namespace homeport::cli
