#include "http/head.hpp"

#include "core/ip.hpp"
#include "core/text.hpp"
#include "http/chars.hpp"
#include "http/fields.hpp"

#include <algorithm>
#include <cstring>

namespace homeport::http {
namespace {

using Scan = HeadScanner::Result;

/// Takes the next line off `rest`; the scanner has seen to it that every line ends in CRLF.
std::string_view next_line(std::string_view& rest) {
    const auto end = rest.find("\r\n");
    if (end == std::string_view::npos) {
        const std::string_view line = rest;
        rest = {};
        return line;
    }
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return line;
}

int parse_version(std::string_view text, unsigned& minor) {
    const bool shaped = text.size() == 8 && text.starts_with("HTTP/") && text[6] == '.' &&
                        text[5] >= '0' && text[5] <= '9' && text[7] >= '0' && text[7] <= '9';
    if (!shaped) return 400;
    if (text[5] != '1' || text[7] > '1') return 505;
    minor = static_cast<unsigned>(text[7] - '0');
    return 0;
}

/// Splits an absolute-form target (RFC 9112 section 3.2.2) into authority and path.
bool split_absolute(std::string_view target, std::string_view& authority, std::string_view& path) {
    constexpr std::string_view kScheme = "http://";
    if (!equals_ignoring_case(target.substr(0, kScheme.size()), kScheme)) return false;
    target.remove_prefix(kScheme.size());
    const auto end = target.find_first_of("/?");
    authority = target.substr(0, end);
    path = end == std::string_view::npos ? std::string_view() : target.substr(end);
    // "http://host?query" has no origin-form without inserting a "/" into the visitor's bytes.
    return valid_authority(authority) && !path.starts_with('?');
}

int parse_target(std::string_view target, std::string_view& authority, RequestHead& out) {
    if (target.size() > kMaxTargetBytes) return 414;
    if (target.empty() || !all_chars(target, kTargetChar) || out.method == "CONNECT") return 400;
    out.path = target;
    if (target == "*") return out.method == "OPTIONS" ? 0 : 400;
    if (target.front() == '/') return 0;
    if (!split_absolute(target, authority, out.path)) return 400;
    if (out.path.empty()) out.path = out.method == "OPTIONS" ? "*" : "/";
    return 0;
}

int parse_request_line(std::string_view line, std::string_view& authority, RequestHead& out) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return 400;
    out.method = line.substr(0, first);
    const bool token = !out.method.empty() && out.method.size() <= kMaxMethodBytes &&
                       all_chars(out.method, kTokenChar);
    if (!token) return 400;
    if (const int status = parse_version(line.substr(last + 1), out.minor)) return status;
    return parse_target(line.substr(first + 1, last - first - 1), authority, out);
}

/// Which host the request is for; two that differ are refused rather than ranked.
int settle_host(std::string_view authority, RequestHead& out) {
    if (out.block.hosts > 1) return 400;
    if (out.block.hosts == 1 && !valid_authority(out.block.host)) return 400;
    if (out.block.hosts == 0 && out.minor == 1) return 400;
    out.host = out.block.hosts == 1 ? out.block.host : authority;
    if (!authority.empty() && !equals_ignoring_case(authority, out.host)) return 400;
    return 0;
}

int settle_request_framing(RequestHead& out) {
    const FieldBlock& block = out.block;
    if (block.encodings > 0) {
        if (out.minor == 0 || block.lengths > 0 || block.encodings > 1 || !block.chunked)
            return 400;
        out.framing = Framing::chunked;
        return 0;
    }
    if (block.lengths > 1) return 400;
    out.framing = block.lengths == 1 && block.content_length > 0 ? Framing::length : Framing::none;
    return 0;
}

/// h2c would let a visitor speak past every rule of a forwarder, so it does not pass; the server
/// then answers in HTTP/1.1, as RFC 9110 section 7.8 allows.
bool upgrade_may_pass(const RequestHead& head) {
    if (!head.block.connection_upgrade || head.block.upgrades != 1 || head.minor == 0) return false;
    if (head.framing != Framing::none || head.block.upgrade.empty()) return false;
    std::string_view rest = head.block.upgrade;
    while (!rest.empty()) {
        const std::string_view protocol = next_element(rest);
        if (protocol.size() >= 2 && equals_ignoring_case(protocol.substr(0, 2), "h2")) return false;
    }
    return true;
}

bool parse_status_line(std::string_view line, ResponseHead& out) {
    if (line.size() < 12 || line[8] != ' ') return false;
    if (parse_version(line.substr(0, 8), out.minor) != 0) return false;
    const auto status = parse_uint(line.substr(9, 3), 999);
    if (!status || *status < 100) return false;
    out.status = static_cast<unsigned>(*status);
    if (line.size() > 12 && line[12] != ' ') return false;
    out.reason = line.size() > 13 ? line.substr(13) : std::string_view();
    return all_chars(out.reason, kValueChar);
}

bool settle_response_framing(bool to_head_request, ResponseHead& out) {
    const FieldBlock& block = out.block;
    if (block.lengths > 1 || block.encodings > 1) return false;
    if (block.encodings == 1 && (block.lengths > 0 || !block.chunked || out.minor == 0))
        return false;
    const bool no_body =
        to_head_request || out.status < 200 || out.status == 204 || out.status == 304;
    if (no_body) {
        out.framing = Framing::none;
    } else if (block.encodings == 1) {
        out.framing = Framing::chunked;
    } else if (block.lengths == 1) {
        out.framing = block.content_length > 0 ? Framing::length : Framing::none;
    } else {
        out.framing = Framing::until_close;
    }
    return true;
}

/// Bytes before the first CR, LF or NUL.
std::size_t plain_run(Bytes bytes) {
    std::size_t run = bytes.size();
    for (const char mark : {'\r', '\n', '\0'}) {
        const void* const found = std::memchr(bytes.data(), mark, run);
        if (found != nullptr)
            run = static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes.data());
    }
    return run;
}

}  // namespace

Scan HeadScanner::end_line() {
    const bool empty = line_bytes_ == 0;
    line_bytes_ = 0;
    if (!empty) {
        ++lines_;
        return {Scan::Status::need_more};
    }
    if (lines_ > 0) return {Scan::Status::complete, scanned_};
    // RFC 9112 section 2.2: one empty line before the request line is forgiven.
    if (empty_line_seen_) return {Scan::Status::error, 0, 400};
    empty_line_seen_ = true;
    return {Scan::Status::need_more};
}

Scan HeadScanner::feed(Bytes bytes) {
    while (!bytes.empty()) {
        const std::size_t run = after_cr_ ? 0 : plain_run(bytes);
        line_bytes_ += run;
        scanned_ += std::min(run + 1, bytes.size());
        if (scanned_ > kMaxHeadBytes) return {Scan::Status::error, 0, lines_ == 0 ? 414 : 431};
        if (run == bytes.size()) break;
        const std::byte byte = bytes[run];
        bytes = bytes.subspan(run + 1);
        if (byte == std::byte{'\r'} && !after_cr_) {
            after_cr_ = true;
            continue;
        }
        if (byte != std::byte{'\n'} || !after_cr_) return {Scan::Status::error, 0, 400};
        after_cr_ = false;
        const Scan result = end_line();
        if (result.status != Scan::Status::need_more) return result;
    }
    return {Scan::Status::need_more};
}

bool RequestHead::repeatable() const {
    return framing == Framing::none && (method == "GET" || method == "HEAD" || method == "OPTIONS");
}

int parse_request_head(std::string_view head, RequestHead& out) {
    if (head.size() > kMaxHeadBytes) return 431;
    if (head.starts_with("\r\n")) head.remove_prefix(2);
    std::string_view authority;
    out.block.count = 0;
    if (const int status = parse_request_line(next_line(head), authority, out)) return status;
    if (const int status = parse_fields(head, out.block)) return status;
    if (const int status = settle_host(authority, out)) return status;
    if (const int status = settle_request_framing(out)) return status;
    const FieldBlock& block = out.block;
    out.keep_alive = !block.close && (out.minor == 1 || block.keep_alive);
    out.upgrade = upgrade_may_pass(out);
    out.expect_continue = false;
    for (const HeadField& field : block.all()) {
        if (field.kind != FieldKind::expect) continue;
        out.expect_continue = out.minor == 1 && equals_ignoring_case(field.value, "100-continue");
    }
    return 0;
}

bool parse_response_head(std::string_view head, bool to_head_request, ResponseHead& out) {
    if (head.size() > kMaxHeadBytes || !parse_status_line(next_line(head), out)) return false;
    if (parse_fields(head, out.block) != 0) return false;
    if (!settle_response_framing(to_head_request, out)) return false;
    out.keep_alive = !out.block.close && (out.minor == 1 || out.block.keep_alive) &&
                     out.framing != Framing::until_close;
    return true;
}

bool valid_authority(std::string_view authority) {
    constexpr std::size_t kMaxAuthorityBytes = 262;  // 255 of a name, ":" and a port
    if (authority.empty() || authority.size() > kMaxAuthorityBytes) return false;
    std::string_view host = authority;
    std::string_view port;
    const auto bracket = authority.find(']');
    const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
        host = authority.substr(0, colon);
        port = authority.substr(colon + 1);
        if (port.empty() || port.size() > 5 || !parse_uint(port, 65535)) return false;
    }
    if (host.starts_with('[')) {
        if (!host.ends_with(']')) return false;
        const std::string_view literal = host.substr(1, host.size() - 2);
        return literal.find(':') != std::string_view::npos && IpAddress::parse(literal).has_value();
    }
    return !host.empty() && host.front() != '.' && host.find("..") == std::string_view::npos &&
           all_chars(host, kHostChar);
}

}  // namespace homeport::http
