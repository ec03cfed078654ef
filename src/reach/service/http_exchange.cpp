#include "reach/service/http_exchange.hpp"

#include "core/text.hpp"
#include "http/chars.hpp"
#include "http/limits.hpp"
#include "reach/service/limits.hpp"

#include <algorithm>
#include <utility>

namespace homeport::reach {
namespace {

using Scan = http::HeadScanner::Result;

bool is_token(std::string_view text) {
    return !text.empty() && http::all_chars(text, http::kTokenChar);
}

bool sendable(const HttpCall& call) {
    const bool line = is_token(call.method) && call.method.size() <= http::kMaxMethodBytes &&
                      call.path.starts_with('/') && call.path.size() <= http::kMaxTargetBytes &&
                      http::all_chars(call.path, http::kTargetChar);
    return line && std::ranges::all_of(call.fields, [](const auto& field) {
               return is_token(field.first) && http::all_chars(field.second, http::kValueChar);
           });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

std::unexpected<Error> malformed() {
    return fail(Errc::protocol, "the answer is no HTTP that could be understood");
}

std::unexpected<Error> too_long() {
    return fail(Errc::protocol, "the answer is too long");
}

}  // namespace

Result<std::string> write_http_request(const HttpCall& call) {
    if (!sendable(call)) return fail(Errc::invalid, "the request would break a rule of HTTP");
    std::string out = call.method + " " + call.path + " HTTP/1.1\r\n";
    append_field(out, "Host", call.to.to_string());
    append_field(out, "Connection", "close");
    // RFC 9110 section 8.6: a method that has a body by its meaning says so when it is empty, too.
    if (!call.body.empty() || call.method == "POST")
        append_field(out, "Content-Length", std::to_string(call.body.size()));
    for (const auto& [name, value] : call.fields) append_field(out, name, value);
    return out + "\r\n" + call.body;
}

Result<bool> HttpReplyReader::take(Bytes bytes) {
    held_ += as_text(bytes);
    return in_body_ ? scan_body() : scan_head();
}

Result<bool> HttpReplyReader::scan_head() {
    while (!in_body_) {
        const Scan result = scanner_.feed(as_bytes(held_).subspan(scanner_.scanned()));
        if (result.status == Scan::Status::error) return malformed();
        if (result.status == Scan::Status::need_more) return false;
        if (auto begun = begin(result.head_bytes); !begun) return begun;
    }
    return scan_body();
}

/// The head is whole, at the front of held_.
Result<bool> HttpReplyReader::begin(std::size_t head_bytes) {
    http::ResponseHead head;
    const std::string_view text = std::string_view(held_).substr(0, head_bytes);
    if (!http::parse_response_head(text, false, head) || head.status == 101) return malformed();
    if (head.framing == http::Framing::length && head.block.content_length > kMaxHttpReplyBytes)
        return too_long();
    if (head.status < 200) {
        interim_ += head_bytes;
        if (interim_ > http::kMaxHeadBytes) return too_long();
    } else {
        reply_.status = static_cast<int>(head.status);
        for (const http::HeadField& field : head.block.all())
            reply_.fields.emplace_back(to_lower(field.name), field.value);
        chunked_ = head.framing == http::Framing::chunked;
        body_ = http::BodyScanner(head.framing, head.block.content_length);
        in_body_ = true;
    }
    scanner_ = {};
    held_.erase(0, head_bytes);
    return true;
}

Result<bool> HttpReplyReader::scan_body() {
    const auto result = body_.scan(as_bytes(held_).subspan(scanned_));
    scanned_ += result.bytes;
    if (result.error) return malformed();
    if (scanned_ > (chunked_ ? kMaxHttpRawBytes : kMaxHttpReplyBytes)) return too_long();
    if (!body_.ended()) return false;
    if (!chunked_) {
        reply_.body = held_.substr(0, scanned_);
    } else {
        http::append_chunk_data(std::string_view(held_).substr(0, scanned_), reply_.body);
    }
    if (reply_.body.size() > kMaxHttpReplyBytes) return too_long();
    return true;
}

Result<HttpReply> HttpReplyReader::finish() {
    const bool whole = in_body_ && (body_.ended() || body_.ends_with_stream());
    if (!whole) return fail(Errc::reset, "the connection ended before the answer did");
    if (body_.ends_with_stream()) reply_.body = std::move(held_);
    return std::move(reply_);
}

}  // namespace homeport::reach
