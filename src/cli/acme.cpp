#include "cli/commands.hpp"
#include "cli/relay_question.hpp"

#include <fmt/format.h>

namespace homeport::cli {

int run(const AskAcme& command, const World& world) {
    const int code =
        ask_relay(command.config,
                  {.command = command.present ? "acme-set" : "acme-clear",
                   .arguments = {{"host", command.host}, {"value", command.value}}},
                  tunnel::ChallengeQuestion{command.host, command.value, command.present}, world);
    if (code != kDone) return code;
    world.console.out << fmt::format("_acme-challenge.{}: name servers answer {} it\n",
                                     command.host, command.present ? "with" : "without");
    return kDone;
}

}  // namespace homeport::cli
