#pragma once
/// The update of DuckDNS: GET /update?domains=a,b&token=T with ip=, ipv6=, txt=, clear=true and
/// verbose=true. "OK" when all of the names are as asked, else "KO". A domain without a dot is one
/// of the first zone. Without ip and ipv6 the address of the requester is set, in its family only.
/// txt adds a value under "_acme-challenge"; clear with it removes all of them, without it both
/// addresses. Pure.

#include "names/api.hpp"

namespace homeport::names {

std::expected<ApiRequest, http::Response> read_duck(const HttpRequest& http,
                                                    std::string_view first_zone);
http::Response write_duck(const ApiRequest& asked, const Answer& answer);

}  // namespace homeport::names
