#pragma once
/// HTTP requests to a name service for tests.

#include "core/text.hpp"
#include "names/api.hpp"
#include "names/testing.hpp"

#include <string>

namespace homeport::names::testing {

/// Texts that an HttpRequest looks into.
struct Call {
    std::string method = "GET";
    std::string target;
    std::string authorization;
    std::string body;
    std::string content_type = "application/json";
    std::string user_agent = "test/1";
    IpAddress source = kHome;

    HttpRequest view() const {
        const std::string_view all(target);
        const std::size_t mark = all.find('?');
        return {.method = method,
                .path = all.substr(0, mark),
                .query = mark == std::string_view::npos ? "" : all.substr(mark + 1),
                .authorization = authorization,
                .content_type = content_type,
                .user_agent = user_agent,
                .body = body,
                .source = source};
    }
};

inline std::string to_base64(std::string_view text) {
    std::string coded = to_base64url(as_bytes(text));
    for (char& c : coded) c = c == '-' ? '+' : c == '_' ? '/' : c;
    return coded.append((4 - coded.size() % 4) % 4, '=');
}
inline std::string basic(const Credentials& who) {
    return "Basic " + to_base64(who.user + ":" + who.secret);
}
inline std::string bearer(const Credentials& who) {
    return "Bearer " + who.secret;
}

inline http::Response send(Service& service, const Call& call) {
    auto asked = read_request(call.view(), "dyn.example");
    if (!asked) return asked.error();
    const Decision decision = service.decide(asked->request);
    service.keep(decision);
    return write_answer(*asked, decision.answer);
}

inline std::string field(const http::Response& response, std::string_view name) {
    for (const auto& field : response.fields)
        if (field.name == name) return field.value;
    return "";
}

}  // namespace homeport::names::testing
