#include "cli/names_http.hpp"

#include "cli/console.hpp"
#include "cli/curl_library.hpp"
#include "cli/limits.hpp"
#include "cli/version.hpp"

#include <fmt/format.h>

#include <array>

namespace homeport::cli {
namespace {

constexpr std::string_view kPlain = "http://";
constexpr std::string_view kSecure = "https://";

std::string_view host_of(std::string_view url) {
    url.remove_prefix(url.find("//") + 2);
    url = url.substr(0, url.find('/'));
    if (url.starts_with('[')) return url.substr(1, url.find(']') - 1);
    return url.substr(0, url.find(':'));
}

std::size_t receive(const char* piece, std::size_t, std::size_t size, void* into) {
    auto& body = *static_cast<std::string*>(into);
    if (body.size() + size > kMaxHttpAnswerBytes) return 0;
    body.append(piece, size);
    return size;
}

Errc errc_of(CURLcode code) {
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return Errc::unreachable;
    case CURLE_OPERATION_TIMEDOUT:
        return Errc::timed_out;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return Errc::denied;
    case CURLE_WRITE_ERROR:
        return Errc::limit;
    default:
        return Errc::io;
    }
}

/// One request, with all that it needs until it is answered.
class Request {
public:
    Request(const CurlLibrary& library, const HttpQuestion& question)
        : library_(library), question_(question), curl_(library.easy_init()) {}
    ~Request() {
        library_.easy_cleanup(curl_);
        library_.slist_free_all(fields_);
    }
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;
    Result<HttpAnswer> ask();

private:
    template <class Value>
    void set(CURLoption option, Value value) {
        if (failed_ == CURLE_OK) failed_ = library_.easy_setopt(curl_, option, value);
    }
    void set_up();
    void set_body();
    void set_credentials();

    const CurlLibrary& library_;
    const HttpQuestion& question_;
    CURL* curl_;
    curl_slist* fields_ = nullptr;
    std::array<char, CURL_ERROR_SIZE> why_{};
    std::string body_;
    CURLcode failed_ = CURLE_OK;
};

void Request::set_up() {
    set(CURLOPT_ERRORBUFFER, why_.data());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_URL, question_.url.c_str());
    set(CURLOPT_USERAGENT, fmt::format("homeport/{}", version()).c_str());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(to_ms(kHttpConnectTime)));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(to_ms(kHttpTime)));
    set(CURLOPT_WRITEFUNCTION, &receive);
    set(CURLOPT_WRITEDATA, &body_);
    if (!question_.ca_file.empty()) set(CURLOPT_CAINFO, question_.ca_file.c_str());
}

void Request::set_body() {
    if (!question_.json.empty()) {
        set(CURLOPT_POSTFIELDSIZE, static_cast<long>(question_.json.size()));
        set(CURLOPT_POSTFIELDS, question_.json.c_str());
        fields_ = library_.slist_append(nullptr, "Content-Type: application/json");
        set(CURLOPT_HTTPHEADER, fields_);
    }
    set(CURLOPT_CUSTOMREQUEST, question_.method.c_str());
}

void Request::set_credentials() {
    if (!question_.token.empty()) {
        set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
        set(CURLOPT_XOAUTH2_BEARER, question_.token.c_str());
    } else if (!question_.user.empty()) {
        set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        set(CURLOPT_USERNAME, question_.user.c_str());
        set(CURLOPT_PASSWORD, question_.password.c_str());
    }
}

Result<HttpAnswer> Request::ask() {
    if (curl_ == nullptr) return fail(Errc::io, "there is no memory for a request");
    set_up();
    set_body();
    set_credentials();
    if (failed_ == CURLE_OK) failed_ = library_.easy_perform(curl_);
    if (failed_ == CURLE_WRITE_ERROR) return fail(Errc::limit, "the answer is too long");
    if (failed_ != CURLE_OK) {
        const char* const what = why_[0] != '\0' ? why_.data() : library_.easy_strerror(failed_);
        return fail(errc_of(failed_), printable(what));
    }
    HttpAnswer answer{.status = 0, .body = std::move(body_)};
    long status = 0;
    library_.easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    curl_off_t retry_after = 0;
    library_.easy_getinfo(curl_, CURLINFO_RETRY_AFTER, &retry_after);
    answer.status = static_cast<int>(status);
    answer.retry_after = retry_after;
    return answer;
}

}  // namespace

Result<std::string> parse_service_url(std::string_view text) {
    const auto refuse = [](std::string_view why) {
        return fail(Errc::invalid, fmt::format("the URL of the service {}; write for example "
                                               "https://names.example.net",
                                               why));
    };
    if (!text.starts_with(kPlain) && !text.starts_with(kSecure))
        return refuse("starts neither with https:// nor with http://");
    if (text.size() > kMaxUrlChars) return refuse("is too long");
    // A password there would be seen by every user of this host.
    if (text.find('@') != std::string_view::npos) return refuse("has an @ in it");
    for (const char c : text) {
        if (c <= ' ' || c >= 127 ||
            std::string_view("?#\\\"<>^`{|}").find(c) != std::string_view::npos)
            return refuse("has characters that it cannot have");
    }
    const std::size_t scheme = text.find("//") + 2;
    while (text.size() > scheme && text.ends_with('/')) text.remove_suffix(1);
    if (host_of(text).empty()) return refuse("names no host");
    return std::string(text);
}

bool is_readable_on_the_way(std::string_view url) {
    const std::string_view host = host_of(url);
    return url.starts_with(kPlain) && host != "localhost" && host != "::1" &&
           !host.starts_with("127.");
}

Result<HttpAnswer> ask_http(const HttpQuestion& question) {
    const auto library = CurlLibrary::get();
    if (!library) return std::unexpected(library.error());
    return Request(**library, question).ask();
}

}  // namespace homeport::cli
