#pragma once
/// Strict parser of HTTP/1.x heads (RFC 9112). Pure. What two parsers could read in two ways is
/// refused: the home's server must see the same message as we do.
///
/// Two steps: a HeadScanner finds where the head ends, however it is cut into pieces; then the
/// whole head is parsed at once. Parsed views point into the caller's bytes.

#include "core/bytes.hpp"
#include "http/limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace homeport::http {

/// Finds the empty line. Feed it every byte once; start a new one per message.
class HeadScanner {
public:
    struct Result {
        enum class Status : std::uint8_t { need_more, complete, error } status;
        std::size_t head_bytes = 0;  ///< complete: size of the head from the first byte fed
        int error_status = 0;        ///< error: 400 (bare LF, empty lines), 414 or 431 (too long)
    };

    Result feed(Bytes bytes);
    /// Bytes fed so far.
    std::size_t scanned() const { return scanned_; }

private:
    Result end_line();

    std::size_t scanned_ = 0;
    std::size_t line_bytes_ = 0;  ///< of the current line, without its end
    unsigned lines_ = 0;          ///< complete ones, the request line included
    bool after_cr_ = false;
    bool empty_line_seen_ = false;
};

/// What a field is to a forwarder; `other` ones pass.
enum class FieldKind : std::uint8_t {
    other,
    host,
    content_length,
    transfer_encoding,
    connection,
    hop_by_hop,  ///< Keep-Alive, Proxy-Connection, TE, HTTP2-Settings, Proxy
    upgrade,
    expect,
    forwarding,  ///< Forwarded, X-Forwarded-*, X-Real-IP, also written with underscores
};

struct HeadField {
    std::string_view name;
    std::string_view value;  ///< without blanks around it
    FieldKind kind = FieldKind::other;
};

/// How the body's end is known (RFC 9112 section 6.3).
enum class Framing : std::uint8_t { none, length, chunked, until_close };

/// Fields and what they say together; shared by requests and responses.
struct FieldBlock {
    std::array<HeadField, kMaxFields> fields;
    std::size_t count = 0;
    unsigned hosts = 0;
    unsigned lengths = 0;
    unsigned encodings = 0;
    unsigned upgrades = 0;
    std::uint64_t content_length = 0;
    bool chunked = false;             ///< Transfer-Encoding is exactly "chunked"
    bool close = false;               ///< Connection: close
    bool keep_alive = false;          ///< Connection: keep-alive
    bool connection_upgrade = false;  ///< Connection: upgrade
    bool connection_names = false;    ///< Connection names further fields
    std::string_view host;
    std::string_view upgrade;

    std::span<const HeadField> all() const { return {fields.data(), count}; }
    /// A Connection field names `name`, which makes it hop-by-hop (RFC 9110 section 7.6.1).
    bool named_by_connection(std::string_view name) const;
};

struct RequestHead {
    std::string_view method;
    std::string_view path;  ///< origin-form, or "*"; an empty path of an absolute target reads "/"
    std::string_view host;  ///< as the visitor wrote it, with port; empty only in HTTP/1.0
    unsigned minor = 1;     ///< HTTP/1.minor: 0 or 1
    FieldBlock block;
    Framing framing = Framing::none;
    bool keep_alive = true;
    bool expect_continue = false;
    bool upgrade = false;  ///< asks for an upgrade that may pass (never h2c)

    /// Safe to send twice: GET, HEAD, OPTIONS without a body (RFC 9110 section 9.2.1).
    bool repeatable() const;
};

struct ResponseHead {
    unsigned status = 0;  ///< 100 to 999
    std::string_view reason;
    unsigned minor = 1;
    FieldBlock block;
    Framing framing = Framing::none;
    bool keep_alive = true;  ///< the home's server keeps its connection
};

/// `head` is a whole head as found by HeadScanner. Returns 0, or the HTTP status that says what is
/// wrong (400, 413, 414, 431, 505); `out` is then unspecified.
int parse_request_head(std::string_view head, RequestHead& out);

/// The same for a response to a request whose method was HEAD or not. False: malformed or
/// ambiguous.
bool parse_response_head(std::string_view head, bool to_head_request, ResponseHead& out);

/// "host" or "host:port" in the forms a Host field may have (RFC 9110 section 7.2): a name of
/// letters, digits, "-", "_" and dots, or a bracketed IPv6 address; a port from 0 to 65535.
bool valid_authority(std::string_view authority);

}  // namespace homeport::http
