#pragma once
/// The interfaces of the name service over HTTP: from a request to a question for the Registry, and
/// from its answer to a response. Pure.
///
///   /nic/update        dyndns2: ddclient, inadyn, routers
///   /update            like that of DuckDNS
///   /v1/...            JSON, for whom errors are {"error": "word", "remedy": "sentence"}
///   /checkip           the requester's address as text

#include "http/response.hpp"
#include "names/request.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace homeport::names {

/// Views into the request, and whom it comes from.
struct HttpRequest {
    std::string_view method;
    std::string_view path;   ///< without the query, still encoded
    std::string_view query;  ///< without the "?"
    std::string_view authorization;
    std::string_view content_type;
    std::string_view user_agent;
    std::string_view body;
    IpAddress source;
};

enum class Api : std::uint8_t { plain, dyndns2, duck, json };

/// What has to be kept of a request until its answer is known.
struct ApiRequest {
    Api api = Api::plain;
    bool verbose = false;  ///< of Api::duck
    Request request;
};

/// The response at once when there is nothing to ask the registry. `first_zone` completes labels
/// of the DuckDNS-like update.
std::expected<ApiRequest, http::Response> read_request(const HttpRequest& http,
                                                       std::string_view first_zone);

/// `answer` to the question of `asked`; also one that the caller makes, such as try_later.
http::Response write_answer(const ApiRequest& asked, const Answer& answer);

}  // namespace homeport::names
