#include "front/stand_in.hpp"

#include "core/text.hpp"
#include "http/chars.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace homeport::front {
namespace {

struct Wording {
    int status;
    std::string_view reason;
    std::string_view text;
};

constexpr std::array<Wording, 11> kWordings{{
    {400, "Bad Request", "The request cannot be understood."},
    {403, "Forbidden", "The owner of this site does not let your address in."},
    {404, "Not Found", "There is no site of this name here. Check the address for a typing error."},
    {408, "Request Timeout", "The request did not arrive in time."},
    {413, "Content Too Large", "The request is too large."},
    {414, "URI Too Long", "The address of the page is too long."},
    {431, "Request Header Fields Too Large", "The request's header is too large."},
    {502, "Bad Gateway", "The server at home is there, but its web service does not answer."},
    {503, "Service Unavailable", "The server of this site is away at the moment."},
    {504, "Gateway Timeout",
     "The server at home is there, but its web service does not answer in time."},
    {505, "HTTP Version Not Supported", "This version of HTTP is not spoken here."},
}};

const Wording& wording(int status) {
    for (const Wording& entry : kWordings) {
        if (entry.status == status) return entry;
    }
    return kWordings[0];
}

Page make_page(std::string_view title, std::string_view text, std::string_view host, bool reload) {
    constexpr std::string_view kLayout =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "{}<title>{}</title><style>"
        "body{{font:1.1em/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1em;"
        "color:#222;background:#fafafa}}h1{{font-size:1.5em}}p.host{{color:#777}}"
        "@media(prefers-color-scheme:dark){{body{{color:#ddd;background:#1b1b1b}}}}"
        "</style></head><body><h1>{}</h1><p>{}</p><p class=\"host\">{}</p></body></html>\n";
    const std::string refresh =
        reload ? fmt::format("<meta http-equiv=\"refresh\" content=\"{}\">", kRetryAfterSeconds)
               : "";
    return std::make_shared<const std::string>(
        fmt::format(kLayout, refresh, title, title, text, escape_html(host)));
}

bool may_be_file_name(std::string_view host) {
    return !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
           host.find("..") == std::string_view::npos && http::all_chars(host, http::kHostChar);
}

Page read_file(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return nullptr;
    const auto size = std::filesystem::file_size(path, error);
    if (error || size > kMaxStandInBytes) return nullptr;
    std::ifstream input(path, std::ios::binary);
    auto text = std::make_shared<std::string>(size, '\0');
    input.read(text->data(), static_cast<std::streamsize>(size));
    if (!input) return nullptr;
    return text;
}

}  // namespace

Page StandInPages::read(const std::string& file, TimePoint now) {
    const auto found = cache_.find(file);
    if (found != cache_.end() && now < found->second.until) return found->second.page;
    if (found == cache_.end() && cache_.size() >= kStandInCacheEntries) cache_.clear();
    const Page page = read_file(std::filesystem::path(directory_) / file);
    cache_.insert_or_assign(file, Cached{page, now + kStandInCacheTime});
    return page;
}

Page StandInPages::find(std::string_view host, TimePoint now) {
    if (directory_.empty()) return nullptr;
    if (may_be_file_name(host)) {
        if (Page page = read(std::string(host) + ".html", now)) return page;
    }
    return read("default.html", now);
}

Page built_in_stand_in(std::string_view host) {
    return make_page("This site is away for a moment",
                     "Its server cannot be reached just now and is expected back. This page tries "
                     "again by itself.",
                     host, true);
}

Page error_page(int status, std::string_view host) {
    const Wording& words = wording(status);
    return make_page(words.reason, words.text, host, false);
}

std::string answer_head(int status, std::size_t body_bytes) {
    const std::string retry =
        status == 503 ? fmt::format("Retry-After: {}\r\n", kRetryAfterSeconds) : "";
    return fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n"
        "Cache-Control: no-store\r\n{}Connection: close\r\n\r\n",
        status, wording(status).reason, body_bytes, retry);
}

}  // namespace homeport::front
