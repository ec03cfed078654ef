#include "crypto/p256.hpp"

#include "crypto/digest.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace homeport::crypto {
namespace {

template <auto Free>
struct FreeWith {
    void operator()(auto* object) const { Free(object); }
};
using BignumHandle = std::unique_ptr<BIGNUM, FreeWith<&BN_clear_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<&EVP_PKEY_CTX_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeWith<&EVP_PKEY_free>>;
using Pkcs8Handle = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeWith<&PKCS8_PRIV_KEY_INFO_free>>;
using SignatureHandle = std::unique_ptr<ECDSA_SIG, FreeWith<&ECDSA_SIG_free>>;

constexpr std::size_t kHalfBytes = 32;
/// A sequence of two integers of 33 octets, each part with two octets in front.
constexpr std::size_t kMaxDerSignatureBytes = 72;
constexpr char kGroup[] = "prime256v1";

using DerSignature = std::array<unsigned char, kMaxDerSignatureBytes>;

std::unexpected<Error> openssl_failure(Errc code, const std::string& what) {
    const unsigned long number = ERR_get_error();
    ERR_clear_error();
    const char* const reason = number == 0 ? nullptr : ERR_reason_error_string(number);
    return fail(code, what + (reason == nullptr ? "" : std::string(": ") + reason));
}

unsigned char* raw(std::byte* bytes) {
    return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* raw(const std::byte* bytes) {
    return reinterpret_cast<const unsigned char*>(bytes);
}

bool write_half(const BIGNUM* number, std::byte* to) {
    return BN_bn2binpad(number, raw(to), kHalfBytes) == static_cast<int>(kHalfBytes);
}

bool write_coordinate(const EVP_PKEY* key, const char* name, std::byte* to) {
    BIGNUM* number = nullptr;
    const bool got = EVP_PKEY_get_bn_param(key, name, &number) == 1;
    const BignumHandle owner(number);
    return got && write_half(number, to);
}

bool is_p256(const EVP_PKEY* key) {
    std::array<char, 32> group{};
    std::size_t size = 0;
    return EVP_PKEY_is_a(key, "EC") == 1 &&
           EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1 &&
           std::string_view(group.data(), size) == kGroup;
}

/// From the form of X9.62, in which OpenSSL gives it.
bool to_plain(const DerSignature& der, std::size_t size, P256Signature& plain) {
    const unsigned char* at = der.data();
    const SignatureHandle parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    return parsed && write_half(ECDSA_SIG_get0_r(parsed.get()), plain.data()) &&
           write_half(ECDSA_SIG_get0_s(parsed.get()), plain.data() + kHalfBytes);
}

/// 0: no memory.
std::size_t to_der(const P256Signature& plain, DerSignature& der) {
    const SignatureHandle parsed(ECDSA_SIG_new());
    BignumHandle r(BN_bin2bn(raw(plain.data()), kHalfBytes, nullptr));
    BignumHandle s(BN_bin2bn(raw(plain.data() + kHalfBytes), kHalfBytes, nullptr));
    if (!parsed || !r || !s) return 0;
    ECDSA_SIG_set0(parsed.get(), r.release(), s.release());
    unsigned char* at = der.data();
    const int size = i2d_ECDSA_SIG(parsed.get(), &at);
    return static_cast<std::size_t>(std::max(size, 0));
}

/// Null when it is no point of the curve.
KeyHandle to_key(const P256PublicKey& plain) {
    std::array<unsigned char, 1 + sizeof(P256PublicKey)> point{4};  // SEC 1 section 2.3.3: in full
    std::copy_n(raw(plain.data()), plain.size(), point.data() + 1);
    std::array<char, sizeof kGroup> group;
    std::ranges::copy(kGroup, group.data());
    std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
        OSSL_PARAM_construct_end()};
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.data()) != 1)
        ERR_clear_error();
    return KeyHandle(key);
}

}  // namespace

struct P256Key::State {
    KeyHandle key;
    KeyContext signing;

    bool set_up() {
        signing.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
        return signing && EVP_PKEY_sign_init(signing.get()) == 1;
    }
};

P256Key::P256Key(std::unique_ptr<State> state, const P256PublicKey& public_key)
    : state_(std::move(state)), public_key_(public_key) {}
P256Key::P256Key(P256Key&& other) noexcept = default;
P256Key& P256Key::operator=(P256Key&& other) noexcept = default;
P256Key::~P256Key() = default;

Result<P256Key> P256Key::make(std::unique_ptr<State> state) {
    P256PublicKey plain{};
    const EVP_PKEY* const key = state->key.get();
    if (!write_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, plain.data()) ||
        !write_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, plain.data() + kHalfBytes) ||
        !state->set_up())
        return openssl_failure(Errc::io, "cannot set up a P-256 key");
    return P256Key(std::move(state), plain);
}

Result<P256Key> P256Key::generate() {
    auto state = std::make_unique<State>();
    state->key.reset(EVP_EC_gen("P-256"));
    if (!state->key) return openssl_failure(Errc::io, "cannot generate a P-256 key");
    return make(std::move(state));
}

Result<P256Key> P256Key::from_pkcs8(Bytes der) {
    const unsigned char* at = raw(der.data());
    const Pkcs8Handle parsed(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
    const bool whole = parsed && at == raw(der.data()) + der.size();
    auto state = std::make_unique<State>();
    if (whole) state->key.reset(EVP_PKCS82PKEY(parsed.get()));
    if (!state->key) return openssl_failure(Errc::invalid, "not a private key in PKCS#8");
    if (!is_p256(state->key.get())) return fail(Errc::invalid, "the private key is not of P-256");
    const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, state->key.get(), nullptr));
    if (!check || EVP_PKEY_check(check.get()) != 1)
        return openssl_failure(Errc::invalid, "the private key is broken");
    return make(std::move(state));
}

Result<std::vector<std::byte>> P256Key::to_pkcs8() const {
    const Pkcs8Handle made(EVP_PKEY2PKCS8(state_->key.get()));
    const int size = made ? i2d_PKCS8_PRIV_KEY_INFO(made.get(), nullptr) : 0;
    if (size <= 0) return openssl_failure(Errc::io, "cannot write a private key");
    std::vector<std::byte> der(static_cast<std::size_t>(size));
    unsigned char* at = raw(der.data());
    i2d_PKCS8_PRIV_KEY_INFO(made.get(), &at);
    return der;
}

Result<P256Signature> P256Key::sign(Bytes message) {
    const auto digest = sha256(message);
    DerSignature der;
    std::size_t size = der.size();
    P256Signature plain;
    const bool done = EVP_PKEY_sign(state_->signing.get(), der.data(), &size, raw(digest.data()),
                                    digest.size()) == 1 &&
                      to_plain(der, size, plain);
    if (!done) return openssl_failure(Errc::io, "cannot sign with a P-256 key");
    return plain;
}

bool verify(const P256PublicKey& key, Bytes message, const P256Signature& signature) {
    const KeyHandle handle = to_key(key);
    if (!handle) return false;
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, handle.get(), nullptr));
    DerSignature der;
    const std::size_t size = to_der(signature, der);
    const auto digest = sha256(message);
    const bool good =
        context && size > 0 && EVP_PKEY_verify_init(context.get()) == 1 &&
        EVP_PKEY_verify(context.get(), der.data(), size, raw(digest.data()), digest.size()) == 1;
    ERR_clear_error();
    return good;
}

}  // namespace homeport::crypto
