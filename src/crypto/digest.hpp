#pragma once
/// Hashes (FIPS 180-4) and keyed hashes, HMAC (RFC 2104), over OpenSSL. The same input always gives
/// the same output; lack of memory stops the process. MACs are compared with
/// equal_in_constant_time() of core/text.hpp.

#include "core/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

struct evp_md_ctx_st;

namespace homeport::crypto {

enum class Hash : std::uint8_t { sha224, sha256, sha384, sha512 };

inline constexpr std::size_t kMaxDigestBytes = 64;
std::size_t digest_bytes(Hash hash);

/// SHA-256 of `bytes`.
std::array<std::byte, 32> sha256(Bytes bytes);

/// A digest or a MAC of any of the hashes, without memory of its own.
class Digest {
public:
    Digest() = default;
    /// Copies. Requires bytes.size() <= kMaxDigestBytes.
    explicit Digest(Bytes bytes);
    Bytes bytes() const { return Bytes(bytes_).first(size_); }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

private:
    std::array<std::byte, kMaxDigestBytes> bytes_;
    std::uint8_t size_ = 0;
};

struct FreeDigestContext {
    void operator()(evp_md_ctx_st* context) const;
};
using DigestContext = std::unique_ptr<evp_md_ctx_st, FreeDigestContext>;

/// A key for HMAC, digested once. Never changes: threads may share it.
class HmacKey {
public:
    /// Any length, the empty one too; `secret` is not kept.
    HmacKey(Hash hash, Bytes secret);
    Hash hash() const { return hash_; }

private:
    friend class Hmac;
    Hash hash_;
    DigestContext inner_;
    DigestContext outer_;
};

/// One MAC in the making: update() any number of times, then finish() once.
class Hmac {
public:
    /// `key` must outlive it.
    explicit Hmac(const HmacKey& key);
    void update(Bytes bytes);
    Digest finish();

private:
    const HmacKey& key_;
    DigestContext context_;
};

}  // namespace homeport::crypto
