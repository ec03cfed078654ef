#include "cli/arguments.hpp"
#include "cli/commands.hpp"

#include <fmt/format.h>

#include <exception>

namespace homeport::cli {

int run_command_line(int argc, const char* const* argv, const World& world) {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const auto parsed = parse_arguments(arguments);
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) {
        if (refusal->exit_code == kDone) {
            world.console.out << refusal->text;
        } else {
            world.console.err << refusal->text << '\n';
        }
        return refusal->exit_code;
    }
    try {
        const int code = std::visit([&](const auto& command) { return run(command, world); },
                                    std::get<Command>(parsed));
        world.console.out.flush();
        return code;
    } catch (const std::exception& error) {  // starting up only: loops do not throw
        return world.console.fail(kFailed, error.what());
    }
}

}  // namespace homeport::cli
