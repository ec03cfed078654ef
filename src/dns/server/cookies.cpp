#include "dns/server/cookies.hpp"

#include "core/text.hpp"
#include "dns/wire/octets.hpp"
#include "dns/wire/types.hpp"

#include <algorithm>
#include <cstring>

namespace homeport::dns {
namespace {

constexpr Octet kVersion = 1;
constexpr std::size_t kTimeAt = kClientCookieBytes + 4;

/// Seconds from `then` to `now`, both modulo 2^32 (RFC 1982), as RFC 9018 section 4.3 counts.
std::int32_t age(std::uint32_t then, UnixSeconds now) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(now) - then);
}

}  // namespace

Cookies::ServerPart Cookies::make(Bytes client_part, const IpAddress& requester,
                                  std::uint32_t time) const {
    constexpr std::size_t kHeadBytes = 8;  // of the server part: version, reserved, time
    std::array<std::byte, kClientCookieBytes + kHeadBytes + 16> input{};
    std::memcpy(input.data(), client_part.data(), kClientCookieBytes);
    auto* const head = reinterpret_cast<Octet*>(input.data() + kClientCookieBytes);
    head[0] = kVersion;
    store_u32(head + 4, time);
    std::memcpy(input.data() + kClientCookieBytes + kHeadBytes, requester.octets().data(),
                requester.size());
    const std::uint64_t hash =
        siphash(secret_, Bytes(input).first(kClientCookieBytes + kHeadBytes + requester.size()));
    ServerPart part;
    std::memcpy(part.data(), head, kHeadBytes);
    std::memcpy(part.data() + kHeadBytes, &hash, sizeof hash);
    return part;
}

bool Cookies::valid(Bytes cookie, const IpAddress& requester, UnixSeconds now) const {
    if (cookie.size() != kClientCookieBytes + kServerCookieBytes) return false;
    const std::uint32_t time = load_u32(octets(cookie) + kTimeAt);
    const std::int32_t seconds = age(time, now);
    if (seconds > kCookieLifetime || seconds < -kCookieAhead) return false;
    return equal_in_constant_time(make(cookie, requester, time),
                                  cookie.subspan(kClientCookieBytes));
}

CookieOption Cookies::option(Bytes cookie, bool known, const IpAddress& requester,
                             UnixSeconds now) const {
    CookieOption option;
    auto* at = reinterpret_cast<Octet*>(option.data());
    at = store_u16(at, static_cast<std::uint16_t>(OptionCode::cookie));
    at = store_u16(at, kClientCookieBytes + kServerCookieBytes);
    std::memcpy(at, cookie.data(), kClientCookieBytes);
    at += kClientCookieBytes;
    if (known && age(load_u32(octets(cookie) + kTimeAt), now) < kCookieRenewal) {
        std::memcpy(at, cookie.data() + kClientCookieBytes, kServerCookieBytes);
    } else {
        const ServerPart fresh = make(cookie, requester, static_cast<std::uint32_t>(now));
        std::memcpy(at, fresh.data(), fresh.size());
    }
    return option;
}

}  // namespace homeport::dns
