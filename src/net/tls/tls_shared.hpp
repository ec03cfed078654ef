#pragma once
/// What all TLS connections of one loop share: the OpenSSL context, blocks for buffers, the list of
/// those with work at the end of the turn, and those that still say farewell.

#include "net/loop.hpp"
#include "net/tls/aead.hpp"
#include "net/tls/farewells.hpp"
#include "net/tls/openssl_handles.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace homeport::net {

class Identity;
class TlsStream;

class TlsShared final : public std::enable_shared_from_this<TlsShared> {
public:
    /// Throws std::runtime_error.
    TlsShared(Loop& loop, const Identity& identity, std::uint64_t records_per_key);

    /// A connection object with our transport under it; null when memory is short.
    SslHandle make_ssl(TlsStream& stream) const;

    /// Calls stream.at_end_of_turn() once, after the current callbacks; forget() takes that back.
    void at_end_of_turn(TlsStream& stream);
    void forget(TlsStream& stream);

    Loop& loop() { return loop_; }
    ChunkPool& pool() { return pool_; }
    AeadSource& aead_source() { return *aead_source_; }
    /// What one read of a socket may fill, behind the beginning of a record. Used up before the
    /// next read of any connection.
    MutableBytes read_buffer();
    Farewells& farewells() { return farewells_; }
    std::uint64_t records_per_key() const { return records_per_key_; }

private:
    void run();

    Loop& loop_;
    std::uint64_t records_per_key_;
    ChunkPool pool_;
    std::unique_ptr<AeadSource> aead_source_;
    std::vector<std::byte> read_buffer_;
    BioMethodHandle transport_;
    SslCtxHandle context_;
    std::vector<TlsStream*> waiting_;
    std::vector<TlsStream*> running_;
    bool posted_ = false;
    Farewells farewells_;
};

}  // namespace homeport::net
