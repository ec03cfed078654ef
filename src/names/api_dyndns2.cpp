#include "names/api_dyndns2.hpp"

#include "core/text.hpp"
#include "http/query.hpp"
#include "names/api_parts.hpp"
#include "names/limits.hpp"

#include <algorithm>

namespace homeport::names {
namespace {

/// The same line for each host, or one.
http::Response refuse(Outcome outcome, std::size_t hosts = 1) {
    std::string body;
    for (std::size_t i = 0; i < hosts; ++i) body.append(text_of(outcome).reply) += '\n';
    // Clients read the word; the statuses are for those who would only look at them.
    return make_response(200, kPlainText, std::move(body));
}

std::string line_of(const NameResult& result) {
    std::string line(text_of(result.outcome).reply);
    if (!is_success(result.outcome)) return line;
    char before = ' ';
    for (const IpAddress& address : result.addresses) {
        line += before + address.to_string();
        before = ',';
    }
    return line;
}

/// False: myip holds something else than one address of each family at most.
bool read_change(const http::Parameters& query, AddressChange& change) {
    change.offline = equals_ignoring_case(query.find("offline").value_or(""), "YES");
    const auto addresses = split_list(query.find("myip").value_or(""), 2);
    change.from_source = addresses.empty() && !change.offline;
    for (const std::string& address : addresses)
        if (!add_address(change, address)) return false;
    return true;
}

}  // namespace

std::expected<ApiRequest, http::Response> read_dyndns2(const HttpRequest& http) {
    if (http.method != "GET" && http.method != "POST")
        return std::unexpected(make_response(405, kPlainText, "911\n"));
    if (http.user_agent.empty()) return std::unexpected(refuse(Outcome::no_agent));
    if (http.query.size() > kMaxQueryBytes) return std::unexpected(refuse(Outcome::too_many_hosts));
    const auto query = http::Parameters::parse(http.query);
    if (!query) return std::unexpected(refuse(Outcome::not_a_name));
    UpdateNames update;
    update.hosts = split_list(query->find("hostname").value_or(""), kMaxHostsPerUpdate);
    if (update.hosts.empty()) return std::unexpected(refuse(Outcome::not_a_name));
    if (update.hosts.size() > kMaxHostsPerUpdate)
        return std::unexpected(refuse(Outcome::too_many_hosts));
    if (!read_change(*query, update.change))
        return std::unexpected(refuse(Outcome::bad_address, update.hosts.size()));
    return ApiRequest{.api = Api::dyndns2,
                      .request = {.source = http.source,
                                  .credentials = read_credentials(http.authorization),
                                  .question = std::move(update)}};
}

http::Response write_dyndns2(const Answer& answer) {
    const auto* const results = std::get_if<std::vector<NameResult>>(&answer.payload);
    if (results == nullptr) {
        http::Response response = refuse(answer.outcome);
        if (text_of(answer.outcome).status == 401) response.status = 401;
        if (is_for_now(answer.outcome)) response.status = 503;
        add_fields(response, answer);
        return response;
    }
    std::string body;
    for (const NameResult& result : *results) body += line_of(result) + "\n";
    const bool all_for_now = std::ranges::all_of(
        *results, [](const NameResult& result) { return is_for_now(result.outcome); });
    http::Response response = make_response(all_for_now ? 503 : 200, kPlainText, std::move(body));
    add_fields(response, answer);
    return response;
}

}  // namespace homeport::names
