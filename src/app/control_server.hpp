#pragma once
/// The control socket of a role: {"command":"status"} in, {...} or {"error":"...","remedy":"..."}
/// out, one object per line.

#include "app/request_server.hpp"
#include "cli/control_forms.hpp"
#include "core/result.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace homeport::app {

struct ControlRequest {
    std::string command;
    std::string service{};  ///< of park and unpark; empty: all
    cli::ControlArguments arguments{};
    std::string home{};    ///< of park and unpark; empty: the agent's own, or all of a relay
    std::string answer{};  ///< of park; empty: the stand-in
    friend bool operator==(const ControlRequest&, const ControlRequest&) = default;
};

/// Strict: a JSON object with a text "command", and at most texts "service", "home" and "answer"
/// and an object "arguments" of texts, flags and whole numbers. Error: invalid.
Result<ControlRequest> parse_control_request(std::string_view line);

using cli::control_error;

class ControlServer {
public:
    /// Answers with one JSON object, without the end of line.
    using Handler = std::function<std::string(const ControlRequest&)>;
    /// Likewise, at once or later, on the loop: within kControlAnswerTime and kControlGrace.
    using Reply = RequestServer::Reply;
    using LateHandler = std::function<void(const ControlRequest&, Reply)>;

    ControlServer(net::Loop& loop, net::Network& network, Handler handler);
    ControlServer(net::Loop& loop, net::Network& network, LateHandler handler);

    /// Makes the socket's directory if it is missing. Errors: exists (another process runs with
    /// it), io, those of listen().
    Result<> start(const std::string& path);

private:
    RequestServer server_;
};

}  // namespace homeport::app
