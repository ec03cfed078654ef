#pragma once
/// Who this side is: an Ed25519 key pair (RFC 8032), kept in a file only its owner can read.

#include "core/bytes.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"

#include <array>
#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;

namespace homeport::net {

class Identity {
public:
    /// Error: io (no randomness).
    static Result<Identity> generate();
    /// A PEM file with a PKCS#8 key (RFC 5958, RFC 8410). Errors: not_found; denied (others than
    /// the owner may read or write it, or it belongs to neither this user nor root); invalid (not
    /// an Ed25519 key); io.
    static Result<Identity> load(const std::string& path);
    /// Creates the file with mode 0600. Errors: exists (never overwrites), denied, io.
    Result<> save(const std::string& path) const;
    /// load(), or generate() and save() when there is no file.
    static Result<Identity> load_or_create(const std::string& path);

    PublicKey public_key() const;

    /// For net/tls: the key, and a fresh self-signed certificate around it (it only carries the
    /// key: peers ignore its name and dates). The caller frees the certificate; throws
    /// std::runtime_error.
    evp_pkey_st* native() const { return key_.get(); }
    x509_st* make_certificate() const;

private:
    explicit Identity(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}

    std::shared_ptr<evp_pkey_st> key_;
};

/// SHA-256 (FIPS 180-4).
std::array<std::byte, 32> sha256(Bytes bytes);

}  // namespace homeport::net
