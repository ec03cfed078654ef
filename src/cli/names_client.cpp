#include "cli/names_client.hpp"

#include "cli/names_http.hpp"
#include "core/ip.hpp"

#include <fmt/format.h>

namespace homeport::cli {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string remedy_of(Errc code) {
    switch (code) {
    case Errc::not_found:
        return "";
    case Errc::unreachable:
        return "check the host in --url, and this host's resolvers";
    case Errc::denied:
        return "check the host in --url; trust a certificate of your own with --ca";
    case Errc::timed_out:
    case Errc::io:
        return "check --url and whether the service runs";
    default:
        return "check --url: this may be no name service";
    }
}

Complaint not_a_service() {
    return {"this is no answer of a name service", "check --url"};
}

}  // namespace

int tell(const Complaint& complaint, const Console& console) {
    return console.fail(kFailed, complaint.what, complaint.remedy);
}

Complaint complaint_of(int status, const std::string& body, std::int64_t retry_after) {
    const json object = json::parse(body, nullptr, /*allow_exceptions=*/false);
    const std::string error = object.is_object() ? text_of(object, "error") : "";
    if (error.empty()) {
        return {fmt::format("the answer is an error of HTTP, {}", status),
                "check --url: this may be no name service"};
    }
    Complaint complaint{fmt::format("the service refused: {}", error), text_of(object, "remedy")};
    if (retry_after > 0) complaint.remedy += fmt::format(" Come again in {} s.", retry_after);
    return complaint;
}

Asked<std::string> NamesClient::fetch(const char* method, const std::string& path,
                                      const json& body) const {
    auto answer = ask_http({.method = method,
                            .url = place_.url + path,
                            .ca_file = place_.ca_file,
                            .json = body.is_null() ? "" : body.dump(),
                            .token = token_,
                            .user = account_,
                            .password = password_});
    if (!answer) {
        return std::unexpected(
            Complaint{fmt::format("the name service cannot be asked: {}", answer.error().what),
                      remedy_of(answer.error().code)});
    }
    if (answer->status < 200 || answer->status > 299)
        return std::unexpected(complaint_of(answer->status, answer->body, answer->retry_after));
    return std::move(answer->body);
}

Asked<json> NamesClient::ask(const char* method, const std::string& path, const json& body) const {
    const auto answer = fetch(method, path, body);
    if (!answer) return std::unexpected(answer.error());
    json object = json::parse(*answer, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return std::unexpected(not_a_service());
    return object;
}

Asked<std::string> NamesClient::own_address() const {
    const auto answer = fetch("GET", "/checkip", nullptr);
    if (!answer) return std::unexpected(answer.error());
    const std::string text = answer->substr(0, answer->find_first_of("\r\n"));
    if (!IpAddress::parse(text)) return std::unexpected(not_a_service());
    return text;
}

}  // namespace homeport::cli
