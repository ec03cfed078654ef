#pragma once
/// The update of dyndns2: GET /nic/update?hostname=a,b&myip=ADDR[,ADDR][&offline=YES] with the
/// token as password of Basic authentication, whatever the user is. One line for each host. Without
/// myip the address of the requester is set, in its family only; a family that is not spoken of
/// stays. When all of the hosts are refused for now, the status is 503, else 200 or 401. wildcard,
/// mx and backmx are read over. Pure.

#include "names/api.hpp"

namespace homeport::names {

std::expected<ApiRequest, http::Response> read_dyndns2(const HttpRequest& http);
http::Response write_dyndns2(const Answer& answer);

}  // namespace homeport::names
