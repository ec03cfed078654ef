#include "tunnel/protocol/frame.hpp"

#include "core/assert.hpp"
#include "tunnel/protocol/limits.hpp"

#include <algorithm>

namespace homeport::tunnel {
namespace {

enum class Type : std::uint8_t {
    hello = 0x01,
    welcome = 0x02,
    resume = 0x03,
    resume_end = 0x04,
    join = 0x05,
    joined = 0x06,
    refused = 0x07,
    announce = 0x08,
    announced = 0x09,
    park = 0x0a,
    bypass = 0x0b,
    bypassed = 0x0c,
    challenge = 0x0d,
    asked = 0x0e,
    probe = 0x0f,
    open = 0x10,
    opened = 0x11,
    data = 0x12,
    fin = 0x13,
    ack = 0x14,
    reset = 0x15,
    reset_ack = 0x16,
    seen = 0x17,
    ping = 0x20,
    pong = 0x21,
    stopping = 0x22,
};
/// Types from here on are skipped by a version that does not know them.
constexpr std::uint8_t kFirstIgnorableType = 0x80;

constexpr std::uint8_t kFamily4 = 4;
constexpr std::uint8_t kFamily6 = 6;

void write_endpoint(Writer& out, const Endpoint& endpoint) {
    out.u8(endpoint.address.is_v4() ? kFamily4 : kFamily6);
    out.raw(std::as_bytes(std::span(endpoint.address.octets())).first(endpoint.address.size()));
    out.u16(endpoint.port);
}

template <std::size_t Count>
std::array<std::uint8_t, Count> take_octets(Reader& in) {
    std::array<std::uint8_t, Count> octets{};
    for (std::uint8_t& octet : octets) octet = in.u8();
    return octets;
}

Endpoint read_endpoint(Reader& in) {
    Endpoint endpoint;
    const std::uint8_t family = in.u8();
    if (family == kFamily4) {
        endpoint.address = IpAddress::v4(take_octets<4>(in));
    } else if (family == kFamily6) {
        endpoint.address = IpAddress::v6(take_octets<16>(in));
    } else {
        in.take(in.remaining() + 1);  // turns the reader bad
    }
    endpoint.port = in.u16();
    return endpoint;
}

template <std::size_t Count>
std::array<std::byte, Count> read_array(Reader& in) {
    std::array<std::byte, Count> bytes{};
    const Bytes taken = in.take(Count);
    std::copy(taken.begin(), taken.end(), bytes.begin());
    return bytes;
}

StreamId read_stream(Reader& in) {
    return {in.varint()};
}

Errc read_code(Reader& in) {
    return static_cast<Errc>(in.varint_up_to(static_cast<std::uint64_t>(Errc::io)));
}

void write_code(Writer& out, Errc code) {
    out.varint(static_cast<std::uint64_t>(code));
}

/// Writes the body and tells the type.
struct BodyWriter {
    Writer& out;

    Type operator()(const HelloFrame& f) const {
        out.varint(f.version);
        out.raw(f.instance.bytes);
        out.raw(f.relay_instance.bytes);
        out.u8(static_cast<std::uint8_t>(f.kind));
        out.varint(f.epoch);
        return Type::hello;
    }
    Type operator()(const WelcomeFrame& f) const {
        out.varint(f.version);
        out.raw(f.instance.bytes);
        out.u8(f.resumed ? 1 : 0);
        out.varint(f.window_ms);
        out.text(f.relay_name);
        return Type::welcome;
    }
    Type operator()(const ResumeFrame& f) const {
        out.varint(f.stream.value);
        out.varint(f.received);
        out.varint(f.max_offset);
        return Type::resume;
    }
    Type operator()(const ResumeEndFrame& f) const {
        out.varint(f.last_opened.value);
        return Type::resume_end;
    }
    Type operator()(const JoinFrame& f) const {
        out.raw(f.secret);
        return Type::join;
    }
    Type operator()(const JoinedFrame& f) const {
        out.text(f.relay_name);
        out.text(f.agent_name);
        return Type::joined;
    }
    Type operator()(const RefusedFrame& f) const {
        write_code(out, f.code);
        out.text(f.reason.substr(0, kMaxNameBytes / 2));
        return Type::refused;
    }
    Type operator()(const AnnounceFrame& f) const {
        out.raw(f.offers);
        return Type::announce;
    }
    Type operator()(const AnnouncedFrame& f) const {
        out.raw(f.results);
        return Type::announced;
    }
    Type operator()(const ParkFrame& f) const {
        out.u32(f.ask);
        out.u8(f.parked ? 1 : 0);
        out.text(f.service);
        out.text(f.home);
        out.text(f.answer);
        return Type::park;
    }
    Type operator()(const ChallengeFrame& f) const {
        out.u32(f.ask);
        out.u8(f.present ? 1 : 0);
        out.text(f.host);
        out.text(f.text);
        return Type::challenge;
    }
    Type operator()(const ProbeFrame& f) const {
        out.u32(f.ask);
        out.raw(f.token);
        out.u8(f.udp ? 1 : 0);
        out.u16(f.port);
        out.u8(static_cast<std::uint8_t>(f.check));
        out.text(f.service);
        out.text(f.host);
        out.text(f.login);
        return Type::probe;
    }
    Type operator()(const SeenFrame& f) const {
        write_endpoint(out, f.agent);
        out.u8(f.names ? 1 : 0);
        out.u16(f.http);
        out.u16(f.tls);
        return Type::seen;
    }
    Type operator()(const AskedFrame& f) const {
        out.u32(f.ask);
        out.u8(f.ok ? 1 : 0);
        write_code(out, f.code);
        out.text(f.reason.substr(0, kMaxReasonBytes));
        return Type::asked;
    }
    Type operator()(const BypassFrame& f) const {
        out.raw(f.instance.bytes);
        out.varint(f.stream.value);
        return Type::bypass;
    }
    Type operator()(const BypassedFrame&) const { return Type::bypassed; }
    Type operator()(const OpenFrame& f) const {
        out.varint(f.stream.value);
        out.varint(f.service);
        out.u16(f.port);
        write_endpoint(out, f.visitor);
        write_endpoint(out, f.local);
        out.varint(f.max_offset);
        return Type::open;
    }
    Type operator()(const OpenedFrame& f) const {
        out.varint(f.stream.value);
        return Type::opened;
    }
    Type operator()(const DataFrame& f) const {
        out.varint(f.stream.value);
        out.varint(f.offset);
        out.raw(f.payload);
        return Type::data;
    }
    Type operator()(const FinFrame& f) const {
        out.varint(f.stream.value);
        out.varint(f.offset);
        return Type::fin;
    }
    Type operator()(const AckFrame& f) const {
        out.varint(f.stream.value);
        out.varint(f.received);
        out.varint(f.max_offset);
        return Type::ack;
    }
    Type operator()(const ResetFrame& f) const {
        out.varint(f.stream.value);
        write_code(out, f.code);
        return Type::reset;
    }
    Type operator()(const ResetAckFrame& f) const {
        out.varint(f.stream.value);
        return Type::reset_ack;
    }
    Type operator()(const PingFrame& f) const {
        out.u64(f.nonce);
        return Type::ping;
    }
    Type operator()(const PongFrame& f) const {
        out.u64(f.nonce);
        return Type::pong;
    }
    Type operator()(const StoppingFrame&) const { return Type::stopping; }
    Type operator()(const UnknownFrame& f) const { return static_cast<Type>(f.type); }
};

Frame read_hello(Reader& in) {
    HelloFrame f;
    f.version = in.varint();
    f.instance.bytes = read_array<16>(in);
    f.relay_instance.bytes = read_array<16>(in);
    f.kind = static_cast<LinkKind>(in.varint_up_to(1));
    f.epoch = in.varint();
    return f;
}

Frame read_welcome(Reader& in) {
    WelcomeFrame f;
    f.version = in.varint();
    f.instance.bytes = read_array<16>(in);
    f.resumed = in.varint_up_to(1) != 0;
    f.window_ms = in.varint();
    f.relay_name = in.text(kMaxNameBytes);
    return f;
}

template <class Received>
Frame read_received(Reader& in) {
    Received f;
    f.stream = read_stream(in);
    f.received = in.varint();
    f.max_offset = in.varint();
    return f;
}

Frame read_joined(Reader& in) {
    JoinedFrame f;
    f.relay_name = in.text(kMaxNameBytes);
    f.agent_name = in.text(kMaxNameBytes);
    return f;
}

Frame read_refused(Reader& in) {
    RefusedFrame f;
    f.code = read_code(in);
    f.reason = in.text(kMaxNameBytes);
    return f;
}

Frame read_park(Reader& in) {
    ParkFrame f;
    f.ask = in.u32();
    f.parked = in.varint_up_to(1) != 0;
    f.service = in.text(kMaxNameBytes);
    f.home = in.text(kMaxNameBytes);
    f.answer = in.text(kMaxParkAnswerBytes);
    return f;
}

Frame read_challenge(Reader& in) {
    ChallengeFrame f;
    f.ask = in.u32();
    f.present = in.varint_up_to(1) != 0;
    f.host = in.text(kMaxHostBytes);
    f.text = in.text(kMaxChallengeBytes);
    return f;
}

constexpr auto kLastCheck = static_cast<std::uint64_t>(ProbeCheck::port_mapping);

Frame read_probe(Reader& in) {
    ProbeFrame f;
    f.ask = in.u32();
    f.token = read_array<16>(in);
    f.udp = in.varint_up_to(1) != 0;
    f.port = in.u16();
    f.check = static_cast<ProbeCheck>(in.varint_up_to(kLastCheck));
    f.service = in.text(kMaxNameBytes);
    f.host = in.text(kMaxHostBytes);
    f.login = in.text(kMaxNameBytes);
    return f;
}

Frame read_seen(Reader& in) {
    SeenFrame f;
    f.agent = read_endpoint(in);
    f.names = in.varint_up_to(1) != 0;
    f.http = in.u16();
    f.tls = in.u16();
    return f;
}

Frame read_asked(Reader& in) {
    AskedFrame f;
    f.ask = in.u32();
    f.ok = in.varint_up_to(1) != 0;
    f.code = read_code(in);
    f.reason = in.text(kMaxReasonBytes);
    return f;
}

Frame read_bypass(Reader& in) {
    BypassFrame f;
    f.instance.bytes = read_array<16>(in);
    f.stream = read_stream(in);
    return f;
}

Frame read_open(Reader& in) {
    OpenFrame f;
    f.stream = read_stream(in);
    f.service = static_cast<std::uint32_t>(in.varint_up_to(0xffffffff));
    f.port = in.u16();
    f.visitor = read_endpoint(in);
    f.local = read_endpoint(in);
    f.max_offset = in.varint();
    return f;
}

Frame read_data(Reader& in) {
    DataFrame f;
    f.stream = read_stream(in);
    f.offset = in.varint();
    f.payload = in.rest();
    return f;
}

Frame read_fin(Reader& in) {
    FinFrame f;
    f.stream = read_stream(in);
    f.offset = in.varint();
    return f;
}

Frame read_reset(Reader& in) {
    ResetFrame f;
    f.stream = read_stream(in);
    f.code = read_code(in);
    return f;
}

std::optional<Frame> read_body(std::uint8_t type, Reader& in) {
    switch (static_cast<Type>(type)) {
    case Type::hello:
        return read_hello(in);
    case Type::welcome:
        return read_welcome(in);
    case Type::resume:
        return read_received<ResumeFrame>(in);
    case Type::resume_end:
        return ResumeEndFrame{read_stream(in)};
    case Type::join:
        return JoinFrame{read_array<16>(in)};
    case Type::joined:
        return read_joined(in);
    case Type::refused:
        return read_refused(in);
    case Type::announce:
        return AnnounceFrame{in.rest()};
    case Type::announced:
        return AnnouncedFrame{in.rest()};
    case Type::park:
        return read_park(in);
    case Type::challenge:
        return read_challenge(in);
    case Type::probe:
        return read_probe(in);
    case Type::seen:
        return read_seen(in);
    case Type::asked:
        return read_asked(in);
    case Type::bypass:
        return read_bypass(in);
    case Type::bypassed:
        return BypassedFrame{};
    case Type::open:
        return read_open(in);
    case Type::opened:
        return OpenedFrame{read_stream(in)};
    case Type::data:
        return read_data(in);
    case Type::fin:
        return read_fin(in);
    case Type::ack:
        return read_received<AckFrame>(in);
    case Type::reset:
        return read_reset(in);
    case Type::reset_ack:
        return ResetAckFrame{read_stream(in)};
    case Type::ping:
        return PingFrame{in.u64()};
    case Type::pong:
        return PongFrame{in.u64()};
    case Type::stopping:
        return StoppingFrame{};
    }
    if (type < kFirstIgnorableType) return std::nullopt;
    in.rest();
    return UnknownFrame{type};
}

}  // namespace

void write_data_header(Writer& out, StreamId stream, std::uint64_t offset,
                       std::size_t payload_bytes) {
    out.u8(static_cast<std::uint8_t>(Type::data));
    out.varint(varint_size(stream.value) + varint_size(offset) + payload_bytes);
    out.varint(stream.value);
    out.varint(offset);
}

void write_frame(Writer& out, const Frame& frame) {
    if (const auto* data = std::get_if<DataFrame>(&frame)) {
        write_data_header(out, data->stream, data->offset, data->payload.size());
        out.raw(data->payload);
        return;
    }
    std::array<std::byte, kMaxControlFrameBytes> small;
    std::vector<std::byte> large;
    MutableBytes scratch(small);
    const auto* const announce = std::get_if<AnnounceFrame>(&frame);
    const auto* const announced = std::get_if<AnnouncedFrame>(&frame);
    if (announce != nullptr || announced != nullptr) {
        large.resize(announce != nullptr ? announce->offers.size() : announced->results.size());
        scratch = large;
    }
    Writer body(scratch);
    const Type type = std::visit(BodyWriter{body}, frame);
    out.u8(static_cast<std::uint8_t>(type));
    out.varint(body.size());
    out.raw(body.written());
}

Result<std::optional<ParsedFrame>> parse_frame(Bytes input, std::size_t max_frame_bytes) {
    Reader head(input);
    const std::uint8_t type = head.u8();
    const std::uint64_t length = head.varint();
    if (!head.ok()) return std::nullopt;
    if (length > max_frame_bytes) return fail(Errc::protocol, "frame is longer than allowed");
    if (length > head.remaining()) return std::nullopt;
    const std::size_t header_bytes = input.size() - head.remaining();
    Reader body(head.take(length));
    auto frame = read_body(type, body);
    if (!frame || !body.done()) {
        return fail(Errc::protocol, "malformed frame of type " + std::to_string(type));
    }
    return ParsedFrame{std::move(*frame), header_bytes + length};
}

std::string_view frame_name(const Frame& frame) {
    static constexpr std::array<std::string_view, 27> kNames{
        "HELLO",    "WELCOME",   "RESUME", "RESUME_END", "JOIN",     "JOINED", "REFUSED",
        "ANNOUNCE", "ANNOUNCED", "PARK",   "CHALLENGE",  "PROBE",    "SEEN",   "ASKED",
        "BYPASS",   "BYPASSED",  "OPEN",   "OPENED",     "DATA",     "FIN",    "ACK",
        "RESET",    "RESET_ACK", "PING",   "PONG",       "STOPPING", "UNKNOWN"};
    static_assert(std::variant_size_v<Frame> == kNames.size());
    return kNames.at(frame.index());
}

}  // namespace homeport::tunnel
