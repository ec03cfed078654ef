#include "cli/relay_question.hpp"

#include "cli/asking.hpp"
#include "cli/paired_relay.hpp"

#include <fmt/format.h>

namespace homeport::cli {
namespace {

int ask_alone(const config::Agent& settings, const std::string& file,
              const tunnel::Question& question, const World& world) {
    auto paired = load_paired_relay(settings.state_dir);
    if (!paired) {
        const bool unpaired = paired.error().code == Errc::not_found;
        return world.console.fail(
            kWrongUsage, unpaired ? "this machine is not paired with a relay" : paired.error().what,
            fmt::format("run: homeport join TOKEN --config {}", file));
    }
    if (settings.relay) paired->address = *settings.relay;
    const auto done = world.roles.ask(settings.state_dir, *paired, question);
    if (done) return kDone;
    return world.console.fail(kFailed, done.error().what, remedy_for_ask(done.error()));
}

}  // namespace

std::string remedy_for_ask(const Error& error) {
    switch (error.code) {
    case Errc::unreachable:
    case Errc::timed_out:
    case Errc::refused:
    case Errc::reset:
        return "check the line of this machine, and that the relay runs";
    case Errc::not_found:
        return "on the relay, 'homeport agents' lists the homes and 'homeport status' what they "
               "publish";
    default:
        return {};
    }
}

int ask_relay(const std::string& agent_file, const ControlRequest& request,
              const tunnel::Question& question, const World& world) {
    const auto settings = agent_settings(agent_file, world.console);
    if (!settings) return kWrongUsage;
    auto answer = ask(settings->control, request, kOrderTimeout);
    if (!answer && answer.error().code == Errc::not_found)
        return ask_alone(*settings, agent_file, question, world);
    int code = kDone;
    body_or_tell({"agent", settings->control, agent_file}, std::move(answer), world.console, code);
    return code;
}

}  // namespace homeport::cli
