#include "core/ip.hpp"

#include "core/text.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <algorithm>
#include <string>

namespace homeport {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct SplitPort {
    std::string_view host;
    std::uint16_t port;
};

Result<SplitPort> split_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return fail(Errc::invalid, "\"" + std::string(text) + "\" has no port; write host:port");
    }
    const auto port = parse_uint(text.substr(colon + 1), 65535);
    if (!port || *port == 0) {
        return fail(Errc::invalid, "\"" + std::string(text) + "\" needs a port from 1 to 65535");
    }
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (host.empty() || (!bracketed && host.find(':') != std::string_view::npos)) {
        return fail(Errc::invalid, "\"" + std::string(text) +
                                       "\" is not host:port; write an IPv6 "
                                       "address in brackets, as [2001:db8::1]:80");
    }
    return SplitPort{host, static_cast<std::uint16_t>(*port)};
}

std::string join_port(const std::string& host, std::uint16_t port) {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> octets) {
    IpAddress address;
    std::copy(octets.begin(), octets.end(), address.octets_.begin());
    return address;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> octets) {
    if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), octets.begin())) {
        return v4({octets[12], octets[13], octets[14], octets[15]});
    }
    IpAddress address;
    address.octets_ = octets;
    address.v4_ = false;
    return address;
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
    const std::string copy(text);
    std::array<std::uint8_t, 4> four{};
    std::array<std::uint8_t, 16> sixteen{};
    const bool has_nul = copy.find('\0') != std::string::npos;
    if (!has_nul && inet_pton(AF_INET, copy.c_str(), four.data()) == 1) return v4(four);
    if (!has_nul && inet_pton(AF_INET6, copy.c_str(), sixteen.data()) == 1) return v6(sixteen);
    return fail(Errc::invalid, "\"" + copy + "\" is not an IPv4 or IPv6 address");
}

bool IpAddress::is_loopback() const {
    if (v4_) return octets_[0] == 127;
    return octets_ == std::array<std::uint8_t, 16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
}

bool IpAddress::is_unspecified() const {
    return octets_ == std::array<std::uint8_t, 16>{};
}

std::string IpAddress::to_string() const {
    const auto& o = octets_;
    if (v4_) return fmt::format("{}.{}.{}.{}", o[0], o[1], o[2], o[3]);
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(AF_INET6, o.data(), text.data(), text.size());
    return text.data();
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
    const auto split = split_port(text);
    if (!split) return std::unexpected(split.error());
    const auto address = IpAddress::parse(split->host);
    if (!address) return std::unexpected(address.error());
    return Endpoint{*address, split->port};
}

std::string Endpoint::to_string() const {
    return join_port(address.to_string(), port);
}

Result<HostPort> HostPort::parse(std::string_view text) {
    const auto split = split_port(text);
    if (!split) return std::unexpected(split.error());
    return HostPort{std::string(split->host), split->port};
}

std::string HostPort::to_string() const {
    return join_port(host, port);
}

Result<Cidr> Cidr::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return std::unexpected(address.error());
    const std::size_t width = address->size() * 8;
    std::size_t bits = width;
    if (slash != std::string_view::npos) {
        // A prefix of "::ffff:10.0.0.0" counts IPv6 bits: read as IPv4 bits it names another
        // network.
        if (address->is_v4() && text.find(':') != std::string_view::npos) {
            return fail(Errc::invalid, "\"" + std::string(text) +
                                           "\" is an IPv4 network in IPv6 form; "
                                           "write it as 192.0.2.0/24");
        }
        const auto parsed = parse_uint(text.substr(slash + 1), width);
        if (!parsed) {
            return fail(Errc::invalid, "\"" + std::string(text) + "\" needs a prefix from 0 to " +
                                           std::to_string(width));
        }
        bits = *parsed;
    }
    const Cidr cidr{*address, static_cast<std::uint8_t>(bits)};
    for (std::size_t bit = bits; bit < width; ++bit) {
        if (address->octets().at(bit / 8) >> (7 - bit % 8) & 1) {
            return fail(Errc::invalid,
                        "\"" + std::string(text) + "\" has bits set behind its prefix");
        }
    }
    return cidr;
}

bool Cidr::contains(const IpAddress& address) const {
    if (address.is_v4() != network.is_v4()) return false;
    for (std::size_t bit = 0; bit < prefix_bits; bit += 8) {
        const std::size_t left = std::min<std::size_t>(8, prefix_bits - bit);
        const auto mask = static_cast<std::uint8_t>(0xff00 >> left);
        if ((address.octets().at(bit / 8) ^ network.octets().at(bit / 8)) & mask) return false;
    }
    return true;
}

std::string Cidr::to_string() const {
    return network.to_string() + "/" + std::to_string(prefix_bits);
}

}  // namespace homeport

std::size_t std::hash<homeport::IpAddress>::operator()(
    const homeport::IpAddress& address) const noexcept {
    const auto& octets = address.octets();
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(octets.data()), octets.size()});
}
