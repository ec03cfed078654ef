#include "names/api_duck.hpp"

#include "core/text.hpp"
#include "http/query.hpp"
#include "names/api_parts.hpp"
#include "names/limits.hpp"

namespace homeport::names {
namespace {

/// Clients of DuckDNS look at the text, and take other statuses for a broken server.
http::Response ko() {
    return make_response(200, kPlainText, "KO");
}

bool is_true(const http::Parameters& query, std::string_view name) {
    return equals_ignoring_case(query.find(name).value_or(""), "true");
}

std::vector<std::string> read_domains(const http::Parameters& query, std::string_view first_zone) {
    auto domains = split_list(query.find("domains").value_or(""), kMaxHostsPerUpdate);
    for (std::string& domain : domains) {
        if (domain.find('.') != std::string::npos) continue;
        domain += '.';
        domain += first_zone;
    }
    return domains;
}

bool read_change(const http::Parameters& query, AddressChange& change) {
    change.offline = is_true(query, "clear");
    if (change.offline) return true;
    const std::string_view ip = query.find("ip").value_or("");
    const std::string_view ipv6 = query.find("ipv6").value_or("");
    change.from_source = ip.empty() && ipv6.empty();
    return (ip.empty() || add_address(change, ip)) && (ipv6.empty() || add_address(change, ipv6));
}

std::string verbose_text(const ApiRequest& asked, const Answer& answer) {
    std::string text = "OK\n";
    if (const auto* const txt = std::get_if<ChangeTxt>(&asked.request.question)) {
        text += txt->value + "\n";
    } else if (const auto* const all = std::get_if<std::vector<NameResult>>(&answer.payload)) {
        const NameStatus& status = all->front().status;
        text += (status.v4 ? status.v4->to_string() : "") + "\n";
        text += (status.v6 ? status.v6->to_string() : "") + "\n";
    }
    return text + (answer.outcome == Outcome::unchanged ? "NOCHANGE" : "UPDATED");
}

}  // namespace

std::expected<ApiRequest, http::Response> read_duck(const HttpRequest& http,
                                                    std::string_view first_zone) {
    if (http.method != "GET" || http.query.size() > kMaxQueryBytes) return std::unexpected(ko());
    const auto query = http::Parameters::parse(http.query);
    if (!query) return std::unexpected(ko());
    ApiRequest asked{.api = Api::duck, .verbose = is_true(*query, "verbose")};
    asked.request.source = http.source;
    asked.request.credentials.secret = query->find("token").value_or("");
    auto domains = read_domains(*query, first_zone);
    if (const auto txt = query->find("txt")) {
        const bool clear = is_true(*query, "clear");
        asked.request.question =
            ChangeTxt{.hosts = std::move(domains),
                      .verb = clear ? ChangeTxt::Verb::clear : ChangeTxt::Verb::add,
                      .value = std::string(*txt)};
        return asked;
    }
    UpdateNames update{.hosts = std::move(domains), .change = {}};
    if (!read_change(*query, update.change)) return std::unexpected(ko());
    asked.request.question = std::move(update);
    return asked;
}

http::Response write_duck(const ApiRequest& asked, const Answer& answer) {
    http::Response response = ko();
    if (is_for_now(answer.outcome)) response.status = 503;
    if (is_success(answer.outcome))
        response.body = asked.verbose ? verbose_text(asked, answer) : "OK";
    add_fields(response, answer);
    return response;
}

}  // namespace homeport::names
