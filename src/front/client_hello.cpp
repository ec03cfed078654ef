#include "front/client_hello.hpp"

#include "core/text.hpp"
#include "http/chars.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace homeport::front {
namespace {

using Status = HelloResult::Status;

constexpr std::size_t kRecordHeader = 5;     // RFC 8446 section 5.1
constexpr std::size_t kHandshakeHeader = 4;  // section 4
constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kClientHello = 1;
constexpr std::uint16_t kMaxRecordBytes = 1 << 14;
constexpr std::uint16_t kServerNameExtension = 0;
constexpr std::uint16_t kAlpnExtension = 16;

HelloResult outcome(Status status, std::size_t needed = 0) {
    return {status, needed, {}, false};
}

/// The handshake message, out of its records; `message` is complete when `status` says so.
struct Gathered {
    Status status = Status::need_more;
    std::size_t needed = 0;
    std::vector<std::byte> message;
};

Status check_record_header(std::uint8_t type, std::uint16_t version, std::size_t length,
                           bool first) {
    if (type != kHandshakeRecord || version >> 8 != 3)
        return first ? Status::not_tls : Status::malformed;
    if (length == 0 || length > kMaxRecordBytes) return Status::malformed;
    return Status::complete;
}

/// The first byte tells most other protocols apart before a whole header is there.
bool starts_otherwise(Bytes input) {
    return (!input.empty() && input[0] != std::byte{kHandshakeRecord}) ||
           (input.size() > 1 && input[1] != std::byte{3});
}

std::optional<std::size_t> hello_bytes(const std::vector<std::byte>& message) {
    if (message.size() < kHandshakeHeader) return std::nullopt;
    Reader reader(message);
    reader.u8();
    const std::size_t high = reader.u8();
    return kHandshakeHeader + (high << 16 | reader.u16());
}

Gathered gather(Bytes input) {
    Gathered result;
    if (starts_otherwise(input)) return {Status::not_tls, 0, {}};
    Reader reader(input);
    std::size_t consumed = 0;
    for (std::size_t records = 0; records < kMaxHelloRecords; ++records) {
        result.needed = consumed + kRecordHeader;
        if (result.needed > kMaxHelloBytes) return {Status::malformed, 0, {}};
        if (reader.remaining() < kRecordHeader) return result;
        const std::uint8_t type = reader.u8();
        const std::uint16_t version = reader.u16();
        const std::uint16_t length = reader.u16();
        const Status header = check_record_header(type, version, length, records == 0);
        if (header != Status::complete) return {header, 0, {}};
        result.needed += length;
        if (result.needed > kMaxHelloBytes) return {Status::malformed, 0, {}};
        if (reader.remaining() < length) return result;
        const Bytes fragment = reader.take(length);
        result.message.insert(result.message.end(), fragment.begin(), fragment.end());
        consumed = result.needed;
        if (result.message[0] != std::byte{kClientHello}) return {Status::malformed, 0, {}};
        const auto whole = hello_bytes(result.message);
        if (whole && *whole > kMaxHelloBytes) return {Status::malformed, 0, {}};
        if (whole && result.message.size() >= *whole) {
            result.message.resize(*whole);
            result.status = Status::complete;
            return result;
        }
    }
    return {Status::malformed, 0, {}};
}

bool valid_server_name(std::string_view name) {
    return !name.empty() && name.size() <= 255 && http::all_chars(name, http::kHostChar) &&
           name.front() != '.' && name.find("..") == std::string_view::npos;
}

/// RFC 6066 section 3: one host_name; other name types were never defined.
bool read_server_name(Bytes body, HelloResult& out) {
    Reader reader(body);
    Reader list(reader.take(reader.u16()));
    if (!reader.done() || !out.server_name.empty()) return false;
    while (list.ok() && list.remaining() > 0) {
        const std::uint8_t type = list.u8();
        const std::string_view name = as_text(list.take(list.u16()));
        if (!list.ok() || type != 0) continue;
        if (!out.server_name.empty() || !valid_server_name(name)) return false;
        out.server_name = to_lower(name);
        if (out.server_name.ends_with('.')) out.server_name.pop_back();
    }
    return list.done();
}

bool read_alpn(Bytes body, std::string_view protocol, HelloResult& out) {
    Reader reader(body);
    Reader list(reader.take(reader.u16()));
    if (!reader.done()) return false;
    while (list.ok() && list.remaining() > 0) {
        const std::string_view name = as_text(list.take(list.u8()));
        if (name.empty()) return false;
        if (list.ok() && name == protocol) out.wants_protocol = true;
    }
    return list.done();
}

bool read_extensions(Bytes body, std::string_view protocol, HelloResult& out) {
    Reader reader(body);
    while (reader.ok() && reader.remaining() > 0) {
        const std::uint16_t type = reader.u16();
        const Bytes extension = reader.take(reader.u16());
        if (!reader.ok()) return false;
        if (type == kServerNameExtension && !read_server_name(extension, out)) return false;
        if (type == kAlpnExtension && !read_alpn(extension, protocol, out)) return false;
    }
    return reader.done();
}

bool read_hello(Bytes message, std::string_view protocol, HelloResult& out) {
    Reader reader(message);
    reader.take(kHandshakeHeader);
    const std::uint16_t version = reader.u16();
    reader.take(32);            // random
    reader.take(reader.u8());   // legacy session id
    reader.take(reader.u16());  // cipher suites
    reader.take(reader.u8());   // compression methods
    if (!reader.ok() || version >> 8 != 3) return false;
    if (reader.remaining() == 0) return true;
    const Bytes extensions = reader.take(reader.u16());
    return reader.done() && read_extensions(extensions, protocol, out);
}

}  // namespace

HelloResult parse_client_hello(Bytes input, std::string_view protocol) {
    const Gathered gathered = gather(input);
    if (gathered.status != Status::complete) return outcome(gathered.status, gathered.needed);
    HelloResult result = outcome(Status::complete);
    if (!read_hello(gathered.message, protocol, result)) return outcome(Status::malformed);
    return result;
}

}  // namespace homeport::front
