#include "cli/settings_file.hpp"

#include "config/load.hpp"

#include <fmt/format.h>

namespace homeport::cli {
namespace {

template <class T>
std::optional<T> kept(config::Loaded<T> loaded, const Console& console) {
    if (loaded) return std::move(*loaded);
    for (const config::Problem& problem : loaded.error())
        console.err << problem.to_string() << '\n';
    console.err.flush();
    return std::nullopt;
}

}  // namespace

std::optional<config::Relay> relay_settings(const std::string& file, const Console& console) {
    return kept(config::load_relay(file), console);
}

std::optional<config::Agent> agent_settings(const std::string& file, const Console& console) {
    return kept(config::load_agent(file), console);
}

std::optional<RunningRole> running_role(const std::string& file, const Console& console) {
    const auto role = kept(config::detect_role(file), console);
    if (!role) return std::nullopt;
    if (*role == config::Role::relay) {
        const auto relay = relay_settings(file, console);
        if (!relay) return std::nullopt;
        return RunningRole{"relay", relay->control, file};
    }
    const auto agent = agent_settings(file, console);
    if (!agent) return std::nullopt;
    return RunningRole{"agent", agent->control, file};
}

}  // namespace homeport::cli
