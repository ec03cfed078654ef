#pragma once
/// What the interfaces share. Pure.

#include "names/api.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::names {

/// "a,b,,c" without empty pieces and blanks around them, at most `max` + 1 of them.
std::vector<std::string> split_list(std::string_view text, std::size_t max);

/// Bearer, or Basic; empty when there are none or they are broken.
Credentials read_credentials(std::string_view authorization);

/// Adds an address to what is set; false when its family is taken already or it is none.
bool add_address(AddressChange& change, std::string_view text);

http::Response make_response(int status, std::string_view content_type, std::string body);
/// Refused for now, and perhaps good later. The two older interfaces say 503 then: there are
/// programs that end for good at any other refusal, 429 and the word "911" included.
bool is_for_now(Outcome outcome);
/// Fields that go with an outcome: Retry-After, WWW-Authenticate.
void add_fields(http::Response& response, const Answer& answer);

inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";
inline constexpr std::string_view kJsonText = "application/json";

}  // namespace homeport::names
