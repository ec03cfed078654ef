#include "dns/tsig/record.hpp"

#include "core/assert.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/types.hpp"

#include <algorithm>
#include <array>

namespace homeport::dns {
namespace {

/// Type, class, TTL and length of the data.
constexpr std::size_t kFixedBytes = 10;
/// Time and fudge; and with them, behind the algorithm, the lengths of MAC and other data, the id
/// and the error.
constexpr std::size_t kTimerBytes = kTsigTimeBytes + 2;
constexpr std::size_t kDataBytes = kTimerBytes + 8;

std::uint64_t u48(Reader& reader) {
    const std::uint64_t high = reader.u16();
    return high << 32 | reader.u32();
}

/// RFC 8945 section 4.2: class ANY, TTL 0; and the message ends with it.
bool read_fixed(Reader& reader) {
    const bool is_tsig = reader.u16() == static_cast<std::uint16_t>(RrType::tsig);
    const bool is_any = reader.u16() == static_cast<std::uint16_t>(RrClass::any);
    const bool at_once = reader.u32() == 0;
    const std::size_t size = reader.u16();
    return reader.ok() && is_tsig && is_any && at_once && size == reader.remaining();
}

bool read_data(Reader& reader, TsigRecord& out) {
    out.time_signed = u48(reader);
    out.fudge = reader.u16();
    const std::size_t mac_size = reader.u16();
    out.mac = reader.take(mac_size);
    out.original_id = reader.u16();
    out.error = static_cast<TsigError>(reader.u16());
    const std::size_t other_size = reader.u16();
    out.other = reader.take(other_size);
    return reader.done();
}

Octet* store_timers(Octet* at, const TsigRecord& record) {
    return store_u16(store_u48(at, record.time_signed), record.fudge);
}

Octet* store_bytes(Octet* at, Bytes bytes) {
    return std::copy_n(octets(bytes), bytes.size(), at);
}

Octet* store_class_and_ttl(Octet* at) {
    return store_u32(store_u16(at, static_cast<std::uint16_t>(RrClass::any)), 0);
}

Octet* store_error(Octet* at, const TsigRecord& record) {
    at = store_u16(at, static_cast<std::uint16_t>(record.error));
    return store_u16(at, static_cast<std::uint16_t>(record.other.size()));
}

}  // namespace

bool read_tsig(Bytes packet, std::size_t at, TsigRecord& out) {
    if (at < kHeaderBytes || at >= packet.size()) return false;
    if (load_u16(octets(packet) + kAdditionalsAt) == 0) return false;
    ExpandedName owner;
    if (!expand_name(packet, at, owner)) return false;
    out.key_name.assign_lower(owner.view());
    Reader reader(packet.subspan(owner.next));
    if (!read_fixed(reader)) return false;
    // Names in the data of new types are never compressed (RFC 3597 section 4).
    const auto algorithm = NameView::read(packet.last(reader.remaining()));
    if (!algorithm) return false;
    out.algorithm.assign_lower(*algorithm);
    reader.take(algorithm->size());
    return read_data(reader, out);
}

std::size_t tsig_bytes(NameView key_name, NameView algorithm, std::size_t mac_bytes,
                       std::size_t other_bytes) {
    return key_name.size() + kFixedBytes + algorithm.size() + kDataBytes + mac_bytes + other_bytes;
}

std::size_t append_tsig(MutableBytes buffer, std::size_t used, const TsigRecord& record) {
    const NameView owner = record.key_name.view();
    const NameView algorithm = record.algorithm.view();
    const std::size_t size = tsig_bytes(owner, algorithm, record.mac.size(), record.other.size());
    HOMEPORT_ASSERT(used >= kHeaderBytes && used <= buffer.size());
    HOMEPORT_ASSERT(buffer.size() - used >= size);
    auto* const start = reinterpret_cast<Octet*>(buffer.data());
    Octet* at = store_bytes(start + used, owner.wire());
    at = store_u16(at, static_cast<std::uint16_t>(RrType::tsig));
    at = store_class_and_ttl(at);
    at = store_u16(at, static_cast<std::uint16_t>(size - owner.size() - kFixedBytes));
    at = store_bytes(at, algorithm.wire());
    at = store_timers(at, record);
    at = store_u16(at, static_cast<std::uint16_t>(record.mac.size()));
    at = store_bytes(at, record.mac);
    at = store_u16(at, record.original_id);
    at = store_error(at, record);
    at = store_bytes(at, record.other);
    HOMEPORT_ASSERT(at == start + used + size);
    Octet* const additionals = start + kAdditionalsAt;
    store_u16(additionals, static_cast<std::uint16_t>(load_u16(additionals) + 1));
    return used + size;
}

Octet* store_u48(Octet* at, std::uint64_t value) {
    return store_u32(store_u16(at, static_cast<std::uint16_t>(value >> 32)),
                     static_cast<std::uint32_t>(value));
}

void digest_mac(crypto::Hmac& hmac, Bytes mac) {
    std::array<Octet, 2> size;
    store_u16(size.data(), static_cast<std::uint16_t>(mac.size()));
    hmac.update(std::as_bytes(std::span(size)));
    hmac.update(mac);
}

void digest_message(crypto::Hmac& hmac, Bytes message, std::uint16_t id,
                    std::uint16_t additionals) {
    std::array<Octet, kHeaderBytes> header;
    std::memcpy(header.data(), message.data(), header.size());
    store_u16(header.data(), id);
    store_u16(header.data() + kAdditionalsAt, additionals);
    hmac.update(std::as_bytes(std::span(header)));
    hmac.update(message.subspan(header.size()));
}

void digest_variables(crypto::Hmac& hmac, const TsigRecord& record) {
    std::array<Octet, 6> fixed;
    store_class_and_ttl(fixed.data());
    std::array<Octet, 4> error;
    store_error(error.data(), record);
    hmac.update(record.key_name.view().wire());
    hmac.update(std::as_bytes(std::span(fixed)));
    hmac.update(record.algorithm.view().wire());
    digest_timers(hmac, record);
    hmac.update(std::as_bytes(std::span(error)));
    hmac.update(record.other);
}

void digest_timers(crypto::Hmac& hmac, const TsigRecord& record) {
    std::array<Octet, kTimerBytes> timers;
    store_timers(timers.data(), record);
    hmac.update(std::as_bytes(std::span(timers)));
}

}  // namespace homeport::dns
