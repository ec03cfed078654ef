#pragma once
/// The frames of a link: type (1 byte), length of the body (varint), body. docs/protocol/tunnel.md
/// is the full description; this codec is its only implementation here. Pure.

#include "core/bytes.hpp"
#include "core/ids.hpp"
#include "core/ip.hpp"
#include "core/probe.hpp"
#include "core/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace homeport::tunnel {

using StreamId = StrongId<struct StreamTag>;

enum class LinkKind : std::uint8_t {
    attach = 0,  ///< becomes the session's link; older ones end
    join = 1,    ///< carries streams beside the session's link
};

struct HelloFrame {
    std::uint64_t version = 0;
    InstanceId instance;        ///< of the agent's process
    InstanceId relay_instance;  ///< that the agent's session belongs to; zero: none
    LinkKind kind = LinkKind::attach;
    std::uint64_t epoch =
        0;  ///< counts the agent's links; a lower one never displaces a higher one
};
struct WelcomeFrame {
    std::uint64_t version = 0;
    InstanceId instance;   ///< of the relay's process
    bool resumed = false;  ///< false: the agent's streams are gone
    std::uint64_t window_ms = 0;
    std::string_view relay_name;
};
struct ResumeFrame {
    StreamId stream;
    std::uint64_t received = 0;  ///< bytes received in order, plus one if the end was received
    std::uint64_t max_offset = 0;
};
struct ResumeEndFrame {
    /// From an agent: the last stream it heard of. The relay may have opened younger ones over the
    /// old link after this list was made: those are not in it and yet alive. From a relay: 0.
    StreamId last_opened;
};
struct JoinFrame {
    std::array<std::byte, 16> secret{};
};
struct JoinedFrame {
    std::string_view relay_name;
    std::string_view agent_name;
};
struct RefusedFrame {
    Errc code = Errc::denied;
    std::string_view reason;
};
struct AnnounceFrame {
    Bytes offers;
};
struct AnnouncedFrame {
    Bytes results;
};
struct ParkFrame {
    std::uint32_t ask = 0;  ///< the agent's number for it; 0: one kept for want of a link
    bool parked = false;
    std::string_view service;  ///< empty: all
    std::string_view home;     ///< empty: the agent's own
    std::string_view answer;   ///< "stand-in", "nothing" or addresses; empty: "stand-in"
};
/// A TXT record under _acme-challenge of a host that the agent publishes (RFC 8555 section 8.4).
struct ChallengeFrame {
    std::uint32_t ask = 0;
    bool present = false;
    std::string_view host;
    std::string_view text;
};
/// Asks for a dial from outside to the address that this connection comes from.
struct ProbeFrame {
    std::uint32_t ask = 0;
    ProbeToken token{};
    bool udp = false;
    std::uint16_t port = 0;
    ProbeCheck check = ProbeCheck::proof;
    std::string_view service;  ///< whose names follow the result; empty: of none
    std::string_view host;     ///< http, tls: whom to ask for
    std::string_view login;    ///< ftp: "user:password"; empty: anonymous
};
/// Where the relay sees the agent, and where its visitors come; after each attach.
struct SeenFrame {
    Endpoint agent;
    bool names = false;      ///< names of homes follow their state here
    std::uint16_t http = 0;  ///< port of http and tls services; 0: none
    std::uint16_t tls = 0;
};
/// The relay's answer to PARK, CHALLENGE and PROBE.
struct AskedFrame {
    std::uint32_t ask = 0;
    bool ok = false;
    Errc code = Errc::invalid;  ///< of no meaning when it went well
    std::string_view reason;
};
/// Asks that the stream goes on unsealed on the connection that this came over.
struct BypassFrame {
    InstanceId instance;  ///< of the agent's process, to which the stream belongs
    StreamId stream;
};
/// Granted: nothing more is said in frames here.
struct BypassedFrame {};
struct OpenFrame {
    StreamId stream;
    std::uint32_t service = 0;
    std::uint16_t port = 0;
    Endpoint visitor;
    Endpoint local;
    std::uint64_t max_offset = 0;
};
struct OpenedFrame {
    StreamId stream;
};
struct DataFrame {
    StreamId stream;
    std::uint64_t offset = 0;
    Bytes payload;
};
struct FinFrame {
    StreamId stream;
    std::uint64_t offset = 0;  ///< where the stream ends
};
struct AckFrame {
    StreamId stream;
    std::uint64_t received = 0;  ///< as in RESUME
    std::uint64_t max_offset = 0;
};
struct ResetFrame {
    StreamId stream;
    Errc code = Errc::reset;
};
struct ResetAckFrame {
    StreamId stream;
};
struct PingFrame {
    std::uint64_t nonce = 0;
};
struct PongFrame {
    std::uint64_t nonce = 0;
};
/// The sender's process stops on purpose; the agent dials again at once.
struct StoppingFrame {};
/// A type of a later version: skipped.
struct UnknownFrame {
    std::uint8_t type = 0;
};

using Frame =
    std::variant<HelloFrame, WelcomeFrame, ResumeFrame, ResumeEndFrame, JoinFrame, JoinedFrame,
                 RefusedFrame, AnnounceFrame, AnnouncedFrame, ParkFrame, ChallengeFrame, ProbeFrame,
                 SeenFrame, AskedFrame, BypassFrame, BypassedFrame, OpenFrame, OpenedFrame,
                 DataFrame, FinFrame, AckFrame, ResetFrame, ResetAckFrame, PingFrame, PongFrame,
                 StoppingFrame, UnknownFrame>;

/// Writes the frame; requires kMaxControlFrameBytes of room, for DATA kMaxDataHeaderBytes +
/// payload. ANNOUNCE, ANNOUNCED and texts need what they hold.
void write_frame(Writer& out, const Frame& frame);
/// Type and length of a DATA frame and its fields up to the payload, which the caller adds.
void write_data_header(Writer& out, StreamId stream, std::uint64_t offset,
                       std::size_t payload_bytes);

struct ParsedFrame {
    Frame frame;            ///< views point into the input
    std::size_t bytes = 0;  ///< of the input that the frame took
};

/// The first frame of `input`; nothing: the frame is not complete yet. Errors (protocol):
/// malformed, an unknown type below 0x80, or longer than `max_frame_bytes`.
Result<std::optional<ParsedFrame>> parse_frame(Bytes input, std::size_t max_frame_bytes);

/// The name of the frame's type, for logs.
std::string_view frame_name(const Frame& frame);

}  // namespace homeport::tunnel
