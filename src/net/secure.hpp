#pragma once
/// Makes secure streams from plain ones. `net/tls` does it with TLS 1.3 and Ed25519 keys pinned on
/// both sides; the simulator exchanges the keys in the clear.

#include "core/ids.hpp"
#include "net/stream.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace homeport::net {

/// The ALPN name of links (RFC 7301).
inline constexpr std::string_view kLinkProtocol = "homeport/1";

class Security {
public:
    virtual ~Security() = default;

    /// The key this side proves in every handshake.
    virtual PublicKey own_key() const = 0;
    /// Starts a handshake as the connecting side; fails unless the peer proves `expected_peer`.
    virtual std::unique_ptr<SecureStream> connect(std::unique_ptr<Stream> stream,
                                                  const PublicKey& expected_peer) = 0;
    /// Starts a handshake as the accepting side. Any key is let in here: who may do what is decided
    /// by the caller from peer_key(). A peer without a key fails.
    virtual std::unique_ptr<SecureStream> accept(std::unique_ptr<Stream> stream) = 0;
};

}  // namespace homeport::net
