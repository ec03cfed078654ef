#pragma once
/// The control socket of a role: {"command":"status"} in, {...} or {"error":"...","remedy":"..."}
/// out, one object per line.

#include "app/request_server.hpp"
#include "core/result.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace homeport::app {

struct ControlRequest {
    std::string command;
    std::string service;  ///< of park and unpark; empty: all
    friend bool operator==(const ControlRequest&, const ControlRequest&) = default;
};

/// Strict: a JSON object with a text "command" and at most a text "service". Error: invalid.
Result<ControlRequest> parse_control_request(std::string_view line);

/// {"error":WHAT,"remedy":REMEDY}
std::string control_error(std::string_view what, std::string_view remedy);

class ControlServer {
public:
    /// Answers with one JSON object, without the end of line.
    using Handler = std::function<std::string(const ControlRequest&)>;

    ControlServer(net::Loop& loop, net::Network& network, Handler handler);

    /// Makes the socket's directory if it is missing. Errors: exists (another process runs with
    /// it), io, those of listen().
    Result<> start(const std::string& path);

private:
    RequestServer server_;
};

}  // namespace homeport::app
