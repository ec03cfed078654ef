#pragma once
/// One request over HTTP or HTTPS, for commands that are asked once and end.

#include "core/result.hpp"
#include "core/time.hpp"

#include <string>
#include <string_view>

namespace homeport::cli {

/// Without slashes at its end. Error: invalid (not http or https, a user or a password in it, a
/// query, characters that a URL does not have).
Result<std::string> parse_service_url(std::string_view text);
/// http to another host: whoever is on the way can read what is sent.
bool is_readable_on_the_way(std::string_view url);

struct HttpQuestion {
    std::string method = "GET";
    std::string url;
    std::string ca_file{};  ///< PEM; empty: the authorities that this host trusts
    std::string json{};     ///< the body; empty: none
    // Either, or neither:
    std::string token{};
    std::string user{};
    std::string password{};
};
struct HttpAnswer {
    int status = 0;
    std::string body;
    std::int64_t retry_after = 0;  ///< seconds; 0: nothing was said
};

/// Blocks for at most kHttpTime. Redirections are answers, not followed: they would take the token
/// elsewhere. Errors have no secret in them: not_found (libcurl, with the remedy), unreachable (no
/// such host), timed_out, denied (the certificate is not good), limit (the answer is too long), io.
Result<HttpAnswer> ask_http(const HttpQuestion& question);

}  // namespace homeport::cli
