#include "cli/asking.hpp"
#include "cli/commands.hpp"
#include "cli/relay_state.hpp"
#include "cli/settings_file.hpp"

#include <fmt/format.h>

namespace homeport::cli {

int run(const RevokeAgent& command, const World& world) {
    const auto settings = relay_settings(command.config, world.console);
    if (!settings) return kWrongUsage;
    const auto store = open_store_beside_relay(settings->state_dir);
    if (!store) return world.console.fail(kFailed, store.error().what);
    auto done = (*store)->revoke(command.name);
    // Released in one go with its revocation: between the two the relay must cut it, and does so
    // below.
    if (done && command.release) done = (*store)->release(command.name);
    if (!done) {
        return world.console.fail(kFailed, done.error().what,
                                  fmt::format("see: homeport agents --config {}", command.config));
    }
    if (const int code = tell_running_relay(*settings, world.console); code != kDone) return code;
    world.console.out << fmt::format("\"{}\" is shut out{}\n", command.name,
                                     command.release
                                         ? "; its names and ports are free"
                                         : "; its names and ports stay reserved for it");
    return kDone;
}

}  // namespace homeport::cli
