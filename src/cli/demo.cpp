#include "cli/commands.hpp"

namespace homeport::cli {

int run(const RunDemo& command, const World& world) {
    if (auto ran = world.roles.run_demo(command, world.console); !ran) {
        return world.console.fail(kFailed, ran.error().what);
    }
    return kDone;
}

}  // namespace homeport::cli
