#pragma once
/// Values of the Authorization field (RFC 9110 section 11.6.2). Pure. What is refused is named
/// without the credentials themselves, so an error may be shown and logged.

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace homeport::http {

struct BasicCredentials {
    std::string user;      ///< without ":"
    std::string password;  ///< may hold ":" and be empty
};

/// "Basic" and base64 of "user:password" (RFC 7617). Errors: not_found (empty, or another scheme),
/// invalid, limit (kMaxAuthorizationBytes). Control characters are refused.
Result<BasicCredentials> parse_basic(std::string_view value);

/// "Bearer" and a token of the characters of RFC 6750 section 2.1; a view into `value`. Errors as
/// above.
Result<std::string_view> parse_bearer(std::string_view value);

}  // namespace homeport::http
