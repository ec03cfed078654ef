// AES-GCM of Intel's multi-buffer library: several times the speed of OpenSSL 3.0's where the
// processor has the wide AES instructions (docs/adr/0004). Everything else goes to OpenSSL.

#include "net/tls/aead.hpp"

#ifdef HOMEPORT_IPSEC_MB

#include "core/assert.hpp"
#include "core/text.hpp"

#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

namespace homeport::net {
namespace {

struct FreeManager {
    void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
};
/// Holds the functions that suit this processor. Its state is not touched by them.
using Manager = std::shared_ptr<IMB_MGR>;

class IpsecMbAead final : public Aead {
public:
    IpsecMbAead(Manager manager, Bytes key) : manager_(std::move(manager)) {
        IMB_AES128_GCM_PRE(manager_.get(), key.data(), &key_);
    }
    ~IpsecMbAead() override {
        OPENSSL_cleanse(&key_, sizeof key_);
        OPENSSL_cleanse(&state_, sizeof state_);
    }
    IpsecMbAead(const IpsecMbAead&) = delete;
    IpsecMbAead& operator=(const IpsecMbAead&) = delete;

    bool seal(const Nonce& nonce, Bytes header, std::span<const Bytes> plain,
              MutableBytes out) override {
        start(nonce, header);
        for (const Bytes view : plain) {
            HOMEPORT_ASSERT(view.size() + kTagBytes <= out.size());
            IMB_AES128_GCM_ENC_UPDATE(manager_.get(), &key_, &state_, raw(out.data()),
                                      raw(view.data()), view.size());
            out = out.subspan(view.size());
        }
        IMB_AES128_GCM_ENC_FINALIZE(manager_.get(), &key_, &state_, raw(out.data()), kTagBytes);
        return true;
    }

    bool open(const Nonce& nonce, Bytes header, Bytes sealed, MutableBytes out) override {
        const Bytes body = sealed.first(sealed.size() - kTagBytes);
        HOMEPORT_ASSERT(body.size() <= out.size());
        std::array<std::byte, kTagBytes> tag;
        start(nonce, header);
        IMB_AES128_GCM_DEC_UPDATE(manager_.get(), &key_, &state_, raw(out.data()), raw(body.data()),
                                  body.size());
        IMB_AES128_GCM_DEC_FINALIZE(manager_.get(), &key_, &state_, raw(tag.data()), kTagBytes);
        return equal_in_constant_time(tag, sealed.last(kTagBytes));
    }

private:
    static std::uint8_t* raw(std::byte* bytes) { return reinterpret_cast<std::uint8_t*>(bytes); }
    static const std::uint8_t* raw(const std::byte* bytes) {
        return reinterpret_cast<const std::uint8_t*>(bytes);
    }
    void start(const Nonce& nonce, Bytes header) {
        IMB_AES128_GCM_INIT(manager_.get(), &key_, &state_, raw(nonce.data()), raw(header.data()),
                            header.size());
    }

    Manager manager_;
    alignas(64) gcm_key_data key_;  // the library reads whole vectors
    alignas(64) gcm_context_data state_;
};

class IpsecMbAeadSource final : public AeadSource {
public:
    explicit IpsecMbAeadSource(Manager manager) : manager_(std::move(manager)) {}

    std::unique_ptr<Aead> make(Suite suite, Bytes key) override {
        if (suite != Suite::aes_128_gcm) return others_->make(suite, key);
        HOMEPORT_ASSERT(key.size() == key_bytes(suite));
        return std::make_unique<IpsecMbAead>(manager_, key);
    }

private:
    Manager manager_;
    std::unique_ptr<AeadSource> others_ = make_openssl_aead_source();
};

}  // namespace

std::unique_ptr<AeadSource> make_ipsec_mb_aead_source() {
    const Manager manager(alloc_mb_mgr(0), FreeManager());
    if (manager == nullptr) return nullptr;
    IMB_ARCH arch = IMB_ARCH_NONE;
    init_mb_mgr_auto(manager.get(), &arch);
    // Below that OpenSSL is as fast. The library tests itself as it starts.
    const bool suits = arch == IMB_ARCH_AVX512 && (manager->features & IMB_FEATURE_VAES) != 0 &&
                       (manager->features & IMB_FEATURE_SELF_TEST_PASS) != 0;
    if (!suits) return nullptr;
    return std::make_unique<IpsecMbAeadSource>(manager);
}

}  // namespace homeport::net

#else

namespace homeport::net {

std::unique_ptr<AeadSource> make_ipsec_mb_aead_source() {
    return nullptr;
}

}  // namespace homeport::net

#endif
