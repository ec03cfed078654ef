#include "tunnel/agent/proxy_header.hpp"

#include "core/bytes.hpp"

#include <array>
#include <string>

namespace homeport::tunnel {
namespace {

constexpr std::array<std::uint8_t, 12> kSignature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                                  0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
constexpr std::uint8_t kVersion2Proxy = 0x21;
constexpr std::uint8_t kTcp4 = 0x11;
constexpr std::uint8_t kTcp6 = 0x21;
constexpr std::size_t kMaxHeaderBytes = 107;  // the longest line of version 1; version 2 is shorter

/// The 16 octets of an address, version 4 in mapped form (RFC 4291 section 2.5.5.2).
std::array<std::uint8_t, 16> six_octets(const IpAddress& address) {
    if (!address.is_v4()) return address.octets();
    const auto& four = address.octets();
    return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, four[0], four[1], four[2], four[3]};
}

std::string text_of(const IpAddress& address, bool as_v6) {
    return as_v6 && address.is_v4() ? "::ffff:" + address.to_string() : address.to_string();
}

void write_version1(Writer& out, bool v6, const Endpoint& visitor, const Endpoint& local) {
    const std::string line = std::string("PROXY ") + (v6 ? "TCP6 " : "TCP4 ") +
                             text_of(visitor.address, v6) + " " + text_of(local.address, v6) + " " +
                             std::to_string(visitor.port) + " " + std::to_string(local.port) +
                             "\r\n";
    out.raw(as_bytes(line));
}

void write_version2(Writer& out, bool v6, const Endpoint& visitor, const Endpoint& local) {
    out.raw(std::as_bytes(std::span(kSignature)));
    out.u8(kVersion2Proxy);
    out.u8(v6 ? kTcp6 : kTcp4);
    out.u16(v6 ? 36 : 12);
    for (const Endpoint* endpoint : {&visitor, &local}) {
        const auto octets = v6 ? six_octets(endpoint->address) : endpoint->address.octets();
        out.raw(std::as_bytes(std::span(octets)).first(v6 ? 16 : 4));
    }
    out.u16(visitor.port);
    out.u16(local.port);
}

}  // namespace

std::vector<std::byte> make_proxy_header(ProxyProtocol version, const Endpoint& visitor,
                                         const Endpoint& local) {
    std::array<std::byte, kMaxHeaderBytes> buffer;
    Writer out(buffer);
    const bool v6 = !visitor.address.is_v4() || !local.address.is_v4();
    if (version == ProxyProtocol::v1) write_version1(out, v6, visitor, local);
    if (version == ProxyProtocol::v2) write_version2(out, v6, visitor, local);
    return {out.written().begin(), out.written().end()};
}

}  // namespace homeport::tunnel
