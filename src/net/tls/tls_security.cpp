#include "net/tls/tls_security.hpp"

#include "net/tls/tls_shared.hpp"
#include "net/tls/tls_stream.hpp"

namespace homeport::net {

TlsSecurity::TlsSecurity(Loop& loop, const Identity& identity, std::uint64_t records_per_key)
    : own_key_(identity.public_key()),
      shared_(std::make_shared<TlsShared>(loop, identity, records_per_key)) {}

TlsSecurity::~TlsSecurity() = default;

std::unique_ptr<SecureStream> TlsSecurity::connect(std::unique_ptr<Stream> stream,
                                                   const PublicKey& expected_peer) {
    return std::make_unique<TlsStream>(shared_, std::move(stream), expected_peer);
}

std::unique_ptr<SecureStream> TlsSecurity::accept(std::unique_ptr<Stream> stream) {
    return std::make_unique<TlsStream>(shared_, std::move(stream), std::nullopt);
}

}  // namespace homeport::net
