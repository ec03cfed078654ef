#pragma once
/// ECDSA with the curve P-256 and SHA-256 (FIPS 186-5), keys and signatures as plain octets: what
/// DNSSEC's algorithm 13 (RFC 6605) and the ES256 of JWS (RFC 7518 section 3.4) want.

#include "core/bytes.hpp"
#include "core/result.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace homeport::crypto {

/// x | y, 32 octets each, big-endian.
using P256PublicKey = std::array<std::byte, 64>;
/// r | s, 32 octets each, big-endian.
using P256Signature = std::array<std::byte, 64>;

/// A private key. Belongs to one thread at a time.
class P256Key {
public:
    /// A new one, from OpenSSL's generator. Errors (io): it has no entropy.
    static Result<P256Key> generate();
    /// PKCS#8 in DER, not encrypted. Errors (invalid): not that, a key of another kind, or one
    /// whose halves do not belong together.
    static Result<P256Key> from_pkcs8(Bytes der);

    P256Key(P256Key&& other) noexcept;
    P256Key& operator=(P256Key&& other) noexcept;
    ~P256Key();

    const P256PublicKey& public_key() const { return public_key_; }
    /// The secret: who stores it keeps it from others. Errors (io): no memory.
    Result<std::vector<std::byte>> to_pkcs8() const;
    /// Over SHA-256 of the message; another one each time. Errors (io): OpenSSL has no entropy.
    Result<P256Signature> sign(Bytes message);

private:
    struct State;  ///< OpenSSL's objects, set up once
    P256Key(std::unique_ptr<State> state, const P256PublicKey& public_key);
    static Result<P256Key> make(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
    P256PublicKey public_key_;
};

/// False also when `key` is no point of the curve.
bool verify(const P256PublicKey& key, Bytes message, const P256Signature& signature);

}  // namespace homeport::crypto
