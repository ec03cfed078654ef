#include "http/fields.hpp"

#include "core/text.hpp"
#include "http/chars.hpp"

#include <algorithm>
#include <cstring>

namespace homeport::http {
namespace {

struct KnownField {
    std::string_view name;
    FieldKind kind;
};

constexpr std::array<KnownField, 12> kKnownFields{{
    {"host", FieldKind::host},
    {"content-length", FieldKind::content_length},
    {"transfer-encoding", FieldKind::transfer_encoding},
    {"connection", FieldKind::connection},
    {"keep-alive", FieldKind::hop_by_hop},
    {"proxy-connection", FieldKind::hop_by_hop},
    {"te", FieldKind::hop_by_hop},
    {"http2-settings", FieldKind::hop_by_hop},
    // Servers that speak CGI turn "Proxy" into HTTP_PROXY, which their own clients obey.
    {"proxy", FieldKind::hop_by_hop},
    {"upgrade", FieldKind::upgrade},
    {"expect", FieldKind::expect},
    {"forwarded", FieldKind::forwarding},
}};

char folded(char c) {
    if (c == '_') return '-';  // CGI and WSGI cannot tell the two apart
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool folded_starts_with(std::string_view name, std::string_view prefix) {
    return name.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), name.begin(),
                      [](char wanted, char c) { return folded(c) == wanted; });
}

bool is_forwarding(std::string_view name) {
    constexpr std::string_view kForwarded = "x-forwarded";
    if (folded_starts_with(name, kForwarded)) {
        return name.size() == kForwarded.size() || folded(name[kForwarded.size()]) == '-';
    }
    return name.size() == 9 && folded_starts_with(name, "x-real-ip");
}

void note_connection(std::string_view value, FieldBlock& out) {
    while (!value.empty()) {
        const std::string_view option = next_element(value);
        if (option.empty()) continue;
        if (equals_ignoring_case(option, "close")) {
            out.close = true;
        } else if (equals_ignoring_case(option, "keep-alive")) {
            out.keep_alive = true;
        } else if (equals_ignoring_case(option, "upgrade")) {
            out.connection_upgrade = true;
        } else {
            out.connection_names = true;
        }
    }
}

int note_length(std::string_view value, FieldBlock& out) {
    ++out.lengths;
    const bool digits = !value.empty() && std::all_of(value.begin(), value.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) return 400;
    const auto length = parse_uint(value, kMaxContentLength);
    if (!length) return 413;
    out.content_length = *length;
    return 0;
}

int note_field(const HeadField& field, FieldBlock& out) {
    switch (field.kind) {
    case FieldKind::host:
        ++out.hosts;
        out.host = field.value;
        return 0;
    case FieldKind::content_length:
        return note_length(field.value, out);
    case FieldKind::transfer_encoding:
        ++out.encodings;
        out.chunked = equals_ignoring_case(field.value, "chunked");
        return 0;
    case FieldKind::connection:
        note_connection(field.value, out);
        return 0;
    case FieldKind::upgrade:
        ++out.upgrades;
        out.upgrade = field.value;
        return 0;
    default:
        return 0;
    }
}

void reset(FieldBlock& out) {
    out.count = 0;
    out.hosts = out.lengths = out.encodings = out.upgrades = 0;
    out.content_length = 0;
    out.chunked = out.close = out.keep_alive = false;
    out.connection_upgrade = out.connection_names = false;
    out.host = out.upgrade = {};
}

}  // namespace

FieldKind field_kind(std::string_view name) {
    for (const KnownField& known : kKnownFields) {
        if (known.name.size() != name.size() || !folded_starts_with(name, known.name)) continue;
        // "Content_Length" frames nothing, yet a server behind CGI might believe it: it is dropped.
        return equals_ignoring_case(name, known.name) ? known.kind : FieldKind::hop_by_hop;
    }
    return is_forwarding(name) ? FieldKind::forwarding : FieldKind::other;
}

bool FieldBlock::named_by_connection(std::string_view name) const {
    if (!connection_names) return false;
    for (const HeadField& field : all()) {
        if (field.kind != FieldKind::connection) continue;
        std::string_view rest = field.value;
        while (!rest.empty()) {
            if (equals_ignoring_case(next_element(rest), name)) return true;
        }
    }
    return false;
}

int parse_fields(std::string_view lines, FieldBlock& out) {
    reset(out);
    while (true) {
        const auto end = lines.find("\r\n");
        if (end == std::string_view::npos) return 400;
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(end + 2);
        if (line.empty()) return lines.empty() ? 0 : 400;
        if (out.count == kMaxFields) return 431;
        const auto colon = line.find(':');
        // A blank before the colon or at the line's start (obs-fold) is no token character.
        if (colon == std::string_view::npos || colon == 0) return 400;
        HeadField& field = out.fields[out.count];
        field.name = line.substr(0, colon);
        field.value = trim_blanks(line.substr(colon + 1));
        if (!all_chars(field.name, kTokenChar) || !all_chars(field.value, kValueChar)) return 400;
        field.kind = field_kind(field.name);
        ++out.count;
        if (const int status = note_field(field, out)) return status;
    }
}

}  // namespace homeport::http
