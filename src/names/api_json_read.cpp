#include "core/text.hpp"
#include "http/chars.hpp"
#include "names/api_json.hpp"
#include "names/api_parts.hpp"
#include "names/limits.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace homeport::names {
namespace {

using nlohmann::json;

/// A refusal, and more about it than the outcome says.
struct Fault {
    Outcome outcome;
    std::string remedy;
};
template <class T>
using Read = std::expected<T, Fault>;

std::unexpected<Fault> refuse(Outcome outcome, std::string remedy = "") {
    return std::unexpected(Fault{outcome, std::move(remedy)});
}

/// The members of a body that are known by name; what else there is, is an error.
class Members {
public:
    explicit Members(json object) : object_(std::move(object)) {}

    /// Null when it is missing.
    const json* take(const char* name) {
        const auto found = object_.find(name);
        if (found == object_.end()) return nullptr;
        ++taken_;
        return &*found;
    }
    /// A missing one is empty.
    std::string text(const char* name) {
        const json* const value = take(name);
        if (value == nullptr) return "";
        const auto* const text = value->get_ptr<const std::string*>();
        if (text == nullptr) wrong_ = std::string(name) + " must be a text.";
        return text == nullptr ? "" : *text;
    }
    void wrong(std::string what) { wrong_ = std::move(what); }
    /// After all were taken.
    Read<void> check() const {
        if (!wrong_.empty()) return refuse(Outcome::malformed, wrong_);
        if (taken_ != object_.size())
            return refuse(Outcome::malformed, "There is a member that nobody knows here.");
        return {};
    }

private:
    json object_;
    std::size_t taken_ = 0;
    std::string wrong_;
};

bool is_json_type(std::string_view content_type) {
    return equals_ignoring_case(http::trim_blanks(content_type.substr(0, content_type.find(';'))),
                                "application/json");
}

/// An empty body has no members.
Read<Members> read_members(const HttpRequest& http) {
    if (http.body.size() > kMaxBodyBytes) return refuse(Outcome::too_large);
    if (http.body.empty()) return Members(json::object());
    // Also keeps forms of other sites from being taken for requests.
    if (!is_json_type(http.content_type)) return refuse(Outcome::wrong_media);
    json object = json::parse(http.body, nullptr, false);
    if (!object.is_object()) return refuse(Outcome::malformed, "The body must be a JSON object.");
    return Members(std::move(object));
}

Read<Question> read_sign_up(Members& body) {
    SignUp question;
    question.account = body.text("account");
    question.password = body.text("password");
    question.challenge = body.text("challenge");
    question.nonce = body.text("nonce");
    return question;
}

Read<void> read_family(Members& body, const char* name, bool v4, FamilyChange& family) {
    const json* const value = body.take(name);
    if (value == nullptr) return {};
    family.verb = FamilyChange::Verb::remove;
    if (value->is_null()) return {};
    const auto* const text = value->get_ptr<const std::string*>();
    const auto address = IpAddress::parse(text == nullptr ? "" : *text);
    if (!address || address->is_v4() != v4) return refuse(Outcome::bad_address);
    family = {.verb = FamilyChange::Verb::set, .address = *address};
    return {};
}

Read<void> read_prefix(Members& body, AddressChange& change) {
    const json* const value = body.take("ipv6prefix");
    if (value == nullptr) return {};
    const auto* const text = value->get_ptr<const std::string*>();
    const auto prefix = Cidr::parse(text == nullptr ? "" : *text);
    if (!prefix || prefix->network.is_v4() || prefix->prefix_bits < kMinPrefixBits ||
        prefix->prefix_bits > kMaxPrefixBits || change.v6.verb == FamilyChange::Verb::remove)
        return refuse(Outcome::bad_address);
    change.prefix = *prefix;
    return {};
}

void read_counter(Members& body, AddressChange& change) {
    const json* const value = body.take("counter");
    if (value == nullptr) return;
    if (value->is_number_unsigned() && value->get<std::uint64_t>() <= kMaxCounter) {
        change.counter = value->get<std::uint64_t>();
    } else {
        body.wrong("counter must be a whole number from 0 to 2^53 - 1.");
    }
}

Read<Question> read_update(const std::string& name, Members& body) {
    UpdateNames question{.hosts = {name}, .change = {}};
    AddressChange& change = question.change;
    if (auto read = read_family(body, "ipv4", true, change.v4); !read)
        return std::unexpected(read.error());
    if (auto read = read_family(body, "ipv6", false, change.v6); !read)
        return std::unexpected(read.error());
    if (auto read = read_prefix(body, change); !read) return std::unexpected(read.error());
    read_counter(body, change);
    if (const json* const offline = body.take("offline")) {
        if (!offline->is_boolean()) body.wrong("offline must be true or false.");
        change.offline = offline->is_boolean() && offline->get<bool>();
    }
    return question;
}

Read<Question> read_txt(const std::string& name, Members& body, bool put) {
    ChangeTxt question{.hosts = {name}, .value = body.text("value")};
    if (!put)
        question.verb = question.value.empty() ? ChangeTxt::Verb::clear : ChangeTxt::Verb::remove;
    return question;
}

Read<Question> read_token_wish(Members& body) {
    return IssueToken{.label = body.text("label"), .name = body.text("name")};
}

/// What a path can be asked, by method; empty: it cannot.
struct Resource {
    std::string_view allow;  ///< empty: there is no such path
    Read<Question> question = refuse(Outcome::wrong_method);
};

/// "/v1/names/NAME/acme" is {"names", "NAME", "acme"}.
using Segments = std::array<std::string, 3>;
std::optional<Segments> split_path(std::string_view path) {
    constexpr std::string_view kRoot = "/v1/";
    if (!path.starts_with(kRoot)) return std::nullopt;
    path.remove_prefix(kRoot.size());
    Segments segments;
    for (std::string& segment : segments) {
        const std::size_t slash = path.find('/');
        segment = path.substr(0, slash);
        if (segment.empty()) return std::nullopt;
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
    return std::nullopt;
}

Resource name_resource(const Segments& path, std::string_view method, Members& body) {
    const std::string& name = path[1];
    if (path[2] == "acme") {
        Resource resource{.allow = "PUT, DELETE"};
        if (method == "PUT" || method == "DELETE")
            resource.question = read_txt(name, body, method == "PUT");
        return resource;
    }
    if (path[2] == "propagation") {
        Resource resource{.allow = "GET"};
        if (method == "GET") resource.question = AskPropagation{name};
        return resource;
    }
    if (!path[2].empty()) return {};
    Resource resource{.allow = "GET, PUT, DELETE"};
    if (method == "GET") resource.question = ShowName{name};
    if (method == "PUT") resource.question = read_update(name, body);
    if (method == "DELETE") resource.question = DeleteName{name};
    return resource;
}

Resource account_resource(const Segments& path, std::string_view method, Members& body) {
    if (path[1].empty()) {
        Resource resource{.allow = "POST"};
        if (method == "POST") resource.question = read_sign_up(body);
        return resource;
    }
    if (path[1] != "self" || !path[2].empty()) return {};
    Resource resource{.allow = "DELETE"};
    if (method == "DELETE") resource.question = DeleteAccount{};
    return resource;
}

Resource token_resource(const Segments& path, std::string_view method, Members& body) {
    if (!path[2].empty()) return {};
    if (!path[1].empty()) {
        Resource resource{.allow = "DELETE"};
        if (method == "DELETE") resource.question = RevokeToken{path[1]};
        return resource;
    }
    Resource resource{.allow = "GET, POST"};
    if (method == "GET") resource.question = ListTokens{};
    if (method == "POST") resource.question = read_token_wish(body);
    return resource;
}

Resource names_resource(std::string_view method, Members& body) {
    Resource resource{.allow = "GET, POST"};
    if (method == "GET") resource.question = ListNames{};
    if (method == "POST") resource.question = CreateName{body.text("name")};
    return resource;
}

Resource find_resource(const Segments& path, std::string_view method, Members& body) {
    if (path[0] == "accounts") return account_resource(path, method, body);
    if (path[0] == "tokens") return token_resource(path, method, body);
    if (path[0] == "names" && !path[1].empty()) return name_resource(path, method, body);
    if (!path[1].empty()) return {};
    if (path[0] == "names") return names_resource(method, body);
    Resource resource{.allow = "GET"};
    if (path[0] == "challenge" && method == "GET") resource.question = AskChallenge{};
    if (path[0] == "notice" && method == "GET") resource.question = AskNotice{};
    return path[0] == "challenge" || path[0] == "notice" ? std::move(resource) : Resource{};
}

http::Response error_of(const Fault& fault) {
    return json_error(Answer{.outcome = fault.outcome}, fault.remedy);
}

}  // namespace

std::expected<ApiRequest, http::Response> read_json(const HttpRequest& http) {
    const auto path = split_path(http.path);
    if (!path) return std::unexpected(error_of({Outcome::no_such_path, ""}));
    auto body = read_members(http);
    if (!body) return std::unexpected(error_of(body.error()));
    const std::string_view method = http.method == "HEAD" ? "GET" : http.method;
    Resource resource = find_resource(*path, method, *body);
    if (resource.allow.empty()) return std::unexpected(error_of({Outcome::no_such_path, ""}));
    if (!resource.question) {
        http::Response response = error_of(resource.question.error());
        if (response.status == 405)
            response.fields.push_back({"Allow", std::string(resource.allow)});
        return std::unexpected(std::move(response));
    }
    if (const auto checked = body->check(); !checked)
        return std::unexpected(error_of(checked.error()));
    return ApiRequest{.api = Api::json,
                      .request = {.source = http.source,
                                  .credentials = read_credentials(http.authorization),
                                  .question = std::move(*resource.question)}};
}

}  // namespace homeport::names
