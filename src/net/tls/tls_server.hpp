#pragma once
/// TLS 1.2 and 1.3 (RFC 5246, RFC 8446) for ordinary clients, with a certificate from files:
/// browsers, curl, routers. Clients show no certificate. OpenSSL makes the records; there is no
/// renegotiation, no compression, no early data. Sessions may be resumed by tickets. ALPN: http/1.1
/// where the client offers it.
///
/// The streams keep the contract of net::Stream. A client that ends without close_notify is an
/// `error`, never `eof`. A handshake that takes longer than kServerHandshakeTime is cut.

#include "core/result.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

#include <memory>
#include <string>
#include <vector>

namespace homeport::net {

class TlsServer {
public:
    /// PEM files: the certificate with the chain behind it, and its private key without a password.
    /// `loop` must outlive this; streams may outlive this but not the loop. Errors name the file
    /// and the remedy: not_found, denied, io (reading), invalid (what is in it, or a key that
    /// belongs to another certificate).
    static Result<std::unique_ptr<TlsServer>> load(Loop& loop, std::string certificate_path,
                                                   std::string key_path);
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    /// Starts a handshake as the server. nullptr when memory is short; the connection is closed.
    std::unique_ptr<Stream> accept(std::unique_ptr<Stream> stream);
    /// Reads the files anew, for connections from now on. On error the old ones stay in use.
    Result<> reload();
    /// What is wrong with the files in use but does not stop us (an expired certificate, a key that
    /// others can read), for the log.
    const std::vector<std::string>& warnings() const;

private:
    struct Impl;
    explicit TlsServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace homeport::net
