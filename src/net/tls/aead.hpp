#pragma once
/// The ciphers of TLS 1.3 records (RFC 8446 section 5.2, RFC 5116), by the fastest library that
/// this machine has: Intel's multi-buffer library for AES-GCM where it was built in and the
/// processor suits it, else OpenSSL.

#include "core/bytes.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace homeport::net {

/// The cipher suites that links use, by what seals their records.
enum class Suite : std::uint8_t { aes_128_gcm, chacha20_poly1305 };

inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kNonceBytes = 12;
using Nonce = std::array<std::byte, kNonceBytes>;

/// One key. Serves one direction of one connection.
class Aead {
public:
    virtual ~Aead() = default;

    /// Writes the sealed form of the plain views, joined, and the tag to `out`, which has room for
    /// both. False: the library refused; nothing in `out` may be used.
    [[nodiscard]] virtual bool seal(const Nonce& nonce, Bytes header, std::span<const Bytes> plain,
                                    MutableBytes out) = 0;
    /// Writes what `sealed` holds, kTagBytes less, to `out`. False: forged; nothing in `out` may be
    /// used. Requires sealed.size() >= kTagBytes.
    [[nodiscard]] virtual bool open(const Nonce& nonce, Bytes header, Bytes sealed,
                                    MutableBytes out) = 0;
};

/// Makes keyed ciphers; knows what the machine has.
class AeadSource {
public:
    virtual ~AeadSource() = default;
    /// `key` has key_bytes(suite). Null: the library refused.
    virtual std::unique_ptr<Aead> make(Suite suite, Bytes key) = 0;
};

constexpr std::size_t key_bytes(Suite suite) {
    return suite == Suite::aes_128_gcm ? 16 : 32;
}

std::unique_ptr<AeadSource> make_openssl_aead_source();
/// Null: not built in, or this processor has not what it takes.
std::unique_ptr<AeadSource> make_ipsec_mb_aead_source();
/// The best of these.
std::unique_ptr<AeadSource> make_aead_source();

/// The suite that seals large records faster here, by trial (well below 1 ms): processors without
/// AES instructions are several times faster with ChaCha20.
Suite faster_suite(AeadSource& source);

}  // namespace homeport::net
