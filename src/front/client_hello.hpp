#pragma once
/// Reads the server name and the protocols out of a TLS ClientHello (RFC 8446 section 4.1.2, RFC
/// 6066 section 3, RFC 7301 section 3.1) without taking part in the handshake. Pure.

#include "core/bytes.hpp"
#include "front/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace homeport::front {

struct HelloResult {
    enum class Status : std::uint8_t { need_more, complete, not_tls, malformed } status;
    /// need_more: asking again is pointless before so many bytes are there; at most kMaxHelloBytes.
    std::size_t needed = 0;
    std::string server_name;      ///< complete: lower case, no final dot; empty if there is none
    bool wants_protocol = false;  ///< complete: `protocol` is among the ALPN names
};

/// `input` is all that came so far, from the first byte. The hello may be cut into up to
/// kMaxHelloRecords records. Longer than kMaxHelloBytes: malformed.
HelloResult parse_client_hello(Bytes input, std::string_view protocol);

}  // namespace homeport::front
