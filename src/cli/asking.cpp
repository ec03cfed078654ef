#include "cli/asking.hpp"

#include <fmt/format.h>

namespace homeport::cli {
namespace {

std::string remedy_for(const Error& error, const RunningRole& role) {
    switch (error.code) {
    case Errc::not_found:
        return fmt::format("start it with: homeport {} --config {}", role.role, role.file);
    case Errc::denied:
        return fmt::format("use sudo, or the user that runs the {}", role.role);
    case Errc::timed_out:
        return fmt::format("the {} hangs or is overloaded: look at its log, restart it", role.role);
    default:
        return fmt::format("look at the log of the {}", role.role);
    }
}

int tell_refusal(const ControlAnswer& answer, const Console& console) {
    if (answer.problems.empty()) return console.fail(kFailed, answer.error, answer.remedy);
    for (const std::string& problem : answer.problems) console.err << printable(problem) << '\n';
    return console.fail(kWrongUsage, answer.error, answer.remedy);
}

}  // namespace

std::optional<std::string> ask_or_tell(const RunningRole& role, const ControlRequest& request,
                                       const Console& console, int& exit_code, Duration timeout) {
    return body_or_tell(role, ask(role.control, request, timeout), console, exit_code);
}

std::optional<std::string> body_or_tell(const RunningRole& role, Result<ControlAnswer> answer,
                                        const Console& console, int& exit_code) {
    if (!answer) {
        const std::string what =
            answer.error().code == Errc::not_found
                ? fmt::format("the {} is not running: {}", role.role, answer.error().what)
                : answer.error().what;
        exit_code = console.fail(kFailed, what, remedy_for(answer.error(), role));
        return std::nullopt;
    }
    if (!answer->ok()) {
        exit_code = tell_refusal(*answer, console);
        return std::nullopt;
    }
    exit_code = kDone;
    return std::move(answer->body);
}

int tell_running_relay(const config::Relay& relay, const Console& console) {
    const auto answer = ask(relay.control, {.command = "refresh", .service = {}}, kControlTimeout);
    if (!answer && answer.error().code == Errc::not_found) return kDone;
    if (!answer) {
        return console.fail(
            kFailed,
            fmt::format("stored, but the running relay could not be told: {}", answer.error().what),
            "restart the relay, or repeat with sudo");
    }
    if (!answer->ok()) {
        return console.fail(
            kFailed, fmt::format("stored, but the running relay refused it: {}", answer->error),
            "look at the log of the relay, restart it");
    }
    return kDone;
}

}  // namespace homeport::cli
