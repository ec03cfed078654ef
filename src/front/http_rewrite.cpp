#include "front/http_rewrite.hpp"

#include "http/chars.hpp"

#include <initializer_list>

namespace homeport::front {
namespace {

void append(std::string& out, std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) out.append(part);
}

/// Framing decides where the message ends, so no Connection field may take it away.
bool removable(http::FieldKind kind) {
    return kind != http::FieldKind::content_length && kind != http::FieldKind::transfer_encoding &&
           kind != http::FieldKind::host;
}

bool passes(const http::HeadField& field, const http::FieldBlock& block, bool upgrade) {
    switch (field.kind) {
    case http::FieldKind::connection:
    case http::FieldKind::hop_by_hop:
        return false;
    case http::FieldKind::upgrade:
        return upgrade;
    default:
        return !removable(field.kind) || !block.named_by_connection(field.name);
    }
}

void append_forwarding(const http::RequestHead& head, const IpAddress& source, std::string& out) {
    const std::string address = source.to_string();
    append(out, {"X-Forwarded-For: ", address, "\r\nX-Real-IP: ", address,
                 "\r\nX-Forwarded-Proto: http\r\n"});
    if (!head.host.empty()) append(out, {"X-Forwarded-Host: ", head.host, "\r\n"});
    // RFC 7239 section 6: an IPv6 address stands in brackets and quotes; section 4: a host with a
    // port is no token, so it is quoted too.
    const bool v4 = source.is_v4();
    append(out, {"Forwarded: for=", v4 ? "" : "\"[", address, v4 ? "" : "]\""});
    if (!head.host.empty()) append(out, {";host=\"", head.host, "\""});
    out += ";proto=http\r\n";
}

}  // namespace

void write_request_head(const http::RequestHead& head, const IpAddress& source, std::string& out) {
    append(out, {head.method, " ", head.path, head.minor == 1 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n"});
    if (!head.host.empty()) append(out, {"Host: ", head.host, "\r\n"});
    for (const http::HeadField& field : head.block.all()) {
        if (field.kind == http::FieldKind::host || field.kind == http::FieldKind::forwarding)
            continue;
        if (!passes(field, head.block, head.upgrade)) continue;
        append(out, {field.name, ": ", field.value, "\r\n"});
    }
    append_forwarding(head, source, out);
    if (head.upgrade) {
        out += "Connection: Upgrade\r\n";
    } else if (!head.keep_alive && head.minor == 1) {
        out += "Connection: close\r\n";
    }
    out += "\r\n";
}

void write_response_head(const http::ResponseHead& head, ConnectionNote note, std::string& out) {
    const char status[] = {static_cast<char>('0' + head.status / 100),
                           static_cast<char>('0' + head.status / 10 % 10),
                           static_cast<char>('0' + head.status % 10)};
    append(out, {"HTTP/1.1 ", {status, sizeof status}, " ", head.reason, "\r\n"});
    // RFC 9112 section 6.3: these never have a body, so a length here could only mislead.
    const bool bare = head.status < 200 || head.status == 204;
    for (const http::HeadField& field : head.block.all()) {
        const bool framing = field.kind == http::FieldKind::content_length ||
                             field.kind == http::FieldKind::transfer_encoding;
        if (bare && framing) continue;
        if (!passes(field, head.block, head.status == 101)) continue;
        append(out, {field.name, ": ", field.value, "\r\n"});
    }
    switch (note) {
    case ConnectionNote::none:
        break;
    case ConnectionNote::close:
        out += "Connection: close\r\n";
        break;
    case ConnectionNote::keep_alive:
        out += "Connection: keep-alive\r\n";
        break;
    case ConnectionNote::upgrade:
        out += "Connection: Upgrade\r\n";
        break;
    }
    out += "\r\n";
}

}  // namespace homeport::front
