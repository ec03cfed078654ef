#include "core/assert.hpp"
#include "net/tls/aead.hpp"
#include "net/tls/openssl_handles.hpp"

namespace homeport::net {
namespace {

using CipherHandle = std::unique_ptr<EVP_CIPHER_CTX, FreeWith<&EVP_CIPHER_CTX_free>>;

unsigned char* raw(std::byte* bytes) {
    return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* raw(const std::byte* bytes) {
    return reinterpret_cast<const unsigned char*>(bytes);
}

/// Feeds bytes through the cipher; `out` null: they are only authenticated.
bool update(EVP_CIPHER_CTX* cipher, std::byte* out, Bytes in) {
    int moved = 0;
    return EVP_CipherUpdate(cipher, raw(out), &moved, raw(in.data()),
                            static_cast<int>(in.size())) == 1 &&
           moved == static_cast<int>(in.size());
}

class OpensslAead final : public Aead {
public:
    explicit OpensslAead(CipherHandle cipher) : cipher_(std::move(cipher)) {}

    bool seal(const Nonce& nonce, Bytes header, std::span<const Bytes> plain,
              MutableBytes out) override {
        bool done = start(nonce, true) && update(cipher_.get(), nullptr, header);
        for (const Bytes view : plain) {
            HOMEPORT_ASSERT(view.size() + kTagBytes <= out.size());
            done = done && update(cipher_.get(), out.data(), view);
            out = out.subspan(view.size());
        }
        int none = 0;
        return done && EVP_CipherFinal_ex(cipher_.get(), raw(out.data()), &none) == 1 &&
               EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, out.data()) ==
                   1;
    }

    bool open(const Nonce& nonce, Bytes header, Bytes sealed, MutableBytes out) override {
        const Bytes body = sealed.first(sealed.size() - kTagBytes);
        HOMEPORT_ASSERT(body.size() <= out.size());
        std::array<std::byte, kTagBytes> tag;
        std::ranges::copy(sealed.last(kTagBytes), tag.begin());
        int none = 0;
        return start(nonce, false) && update(cipher_.get(), nullptr, header) &&
               update(cipher_.get(), out.data(), body) &&
               EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) ==
                   1 &&
               EVP_CipherFinal_ex(cipher_.get(), raw(out.data()) + body.size(), &none) == 1;
    }

private:
    bool start(const Nonce& nonce, bool sealing) {
        return EVP_CipherInit_ex(cipher_.get(), nullptr, nullptr, nullptr, raw(nonce.data()),
                                 sealing ? 1 : 0) == 1;
    }

    CipherHandle cipher_;
};

class OpensslAeadSource final : public AeadSource {
public:
    std::unique_ptr<Aead> make(Suite suite, Bytes key) override {
        HOMEPORT_ASSERT(key.size() == key_bytes(suite));
        const EVP_CIPHER* const kind =
            suite == Suite::aes_128_gcm ? EVP_aes_128_gcm() : EVP_chacha20_poly1305();
        CipherHandle cipher(EVP_CIPHER_CTX_new());
        const bool made = cipher != nullptr && EVP_CipherInit_ex(cipher.get(), kind, nullptr,
                                                                 raw(key.data()), nullptr, 1) == 1;
        return made ? std::make_unique<OpensslAead>(std::move(cipher)) : nullptr;
    }
};

}  // namespace

std::unique_ptr<AeadSource> make_openssl_aead_source() {
    return std::make_unique<OpensslAeadSource>();
}

}  // namespace homeport::net
