#pragma once
/// Answers of our own services, and how they are written as HTTP/1.1 (RFC 9112). Pure.

#include "core/time.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace homeport::http {

struct Response {
    struct Field {
        std::string name;
        std::string value;
    };

    int status = 200;  ///< 200 to 599
    /// Must outlive the response: a literal. Empty: none is sent.
    std::string_view content_type = "text/plain; charset=utf-8";
    std::string body;
    /// Further ones, such as Retry-After. Those of the connection and of framing are not for them.
    std::vector<Field> fields;
};

/// How the answer goes out.
struct Delivery {
    bool head_only = false;    ///< to HEAD: everything but the body
    bool keep_alive = true;    ///< else the connection is closed behind it
    bool old_version = false;  ///< to HTTP/1.0, where staying open has to be said
    std::string_view date;     ///< as of http_date(); empty: none is sent
};

/// Appends the whole answer to `out`. A response that would break the message (a status out of
/// range, a line end in a field) goes out as a 500.
void append_response(std::string& out, const Response& response, const Delivery& delivery);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7). Requires a time from 1970 to 9999.
std::string http_date(UnixSeconds time);

/// The usual words behind a status; of one that we do not know, those of its class.
std::string_view reason_of(int status);

/// A short text for a person, with the remedy.
Response error_response(int status);

}  // namespace homeport::http
