#include "app/control_server.hpp"

#include "app/limits.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <system_error>

namespace homeport::app {
namespace {

using nlohmann::json;

std::size_t line_bytes(std::string_view input) {
    const auto end = input.find('\n');
    return end == std::string_view::npos ? 0 : end + 1;
}

RequestServer::Dialogue dialogue(ControlServer::Handler handler) {
    return {.request_bytes = line_bytes,
            .answer =
                [handler = std::move(handler)](std::string_view line) {
                    const auto request = parse_control_request(line);
                    if (!request) {
                        return control_error(request.error().what,
                                             "send one JSON object per line, for "
                                             "example {\"command\":\"status\"}") +
                               "\n";
                    }
                    return handler(*request) + "\n";
                },
            .too_long = control_error(fmt::format("the request is longer than {} bytes",
                                                  kMaxControlLineBytes),
                                      "send a shorter line") +
                        "\n",
            .too_many = control_error(fmt::format("{} control connections are open already",
                                                  kMaxControlConnections),
                                      "try again later") +
                        "\n",
            .keep_open = true,
            .max_request_bytes = kMaxControlLineBytes,
            .max_connections = kMaxControlConnections,
            .timeout = kControlTimeout};
}

}  // namespace

Result<ControlRequest> parse_control_request(std::string_view line) {
    // A depth limit is not needed: nested values are refused, and the line is short.
    const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return fail(Errc::invalid, "the request is no JSON object");
    ControlRequest request;
    for (const auto& [key, value] : object.items()) {
        std::string* const field = key == "command"   ? &request.command
                                   : key == "service" ? &request.service
                                                      : nullptr;
        if (field == nullptr) return fail(Errc::invalid, fmt::format("unknown field \"{}\"", key));
        if (!value.is_string())
            return fail(Errc::invalid, fmt::format("\"{}\" must be a text", key));
        *field = value.get<std::string>();
    }
    if (request.command.empty()) return fail(Errc::invalid, "the request has no \"command\"");
    return request;
}

std::string control_error(std::string_view what, std::string_view remedy) {
    return json{{"error", what}, {"remedy", remedy}}.dump(-1, ' ', false,
                                                          json::error_handler_t::replace);
}

ControlServer::ControlServer(net::Loop& loop, net::Network& network, Handler handler)
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
