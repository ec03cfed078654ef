#include "reach/wire/pcp.hpp"

#include <algorithm>
#include <span>

namespace homeport::reach {
namespace {

constexpr std::size_t kHeaderBytes = 24;
constexpr std::size_t kMapBytes = 36;
constexpr std::size_t kOptionHeaderBytes = 4;
constexpr std::size_t kMaxPacketBytes = 1100;
constexpr std::size_t kAddressBytes = 16;
constexpr std::uint8_t kResponseBit = 0x80;
/// Section 7.3: options from here on may be skipped by who does not know them.
constexpr std::uint8_t kFirstOptionalOption = 128;
constexpr std::uint8_t kPreferFailure = 2;

/// Section 5: IPv4 addresses travel as ::ffff:a.b.c.d, also 0.0.0.0.
void write_address(Writer& out, const IpAddress& address) {
    const auto octets = std::as_bytes(std::span(address.octets()));
    if (!address.is_v4()) return out.raw(octets);
    out.u64(0);
    out.u32(0xffff);
    out.raw(octets.first(4));
}

IpAddress read_address(Reader& in) {
    std::array<std::uint8_t, kAddressBytes> octets{};
    std::ranges::copy(in.take(kAddressBytes), std::as_writable_bytes(std::span(octets)).begin());
    return IpAddress::v6(octets);
}

/// Section 7.1.
void write_header(Writer& out, PcpOpcode opcode, std::uint32_t lifetime_s,
                  const IpAddress& client) {
    out.u8(kPcpVersion);
    out.u8(static_cast<std::uint8_t>(opcode));
    out.u16(0);
    out.u32(lifetime_s);
    write_address(out, client);
}

PcpMap read_map(Reader& in) {
    PcpMap map;
    std::ranges::copy(in.take(map.nonce.size()), map.nonce.begin());
    map.protocol = in.u8();
    in.take(3);
    map.internal_port = in.u16();
    map.external_port = in.u16();
    map.external = read_address(in);
    return map;
}

/// Section 7.3: each is padded to 4 octets.
bool options_make_sense(Reader& in) {
    while (in.remaining() > 0) {
        const std::uint8_t code = in.u8();
        in.u8();
        const std::size_t length = in.u16();
        in.take((length + 3) / 4 * 4);
        if (code < kFirstOptionalOption && code != kPreferFailure) return false;
    }
    return in.ok();
}

}  // namespace

std::vector<std::byte> encode_pcp_map(const PcpMapRequest& request) {
    std::vector<std::byte> packet(kHeaderBytes + kMapBytes +
                                  (request.prefer_failure ? kOptionHeaderBytes : 0));
    Writer out(packet);
    write_header(out, PcpOpcode::map, request.lifetime_s, request.client);
    out.raw(request.map.nonce);
    out.u8(request.map.protocol);
    out.u8(0);
    out.u16(0);
    out.u16(request.map.internal_port);
    out.u16(request.map.external_port);
    write_address(out, request.map.external);
    if (request.prefer_failure) out.u32(std::uint32_t{kPreferFailure} << 24);
    return packet;
}

std::vector<std::byte> encode_pcp_announce(const IpAddress& client) {
    std::vector<std::byte> packet(kHeaderBytes);
    Writer out(packet);
    write_header(out, PcpOpcode::announce, 0, client);
    return packet;
}

GatewayPacket parse_pcp_response(Bytes packet, PcpResponse& out) {
    out = {};
    Reader in(packet);
    out.version = in.u8();
    if (in.ok() && out.version != kPcpVersion) return GatewayPacket::other_version;
    const bool fits = packet.size() >= kHeaderBytes && packet.size() <= kMaxPacketBytes;
    if (!fits || packet.size() % 4 != 0) return GatewayPacket::malformed;
    const std::uint8_t opcode = in.u8();
    if (opcode != kResponseBit && opcode != (kResponseBit | 1)) return GatewayPacket::malformed;
    out.opcode = static_cast<PcpOpcode>(opcode & ~kResponseBit);
    in.u8();
    out.result = static_cast<PcpResult>(in.u8());
    out.lifetime_s = in.u32();
    out.epoch_s = in.u32();
    in.take(12);
    const bool bare = in.remaining() == 0 && out.result != PcpResult::success;
    if (out.opcode == PcpOpcode::map && !bare) out.map = read_map(in);
    return in.ok() && options_make_sense(in) ? GatewayPacket::ok : GatewayPacket::malformed;
}

}  // namespace homeport::reach
