#include "app/control_server.hpp"

#include "app/limits.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <system_error>

namespace homeport::app {
namespace {

using nlohmann::json;

/// What is asked of a relay takes kControlAnswerTime too before it is given up; its reason says
/// more than ours.
constexpr Duration kControlGrace = 2s;

std::size_t line_bytes(std::string_view input) {
    const auto end = input.find('\n');
    return end == std::string_view::npos ? 0 : end + 1;
}

void answer(std::string_view line, const ControlServer::LateHandler& handler,
            RequestServer::Reply reply) {
    const auto request = parse_control_request(line);
    if (!request) {
        return reply(control_error(request.error().what,
                                   "send one JSON object per line, for example "
                                   "{\"command\":\"status\"}") +
                     "\n");
    }
    handler(*request, [reply = std::move(reply)](std::string text) mutable {
        reply(std::move(text) + "\n");
    });
}

RequestServer::Dialogue dialogue(ControlServer::LateHandler handler) {
    return {.request_bytes = line_bytes,
            .answer = [handler = std::move(handler)](
                          std::string_view line,
                          RequestServer::Reply reply) { answer(line, handler, std::move(reply)); },
            .too_long = control_error(fmt::format("the request is longer than {} bytes",
                                                  kMaxControlLineBytes),
                                      "send a shorter line") +
                        "\n",
            .too_many = control_error(fmt::format("{} control connections are open already",
                                                  kMaxControlConnections),
                                      "try again later") +
                        "\n",
            .too_late = control_error(fmt::format("it was not done within {}",
                                                  format_duration(kControlAnswerTime)),
                                      "it may be done still: look again in a minute, and at the "
                                      "log") +
                        "\n",
            .keep_open = true,
            .max_request_bytes = kMaxControlLineBytes,
            .max_connections = kMaxControlConnections,
            .timeout = kControlTimeout,
            .answer_time = kControlAnswerTime + kControlGrace};
}

Result<cli::ControlArgument> read_argument(const std::string& key, const json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_unsigned()) return value.get<std::uint64_t>();
    return fail(Errc::invalid, fmt::format("\"{}\" must be a text, a flag or a whole number", key));
}

std::string* text_field(ControlRequest& request, std::string_view key) {
    if (key == "command") return &request.command;
    if (key == "service") return &request.service;
    if (key == "home") return &request.home;
    if (key == "answer") return &request.answer;
    return nullptr;
}

Result<cli::ControlArguments> read_arguments(const json& object) {
    if (!object.is_object()) return fail(Errc::invalid, "\"arguments\" must be an object");
    cli::ControlArguments arguments;
    for (const auto& [key, value] : object.items()) {
        auto argument = read_argument(key, value);
        if (!argument) return std::unexpected(argument.error());
        arguments.emplace(key, std::move(*argument));
    }
    return arguments;
}

}  // namespace

Result<ControlRequest> parse_control_request(std::string_view line) {
    // A depth limit is not needed: nested values are refused, and the line is short.
    const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return fail(Errc::invalid, "the request is no JSON object");
    ControlRequest request;
    for (const auto& [key, value] : object.items()) {
        if (key == "arguments") {
            auto arguments = read_arguments(value);
            if (!arguments) return std::unexpected(arguments.error());
            request.arguments = std::move(*arguments);
            continue;
        }
        std::string* const field = text_field(request, key);
        if (field == nullptr) return fail(Errc::invalid, fmt::format("unknown field \"{}\"", key));
        if (!value.is_string())
            return fail(Errc::invalid, fmt::format("\"{}\" must be a text", key));
        *field = value.get<std::string>();
    }
    if (request.command.empty()) return fail(Errc::invalid, "the request has no \"command\"");
    return request;
}

ControlServer::ControlServer(net::Loop& loop, net::Network& network, Handler handler)
    : ControlServer(
          loop, network,
          LateHandler([handler = std::move(handler)](const ControlRequest& request, Reply reply) {
              reply(handler(request));
          })) {}

ControlServer::ControlServer(net::Loop& loop, net::Network& network, LateHandler handler)
    : server_(loop, network, dialogue(std::move(handler))) {}

Result<> ControlServer::start(const std::string& path) {
    std::error_code ignored;  // listen() reports what matters
    std::filesystem::create_directories(std::filesystem::absolute(path, ignored).parent_path(),
                                        ignored);
    if (auto started = server_.start(net::UnixPath{path}); !started) {
        return fail(started.error().code, fmt::format("cannot open the control socket {}: {}", path,
                                                      started.error().what));
    }
    return {};
}

}  // namespace homeport::app
