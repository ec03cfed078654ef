#pragma once
/// Asks the running relay or agent over its control socket: one JSON object per line, one answer.

#include "cli/control_forms.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace homeport::cli {

struct ControlRequest {
    std::string command;    ///< status, reload, refresh, park, unpark, dns-ds, names-...
    std::string service{};  ///< for park and unpark; empty: all
    ControlArguments arguments{};
    std::string home{};    ///< for park and unpark; empty: the agent's own, or all of a relay
    std::string answer{};  ///< for park
};

struct ControlAnswer {
    std::string body;   ///< the JSON object
    std::string error;  ///< empty when it went well
    std::string remedy;
    std::vector<std::string> problems;  ///< FILE:LINE: what (remedy), of refused settings
    bool ok() const { return error.empty(); }
};

/// Blocks for at most `timeout`. Errors: not_found (nobody listens at `socket_path`), denied,
/// timed_out, protocol (no JSON object came), limit (the answer is too long), invalid (path too
/// long), io.
Result<ControlAnswer> ask(const std::string& socket_path, const ControlRequest& request,
                          Duration timeout);

}  // namespace homeport::cli
