#pragma once
/// Security by TLS 1.3 (RFC 8446): both sides show a certificate that only carries an Ed25519 key,
/// and prove it by CertificateVerify. Peers are known by that key alone; names, dates and issuers
/// are not looked at. ALPN "homeport/1" on both sides; no resumption, no early data, no older
/// version.
///
/// What was written in one turn of the loop leaves in one system call at its end, or as soon as
/// kSendNowBytes have gathered; every write() makes records of its own, of at most
/// kSecureWriteBytes. A connection that ends without close_notify was cut: `error`, never `eof`.
///
/// The connecting side may count as established before the accepting side has looked at its key
/// (RFC 8446 section 2): a refusal then arrives as `error` of the first reads.

#include "net/loop.hpp"
#include "net/secure.hpp"
#include "net/tls/identity.hpp"
#include "net/tls/limits.hpp"

#include <memory>

namespace homeport::net {

class TlsShared;

class TlsSecurity final : public Security {
public:
    /// `loop` must outlive this; streams may outlive this but not the loop. Throws
    /// std::runtime_error when OpenSSL refuses a setting. Each side updates its sending key after
    /// `records_per_key` records (RFC 8446 section 4.6.3).
    TlsSecurity(Loop& loop, const Identity& identity,
                std::uint64_t records_per_key = kRecordsPerKey);
    ~TlsSecurity() override;

    PublicKey own_key() const override { return own_key_; }
    std::unique_ptr<SecureStream> connect(std::unique_ptr<Stream> stream,
                                          const PublicKey& expected_peer) override;
    std::unique_ptr<SecureStream> accept(std::unique_ptr<Stream> stream) override;

private:
    PublicKey own_key_;
    std::shared_ptr<TlsShared> shared_;
};

}  // namespace homeport::net
