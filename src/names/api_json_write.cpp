#include "names/api_json.hpp"
#include "names/api_parts.hpp"

#include <nlohmann/json.hpp>

namespace homeport::names {
namespace {

using nlohmann::json;

std::string dump(const json& value) {
    // Labels of tokens come from people: a bad octet must not make the whole answer fail.
    return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

json address_json(const std::optional<IpAddress>& address) {
    return address ? json(address->to_string()) : json(nullptr);
}

json name_json(const NameStatus& status) {
    json object{{"name", status.name},
                {"ipv4", address_json(status.v4)},
                {"ipv6", address_json(status.v6)},
                {"txt", status.txt},
                {"offline", status.offline},
                {"counter", status.counter},
                {"created", status.created},
                {"confirmed", status.confirmed},
                {"quarantined_until", nullptr},
                {"expires", status.expires},
                {"warned", status.warned}};
    if (status.quarantined_until != 0) object["quarantined_until"] = status.quarantined_until;
    return object;
}

json token_json(const TokenStatus& token) {
    json object{{"id", token.id}, {"label", token.label}, {"created", token.created}};
    object["name"] = token.name.empty() ? json(nullptr) : json(token.name);
    return object;
}

/// The payload of a success, by its type and, where that is not enough, by the question.
struct PayloadJson {
    const ApiRequest& asked;
    Outcome outcome;

    template <class Asked>
    bool is() const {
        return std::holds_alternative<Asked>(asked.request.question);
    }
    json operator()(std::monostate) const { return json::object(); }
    json operator()(const GivenChallenge& given) const {
        return {{"challenge", given.challenge},
                {"bits", given.bits},
                {"expires", given.expires},
                {"hash", "sha256(challenge|nonce)"}};
    }
    json operator()(const GivenToken& given) const {
        return {{"token", given.token}, {"id", given.id}};
    }
    json operator()(const std::vector<TokenStatus>& tokens) const {
        json list = json::array();
        for (const TokenStatus& token : tokens) list.push_back(token_json(token));
        return {{"tokens", std::move(list)}};
    }
    json operator()(const std::vector<NameResult>& results) const {
        if (!is<ListNames>()) {
            json object = name_json(results.front().status);
            if (is<UpdateNames>() || is<ChangeTxt>()) object["changed"] = outcome == Outcome::good;
            return object;
        }
        json list = json::array();
        for (const NameResult& result : results) list.push_back(name_json(result.status));
        return {{"names", std::move(list)}};
    }
    json operator()(const std::string& text) const {
        return {{is<SignUp>() ? "account" : "notice", text}};
    }
};

bool makes_something(const Question& question) {
    return std::holds_alternative<SignUp>(question) ||
           std::holds_alternative<IssueToken>(question) ||
           std::holds_alternative<CreateName>(question);
}

}  // namespace

http::Response json_error(const Answer& answer, std::string_view remedy) {
    const OutcomeText& text = text_of(answer.outcome);
    const json body{{"error", text.error}, {"remedy", remedy.empty() ? text.remedy : remedy}};
    http::Response response = make_response(text.status, kJsonText, dump(body));
    add_fields(response, answer);
    return response;
}

http::Response write_json(const ApiRequest& asked, const Answer& answer) {
    if (!is_success(answer.outcome)) return json_error(answer);
    const json body = std::visit(PayloadJson{asked, answer.outcome}, answer.payload);
    const int status = makes_something(asked.request.question) ? 201 : 200;
    return make_response(status, kJsonText, dump(body));
}

}  // namespace homeport::names
