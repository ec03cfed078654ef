#include "reach/wire/stun.hpp"

#include <algorithm>
#include <span>

namespace homeport::reach {
namespace {

constexpr std::uint32_t kMagicCookie = 0x2112a442;
constexpr std::uint32_t kFingerprintXor = 0x5354554e;  // "STUN", RFC 8489 section 14.7
constexpr std::uint16_t kBindingRequest = 0x0001;
constexpr std::uint16_t kBindingSuccess = 0x0101;
constexpr std::uint16_t kBindingError = 0x0111;
constexpr std::size_t kAttributeHeaderBytes = 4;
constexpr std::size_t kFingerprintBytes = kAttributeHeaderBytes + 4;
constexpr std::size_t kMaxReason = 64;

/// RFC 8489 section 18.3, RFC 5780 section 9.1.
enum Attribute : std::uint16_t {
    mapped_address = 0x0001,
    change_request = 0x0003,
    source_address = 0x0004,   // of RFC 3489, still sent by old servers
    changed_address = 0x0005,  // the same
    username = 0x0006,
    message_integrity = 0x0008,
    error_code = 0x0009,
    unknown_attributes = 0x000a,
    realm = 0x0014,
    nonce = 0x0015,
    message_integrity_sha256 = 0x001c,
    password_algorithm = 0x001d,
    userhash = 0x001e,
    xor_mapped_address = 0x0020,
    response_port = 0x0027,
    fingerprint = 0x8028,
    response_origin = 0x802b,
    other_address = 0x802c,
};

/// Attributes below 0x8000 that may stand in an answer without making it useless.
constexpr std::array kUnderstood{
    mapped_address,
    source_address,
    changed_address,
    username,
    message_integrity,
    error_code,
    unknown_attributes,
    realm,
    nonce,
    userhash,
    password_algorithm,
    message_integrity_sha256,
    xor_mapped_address,
};

bool must_be_understood(std::uint16_t type) {
    return type < 0x8000 && std::ranges::find(kUnderstood, type) == kUnderstood.end();
}

/// Sixteen octets that an address is XORed with: the cookie and the id (section 14.2).
using Mask = std::array<std::uint8_t, 16>;

Mask mask_of(const StunId& id) {
    Mask mask{0x21, 0x12, 0xa4, 0x42};
    std::ranges::transform(id, mask.begin() + 4,
                           [](std::byte one) { return std::to_integer<std::uint8_t>(one); });
    return mask;
}

template <std::size_t size>
std::array<std::uint8_t, size> octets(Reader& reader, const Mask& mask) {
    std::array<std::uint8_t, size> result{};
    for (std::size_t i = 0; i < size; ++i)
        result.at(i) = static_cast<std::uint8_t>(reader.u8() ^ mask.at(i));
    return result;
}

std::optional<Endpoint> read_address(Bytes value, const Mask& mask) {
    Reader reader(value);
    reader.u8();  // section 14.1: to be ignored
    const std::uint8_t family = reader.u8();
    const unsigned port_mask = mask[0] << 8U | mask[1];
    Endpoint endpoint;
    endpoint.port = static_cast<std::uint16_t>(reader.u16() ^ port_mask);
    if (family == 1) endpoint.address = IpAddress::v4(octets<4>(reader, mask));
    if (family == 2) endpoint.address = IpAddress::v6(octets<16>(reader, mask));
    if (!reader.done() || endpoint.port == 0) return std::nullopt;
    return endpoint;
}

struct Attributes {
    std::optional<Endpoint> mapped;
    std::optional<Endpoint> xor_mapped;
    std::optional<Endpoint> other;
    std::optional<Endpoint> origin;
    std::uint16_t error = 0;
    std::string reason;
};

/// The first of several counts (section 14).
bool keep_address(std::optional<Endpoint>& place, Bytes value, const Mask& mask) {
    const auto address = read_address(value, mask);
    if (!place) place = address;
    return address.has_value();
}

bool read_error(Attributes& into, Bytes value) {
    Reader reader(value);
    const unsigned hundreds = reader.u32();
    const unsigned number = hundreds & 0xff;
    const unsigned code = (hundreds >> 8 & 7) * 100 + number;
    if (!reader.ok() || number > 99 || code < 300 || code > 699) return false;
    into.error = static_cast<std::uint16_t>(code);
    for (const char one : as_text(reader.rest()).substr(0, kMaxReason))
        into.reason += one >= ' ' && one <= '~' ? one : '?';
    return true;
}

bool read_attribute(Attributes& into, std::uint16_t type, Bytes value, const Mask& mask) {
    switch (type) {
    case mapped_address:
        return keep_address(into.mapped, value, {});
    case xor_mapped_address:
        return keep_address(into.xor_mapped, value, mask);
    case other_address:
        return keep_address(into.other, value, {});
    case response_origin:
        return keep_address(into.origin, value, {});
    case error_code:
        return into.error != 0 || read_error(into, value);
    default:
        return !must_be_understood(type);
    }
}

/// It covers everything in front of it, and nothing may follow.
bool fits_fingerprint(Bytes datagram, Bytes value, std::size_t left) {
    Reader reader(value);
    const std::uint32_t said = reader.u32();
    const Bytes covered = datagram.first(datagram.size() - kFingerprintBytes);
    return reader.done() && left == 0 && said == (stun_crc32(covered) ^ kFingerprintXor);
}

std::unexpected<Error> bad(const char* what) {
    return fail(Errc::invalid, std::string("a STUN answer ") + what);
}

Result<Attributes> read_attributes(Bytes datagram, const Mask& mask) {
    Reader reader(datagram.subspan(kStunHeaderBytes));
    Attributes result;
    bool sealed = false;  // what follows an integrity check is not covered by it, section 14.5
    for (std::size_t count = 0; reader.remaining() > 0; ++count) {
        if (count == kMaxStunAttributes) return bad("has too many attributes");
        const std::uint16_t type = reader.u16();
        const std::size_t length = reader.u16();
        const Bytes value = reader.take(length);
        reader.take((4 - length % 4) % 4);
        if (!reader.ok()) return bad("ends within an attribute");
        if (type == fingerprint) {
            if (!fits_fingerprint(datagram, value, reader.remaining()))
                return bad("has a false fingerprint");
        } else if (!sealed && !read_attribute(result, type, value, mask)) {
            return bad("has a malformed or unknown attribute");
        }
        sealed = sealed || type == message_integrity || type == message_integrity_sha256;
    }
    return result;
}

}  // namespace

std::uint32_t stun_crc32(Bytes bytes) {
    std::uint32_t crc = ~std::uint32_t{0};
    for (const std::byte one : bytes) {
        crc ^= std::to_integer<std::uint32_t>(one);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0U);
    }
    return ~crc;
}

Bytes write_stun_request(const StunId& id, StunChange change,
                         std::array<std::byte, kStunRequestBytes>& room) {
    const bool changes = change.address || change.port;
    Writer writer(room);
    writer.u16(kBindingRequest);
    writer.u16(changes ? kStunRequestBytes - kStunHeaderBytes : 0);
    writer.u32(kMagicCookie);
    writer.raw(id);
    if (changes) {
        writer.u16(change_request);
        writer.u16(4);
        writer.u32((change.address ? 4U : 0U) | (change.port ? 2U : 0U));
    }
    return writer.written();
}

Result<StunAnswer> parse_stun_answer(Bytes datagram) {
    if (datagram.size() > kMaxStunBytes) return bad("is too long");
    Reader reader(datagram);
    const std::uint16_t type = reader.u16();
    const std::size_t length = reader.u16();
    const std::uint32_t cookie = reader.u32();
    const Bytes id = reader.take(StunId{}.size());
    if (!reader.ok() || cookie != kMagicCookie) return bad("is none");
    if (type != kBindingSuccess && type != kBindingError) return bad("is of another kind");
    if (length != reader.remaining() || length % 4 != 0) return bad("has a false length");

    StunAnswer answer;
    std::ranges::copy(id, answer.id.begin());
    auto attributes = read_attributes(datagram, mask_of(answer.id));
    if (!attributes) return std::unexpected(attributes.error());
    answer.other = attributes->other;
    answer.origin = attributes->origin;
    if (type == kBindingError) {
        if (attributes->error == 0) return bad("is an error without a code");
        answer.error = attributes->error;
        answer.reason = std::move(attributes->reason);
        return answer;
    }
    answer.mapped_by_xor = attributes->xor_mapped.has_value();
    answer.mapped = answer.mapped_by_xor ? attributes->xor_mapped : attributes->mapped;
    if (!answer.mapped) return bad("has no address");
    return answer;
}

}  // namespace homeport::reach
