#pragma once
/// The PROXY protocol, versions 1 and 2, as sent by trusted load balancers
/// (https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt). Pure.

#include "core/bytes.hpp"
#include "core/ip.hpp"
#include "front/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace homeport::front {

inline constexpr std::size_t kMaxProxyV1Bytes = 107;  ///< with CRLF
/// A header of either version fits.
inline constexpr std::size_t kMaxProxyBytes = 16 + kMaxProxyV2Bytes;

struct ProxyResult {
    struct Addresses {
        Endpoint source;
        Endpoint destination;
    };
    enum class Status : std::uint8_t { need_more, complete, malformed } status;
    std::size_t bytes = 0;  ///< complete: size of the header; what follows is the visitor's
    /// complete: whom the balancer speaks for; none for UNKNOWN, LOCAL, and families without ports:
    /// then the connection's own addresses count.
    std::optional<Addresses> addresses;
};

/// `input` is all that came so far, from the first byte.
ProxyResult parse_proxy_header(Bytes input);

}  // namespace homeport::front
