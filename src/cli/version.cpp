#include "cli/version.hpp"

#include "cli/commands.hpp"
#include "cli/version_info.hpp"

#include <fmt/format.h>

namespace homeport::cli {

std::string_view version() {
    return kVersion;
}

std::string version_line() {
    std::string line = fmt::format("homeport {} (commit {}", kVersion, kCommit);
    for (const std::string_view part : {std::string_view(kBuildType), std::string_view(kCompiler),
                                        std::string_view(kSanitizers)}) {
        if (!part.empty()) line += fmt::format(", {}", part);
    }
    return line + ")";
}

int run(const ShowVersion&, const World& world) {
    world.console.out << version_line() << '\n';
    return kDone;
}

}  // namespace homeport::cli
