#include "names/api.hpp"

#include "http/authorization.hpp"
#include "http/chars.hpp"
#include "names/api_duck.hpp"
#include "names/api_dyndns2.hpp"
#include "names/api_json.hpp"
#include "names/api_parts.hpp"

namespace homeport::names {

std::vector<std::string> split_list(std::string_view text, std::size_t max) {
    std::vector<std::string> list;
    while (!text.empty() && list.size() <= max) {
        const std::string_view element = http::next_element(text);
        if (!element.empty()) list.emplace_back(element);
    }
    return list;
}

Credentials read_credentials(std::string_view authorization) {
    if (const auto bearer = http::parse_bearer(authorization))
        return {.user = "", .secret = std::string(*bearer)};
    if (auto basic = http::parse_basic(authorization))
        return {.user = std::move(basic->user), .secret = std::move(basic->password)};
    return {};
}

bool add_address(AddressChange& change, std::string_view text) {
    const auto address = IpAddress::parse(text);
    if (!address) return false;
    FamilyChange& family = address->is_v4() ? change.v4 : change.v6;
    if (family.verb != FamilyChange::Verb::keep) return false;
    family = {.verb = FamilyChange::Verb::set, .address = *address};
    return true;
}

http::Response make_response(int status, std::string_view content_type, std::string body) {
    return {.status = status,
            .content_type = content_type,
            .body = std::move(body),
            .fields = {{"Cache-Control", "no-store"}}};
}

bool is_for_now(Outcome outcome) {
    const int status = text_of(outcome).status;
    return status == 429 || status == 503;
}

void add_fields(http::Response& response, const Answer& answer) {
    if (answer.retry_after > 0)
        response.fields.push_back({"Retry-After", std::to_string(answer.retry_after)});
    if (response.status == 401)
        response.fields.push_back({"WWW-Authenticate", "Basic realm=\"homeport\""});
}

std::expected<ApiRequest, http::Response> read_request(const HttpRequest& http,
                                                       std::string_view first_zone) {
    if (http.path == "/nic/update") return read_dyndns2(http);
    if (http.path == "/update") return read_duck(http, first_zone);
    if (http.path == "/checkip" && (http.method == "GET" || http.method == "HEAD")) {
        return ApiRequest{.api = Api::plain,
                          .request = {.source = http.source, .question = AskSource{}}};
    }
    return read_json(http);
}

http::Response write_answer(const ApiRequest& asked, const Answer& answer) {
    switch (asked.api) {
    case Api::dyndns2:
        return write_dyndns2(answer);
    case Api::duck:
        return write_duck(asked, answer);
    case Api::json:
        return write_json(asked, answer);
    case Api::plain:
        break;
    }
    const auto* const text = std::get_if<std::string>(&answer.payload);
    http::Response response = make_response(
        text_of(answer.outcome).status, kPlainText,
        (text != nullptr ? *text : std::string(text_of(answer.outcome).error)) + "\n");
    add_fields(response, answer);
    return response;
}

}  // namespace homeport::names
