#pragma once
/// What a relay is asked to try from outside, in the words that agent, wire and prober share.

#include "core/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace homeport {

/// What has to happen at the port for the probe to succeed.
enum class ProbeCheck : std::uint8_t {
    proof,  ///< homeport answers a knock with the keyed hash of its nonce (reach/wire/knock.hpp)
    open,   ///< somebody accepts: says something only at an address that is the asker's alone
    http,   ///< an HTTP answer to a request for the host
    tls,    ///< a ServerHello for the host (RFC 8446 section 4.1.3)
    smtp,   ///< a banner 220 (RFC 5321 section 4.3.1)
    ssh,    ///< an identification string (RFC 4253 section 4.2)
    ftp,    ///< a login, and a LIST through a passive connection (RFC 959, RFC 2428)
    // What nobody outside should get an answer from: arriving is bad news. Over UDP only.
    ssdp,          ///< any answer to a search of UPnP
    port_mapping,  ///< any answer of NAT-PMP or PCP to a question for the address (RFC 6886)
};
/// "proof", "open", ...
std::string_view to_text(ProbeCheck check);
/// 1900 and 5351 for ssdp and port_mapping, which are tried nowhere else; nothing: any port.
std::optional<std::uint16_t> only_port(ProbeCheck check);

/// Drawn by the agent, known to it and its relay only: the key of the keyed hash.
using ProbeToken = std::array<std::byte, 16>;

/// What a probe met, as the answer to an ask. Success: it arrived.
enum class ProbeResult : std::uint8_t {
    untested,  ///< not tried: no link, not allowed, too often
    arrived,
    refused,        ///< a reset on the way or by somebody else
    nothing,        ///< no answer at all
    somebody_else,  ///< a connection, but not with us, or not with what was asked for
};
std::string_view to_text(ProbeResult result);

/// As it travels: `refused`, `not_found` for nothing, `exists` for somebody else, with `detail` for
/// people. Any other error is untested.
Result<> ask_result(ProbeResult result, std::string_view detail);
ProbeResult probe_result(const Result<>& asked);

}  // namespace homeport
