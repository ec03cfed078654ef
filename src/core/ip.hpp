#pragma once
/// Addresses without sockets. One canonical form: an IPv4-mapped IPv6 address is stored as the IPv4
/// address it is, so that rules and comparisons see one notation only. Zone ids are not accepted.

#include "core/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace homeport {

class IpAddress {
public:
    IpAddress() = default;  ///< 0.0.0.0
    static IpAddress v4(std::array<std::uint8_t, 4> octets);
    static IpAddress v6(std::array<std::uint8_t, 16> octets);
    /// Strict text forms of RFC 5952 / inet_pton; "127.1", octal, hex and zones are refused.
    static Result<IpAddress> parse(std::string_view text);

    bool is_v4() const { return v4_; }
    bool is_loopback() const;
    bool is_unspecified() const;
    /// 4 or 16 octets.
    std::size_t size() const { return v4_ ? 4 : 16; }
    const std::array<std::uint8_t, 16>& octets() const { return octets_; }
    std::string to_string() const;

    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

private:
    std::array<std::uint8_t, 16> octets_{};
    bool v4_ = true;
};

struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;

    /// "192.0.2.1:80" or "[2001:db8::1]:80"; the address must be numeric.
    static Result<Endpoint> parse(std::string_view text);
    std::string to_string() const;
    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// "host:port" with a name or a numeric address; brackets are taken off an IPv6 host.
struct HostPort {
    std::string host;
    std::uint16_t port = 0;

    static Result<HostPort> parse(std::string_view text);
    std::string to_string() const;
    friend auto operator<=>(const HostPort&, const HostPort&) = default;
};

struct Cidr {
    IpAddress network;
    std::uint8_t prefix_bits = 0;

    /// "192.0.2.0/24", "2001:db8::/32" or a lone address; host bits set are an error.
    static Result<Cidr> parse(std::string_view text);
    bool contains(const IpAddress& address) const;
    std::string to_string() const;
    friend auto operator<=>(const Cidr&, const Cidr&) = default;
};

}  // namespace homeport

template <>
struct std::hash<homeport::IpAddress> {
    std::size_t operator()(const homeport::IpAddress& address) const noexcept;
};
