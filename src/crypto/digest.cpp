#include "crypto/digest.hpp"

#include "core/assert.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <algorithm>
#include <cstring>

namespace homeport::crypto {
namespace {

constexpr std::size_t kMaxBlockBytes = 128;
constexpr std::byte kInnerPad{0x36};
constexpr std::byte kOuterPad{0x5c};

struct FreeDigest {
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
};
using DigestHandle = std::unique_ptr<EVP_MD, FreeDigest>;

/// Looking an algorithm up by its name takes longer than a MAC: once per process.
const EVP_MD* algorithm(Hash hash) {
    static const std::array<DigestHandle, 4> kAll{
        DigestHandle(EVP_MD_fetch(nullptr, "SHA2-224", nullptr)),
        DigestHandle(EVP_MD_fetch(nullptr, "SHA2-256", nullptr)),
        DigestHandle(EVP_MD_fetch(nullptr, "SHA2-384", nullptr)),
        DigestHandle(EVP_MD_fetch(nullptr, "SHA2-512", nullptr))};
    const EVP_MD* const found = kAll.at(static_cast<std::size_t>(hash)).get();
    HOMEPORT_ASSERT(found != nullptr);
    return found;
}

DigestContext make_context() {
    DigestContext context(EVP_MD_CTX_new());
    HOMEPORT_ASSERT(context != nullptr);
    return context;
}

void copy(EVP_MD_CTX* to, const DigestContext& from) {
    HOMEPORT_ASSERT(EVP_MD_CTX_copy_ex(to, from.get()) == 1);
}

void take(EVP_MD_CTX* context, Bytes bytes) {
    HOMEPORT_ASSERT(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
}

std::size_t close(EVP_MD_CTX* context, MutableBytes out) {
    unsigned size = 0;
    auto* const to = reinterpret_cast<unsigned char*>(out.data());
    HOMEPORT_ASSERT(EVP_DigestFinal_ex(context, to, &size) == 1);
    return size;
}

using Block = std::array<std::byte, kMaxBlockBytes>;

/// The state after the block that HMAC puts in front.
DigestContext begin(const EVP_MD* digest, const Block& key, std::byte pad) {
    const auto size = static_cast<std::size_t>(EVP_MD_get_block_size(digest));
    Block block;
    std::ranges::transform(key, block.begin(), [pad](std::byte byte) { return byte ^ pad; });
    DigestContext context = make_context();
    HOMEPORT_ASSERT(EVP_DigestInit_ex2(context.get(), digest, nullptr) == 1);
    take(context.get(), Bytes(block).first(size));
    OPENSSL_cleanse(block.data(), block.size());
    return context;
}

}  // namespace

void FreeDigestContext::operator()(evp_md_ctx_st* context) const {
    EVP_MD_CTX_free(context);
}

std::size_t digest_bytes(Hash hash) {
    constexpr std::array<std::size_t, 4> kBytes{28, 32, 48, 64};
    return kBytes.at(static_cast<std::size_t>(hash));
}

std::array<std::byte, 32> sha256(Bytes bytes) {
    std::array<std::byte, 32> out;
    auto* const to = reinterpret_cast<unsigned char*>(out.data());
    HOMEPORT_ASSERT(
        EVP_Digest(bytes.data(), bytes.size(), to, nullptr, algorithm(Hash::sha256), nullptr) == 1);
    return out;
}

Digest::Digest(Bytes bytes) : size_(static_cast<std::uint8_t>(bytes.size())) {
    HOMEPORT_ASSERT(bytes.size() <= bytes_.size());
    std::ranges::copy(bytes, bytes_.begin());
}

HmacKey::HmacKey(Hash hash, Bytes secret) : hash_(hash) {
    const EVP_MD* const digest = algorithm(hash);
    Block key{};
    if (secret.size() <= static_cast<std::size_t>(EVP_MD_get_block_size(digest))) {
        std::ranges::copy(secret, key.begin());
    } else {
        auto* const to = reinterpret_cast<unsigned char*>(key.data());
        HOMEPORT_ASSERT(EVP_Digest(secret.data(), secret.size(), to, nullptr, digest, nullptr) ==
                        1);
    }
    inner_ = begin(digest, key, kInnerPad);
    outer_ = begin(digest, key, kOuterPad);
    OPENSSL_cleanse(key.data(), key.size());
}

Hmac::Hmac(const HmacKey& key) : key_(key), context_(make_context()) {
    copy(context_.get(), key.inner_);
}

void Hmac::update(Bytes bytes) {
    take(context_.get(), bytes);
}

Digest Hmac::finish() {
    std::array<std::byte, kMaxDigestBytes> out;
    const std::size_t inner = close(context_.get(), out);
    copy(context_.get(), key_.outer_);
    take(context_.get(), Bytes(out).first(inner));
    return Digest(Bytes(out).first(close(context_.get(), out)));
}

}  // namespace homeport::crypto
