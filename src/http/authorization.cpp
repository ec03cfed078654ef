#include "http/authorization.hpp"

#include "core/base64.hpp"
#include "core/text.hpp"
#include "http/chars.hpp"
#include "http/limits.hpp"

#include <algorithm>

namespace homeport::http {
namespace {

/// What stands behind the scheme.
Result<std::string_view> credentials_of(std::string_view value, std::string_view scheme) {
    if (value.size() > kMaxAuthorizationBytes)
        return fail(Errc::limit, "the Authorization field is too long");
    const auto blank = value.find(' ');
    if (!equals_ignoring_case(value.substr(0, blank), scheme)) {
        return fail(Errc::not_found,
                    "there is no Authorization field of the scheme " + std::string(scheme));
    }
    return blank == std::string_view::npos ? std::string_view() : trim_blanks(value.substr(blank));
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_token68(char c) {
    constexpr std::string_view kMarks = "-._~+/";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
}

}  // namespace

Result<BasicCredentials> parse_basic(std::string_view value) {
    const auto coded = credentials_of(value, "Basic");
    if (!coded) return std::unexpected(coded.error());
    const auto bytes = from_base64(*coded);
    if (!bytes || bytes->empty())
        return fail(Errc::invalid, "Authorization: Basic holds no base64");
    const std::string_view pair = as_text(*bytes);
    const auto colon = pair.find(':');
    if (colon == std::string_view::npos)
        return fail(Errc::invalid, "Authorization: Basic holds no \":\" behind the user");
    if (std::ranges::any_of(pair, is_control))
        return fail(Errc::invalid, "Authorization: Basic holds control characters");
    return BasicCredentials{std::string(pair.substr(0, colon)),
                            std::string(pair.substr(colon + 1))};
}

Result<std::string_view> parse_bearer(std::string_view value) {
    const auto token = credentials_of(value, "Bearer");
    if (!token) return token;
    const std::string_view text = token->substr(0, token->find_last_not_of('=') + 1);
    if (text.empty() || !std::ranges::all_of(text, is_token68))
        return fail(Errc::invalid, "Authorization: Bearer holds no token");
    return token;
}

}  // namespace homeport::http
