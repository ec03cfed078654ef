#include "reach/wire/nat_pmp.hpp"

#include "core/assert.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace homeport::reach {
namespace {

constexpr std::size_t kErrorBytes = 8;
constexpr std::size_t kAddressBytes = 12;
constexpr std::size_t kMapBytes = 16;
constexpr std::uint8_t kResponseBit = 0x80;

IpAddress read_address(Reader& in) {
    std::array<std::uint8_t, 4> octets{};
    std::ranges::copy(in.take(4), std::as_writable_bytes(std::span(octets)).begin());
    return IpAddress::v4(octets);
}

}  // namespace

std::vector<std::byte> encode_nat_pmp_map(const NatPmpMapRequest& request) {
    HOMEPORT_ASSERT(request.internal_port != 0);
    HOMEPORT_ASSERT(request.opcode != NatPmpOpcode::public_address);
    std::vector<std::byte> packet(12);
    Writer out(packet);
    out.u8(kNatPmpVersion);
    out.u8(static_cast<std::uint8_t>(request.opcode));
    out.u16(0);
    out.u16(request.internal_port);
    out.u16(request.external_port);
    out.u32(request.lifetime_s);
    return packet;
}

std::vector<std::byte> encode_nat_pmp_address_request() {
    return {std::byte{kNatPmpVersion}, static_cast<std::byte>(NatPmpOpcode::public_address)};
}

GatewayPacket parse_nat_pmp_response(Bytes packet, NatPmpResponse& out) {
    out = {};
    Reader in(packet);
    out.version = in.u8();
    if (in.ok() && out.version != kNatPmpVersion) return GatewayPacket::other_version;
    const std::uint8_t opcode = in.u8();
    if (opcode < kResponseBit || opcode > (kResponseBit | 2)) return GatewayPacket::malformed;
    out.opcode = static_cast<NatPmpOpcode>(opcode & ~kResponseBit);
    out.result = static_cast<NatPmpResult>(in.u16());
    out.epoch_s = in.u32();
    const bool failed = out.result != NatPmpResult::success;
    if (failed && packet.size() == kErrorBytes) return GatewayPacket::ok;
    const bool address = out.opcode == NatPmpOpcode::public_address;
    if (packet.size() != (address ? kAddressBytes : kMapBytes)) return GatewayPacket::malformed;
    if (!address) {
        out.internal_port = in.u16();
        out.external_port = in.u16();
        out.lifetime_s = in.u32();
    } else if (!failed) {
        out.external = read_address(in);
    }
    return in.ok() ? GatewayPacket::ok : GatewayPacket::malformed;
}

}  // namespace homeport::reach
