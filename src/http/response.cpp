#include "http/response.hpp"

#include "http/chars.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace homeport::http {
namespace {

struct Status {
    int code;
    std::string_view reason;
    std::string_view remedy;  ///< for error_response()
};

constexpr std::array<Status, 28> kStatuses{{
    {200, "OK", ""},
    {201, "Created", ""},
    {202, "Accepted", ""},
    {204, "No Content", ""},
    {301, "Moved Permanently", ""},
    {302, "Found", ""},
    {303, "See Other", ""},
    {304, "Not Modified", ""},
    {307, "Temporary Redirect", ""},
    {308, "Permanent Redirect", ""},
    {400, "Bad Request",
     "The request breaks a rule of HTTP/1.1 (RFC 9112); send it with another client."},
    {401, "Unauthorized", "Send your user name and password, or your token."},
    {403, "Forbidden", "These credentials do not allow it; use others."},
    {404, "Not Found", "There is nothing at this address; check its path."},
    {405, "Method Not Allowed", "This address takes other methods only."},
    {408, "Request Timeout", "The request took too long to arrive; send it again."},
    {409, "Conflict", "It is not possible as things stand now; look at them and try again."},
    {411, "Length Required", "Send the body with a Content-Length."},
    {413, "Content Too Large", "The body is too long; send less at once."},
    {414, "URI Too Long", "The address is too long; send less in it."},
    {415, "Unsupported Media Type", "Send the body in another form."},
    {429, "Too Many Requests", "Wait before you try again."},
    {431, "Request Header Fields Too Large", "The fields are too long or too many; send fewer."},
    {500, "Internal Server Error", "The server failed at this request; try again later."},
    {501, "Not Implemented", "The server cannot do this."},
    {502, "Bad Gateway", "A server behind this one failed; try again later."},
    {503, "Service Unavailable", "The server has no room or no data now; try again later."},
    {505, "HTTP Version Not Supported", "Use HTTP/1.1."},
}};

constexpr std::array<std::string_view, 6> kClasses{
    "", "Informational", "Success", "Redirection", "Client Error", "Server Error"};

const Status* find_status(int code) {
    const auto* const found = std::ranges::find(kStatuses, code, &Status::code);
    return found == kStatuses.end() ? nullptr : found;
}

bool sendable(const Response& response) {
    const bool in_range = response.status >= 200 && response.status <= 599;
    return in_range && all_chars(response.content_type, kValueChar) &&
           std::ranges::all_of(response.fields, [](const Response::Field& field) {
               return !field.name.empty() && all_chars(field.name, kTokenChar) &&
                      all_chars(field.value, kValueChar);
           });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

void append_number(std::string& out, std::size_t number) {
    std::array<char, 20> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), end);
}

}  // namespace

void append_response(std::string& out, const Response& response, const Delivery& delivery) {
    if (!sendable(response)) return append_response(out, error_response(500), delivery);
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(response.status));
    out.append(" ").append(reason_of(response.status)).append("\r\n");
    if (!delivery.date.empty()) append_field(out, "Date", delivery.date);
    // RFC 9110 sections 8.6 and 15.4.5: these two end with their head.
    const bool bare = response.status == 204 || response.status == 304;
    if (!bare) {
        if (!response.content_type.empty())
            append_field(out, "Content-Type", response.content_type);
        out += "Content-Length: ";
        append_number(out, response.body.size());
        out += "\r\n";
    }
    for (const auto& [name, value] : response.fields) append_field(out, name, value);
    if (!delivery.keep_alive) {
        out += "Connection: close\r\n";
    } else if (delivery.old_version) {
        out += "Connection: keep-alive\r\n";
    }
    out += "\r\n";
    if (!bare && !delivery.head_only) out += response.body;
}

std::string http_date(UnixSeconds time) {
    constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed",
                                                    "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_seconds at{std::chrono::seconds(time)};
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(at - day);
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
        static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
        static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
        clock.seconds().count());
}

std::string_view reason_of(int status) {
    if (const Status* const known = find_status(status)) return known->reason;
    const auto kind = static_cast<std::size_t>(status / 100);
    return kind < kClasses.size() ? kClasses[kind] : "";
}

Response error_response(int status) {
    const Status* const known = find_status(status);
    std::string text = fmt::format("{} {}\n", status, reason_of(status));
    if (known != nullptr && !known->remedy.empty()) text.append(known->remedy).append("\n");
    return {.status = status, .body = std::move(text)};
}

}  // namespace homeport::http
