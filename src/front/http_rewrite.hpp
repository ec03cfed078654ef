#pragma once
/// The heads that go out: to the home's server with the truth about the visitor, to the visitor
/// with what concerns his own connection. Pure.

#include "core/ip.hpp"
#include "http/head.hpp"

#include <string>

namespace homeport::front {

/// Appends the request's head for the home's server to `out`. Hop-by-hop fields and those named by
/// Connection are dropped (never Host or framing), everything a visitor says about forwarding too;
/// our own X-Forwarded-*, X-Real-IP and Forwarded (RFC 7239) say who `source` is. Upgrade passes
/// when `head.upgrade`.
void write_request_head(const http::RequestHead& head, const IpAddress& source, std::string& out);

/// What the visitor is told about his connection.
enum class ConnectionNote : std::uint8_t {
    none,  ///< goes on, which HTTP/1.1 takes for granted
    close,
    keep_alive,  ///< for HTTP/1.0
    upgrade,     ///< with a 101
};

/// Appends the response's head for the visitor to `out`, as HTTP/1.1.
void write_response_head(const http::ResponseHead& head, ConnectionNote note, std::string& out);

}  // namespace homeport::front
