#pragma once
/// DNS cookies (RFC 7873) in the form that all servers of a name can share (RFC 9018): a requester
/// that shows the cookie it was given is where it says it is. Pure.

#include "core/ip.hpp"
#include "core/time.hpp"
#include "dns/server/siphash.hpp"
#include "dns/wire/limits.hpp"

#include <array>
#include <cstddef>

namespace homeport::dns {

/// The COOKIE option with client and server part, in wire form (RFC 7873 section 4).
inline constexpr std::size_t kServerCookieBytes = 16;
inline constexpr std::size_t kCookieOptionBytes = 4 + kClientCookieBytes + kServerCookieBytes;
using CookieOption = std::array<std::byte, kCookieOptionBytes>;

/// RFC 9018 section 4.3: how old a cookie may be, how far ahead its clock, and when it is replaced.
inline constexpr UnixSeconds kCookieLifetime = 3600;
inline constexpr UnixSeconds kCookieAhead = 300;
inline constexpr UnixSeconds kCookieRenewal = 1800;

class Cookies {
public:
    explicit Cookies(const SipKey& secret) : secret_(secret) {}

    /// `cookie` is a whole COOKIE option's content. True: its server part is ours, for this
    /// requester, and not too old.
    bool valid(Bytes cookie, const IpAddress& requester, UnixSeconds now) const;
    /// The option to answer with: the server part as it came while it is young, else a fresh one.
    /// Requires kClientCookieBytes of `cookie`, and `known` as valid() says.
    CookieOption option(Bytes cookie, bool known, const IpAddress& requester,
                        UnixSeconds now) const;

private:
    using ServerPart = std::array<std::byte, kServerCookieBytes>;
    ServerPart make(Bytes client_part, const IpAddress& requester, std::uint32_t time) const;

    SipKey secret_;
};

}  // namespace homeport::dns
