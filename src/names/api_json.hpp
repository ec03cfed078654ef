#pragma once
/// The JSON interface, version 1. Names and tokens by Bearer token (or Basic, the token as
/// password); accounts and new tokens by Basic with account and password. Times are seconds since
/// 1970. A family that an update does not speak of stays; null removes it.
///
///   GET    /v1/challenge                    what to solve before signing up
///   POST   /v1/accounts                     {"account", "password", "challenge", "nonce"}
///   DELETE /v1/accounts/self                password
///   POST   /v1/tokens                       password; {"label", "name"}, both optional
///   GET    /v1/tokens
///   DELETE /v1/tokens/ID
///   GET    /v1/names
///   POST   /v1/names                        {"name"}
///   GET    /v1/names/NAME
///   PUT    /v1/names/NAME                   {"ipv4", "ipv6", "ipv6prefix", "offline", "counter"}
///   DELETE /v1/names/NAME
///   PUT    /v1/names/NAME/acme              {"value"}
///   DELETE /v1/names/NAME/acme              {"value"}, or without a body: all
///   GET    /v1/names/NAME/propagation       written by the caller when the answer is good
///   GET    /v1/notice
/// Pure.

#include "names/api.hpp"

namespace homeport::names {

std::expected<ApiRequest, http::Response> read_json(const HttpRequest& http);
http::Response write_json(const ApiRequest& asked, const Answer& answer);

/// {"error": ..., "remedy": ...}; `remedy` instead of the outcome's own when it is not empty.
http::Response json_error(const Answer& answer, std::string_view remedy = "");

}  // namespace homeport::names
