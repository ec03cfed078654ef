#pragma once
/// Owners of OpenSSL's objects, for the .cpp files of this folder only.

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <memory>
#include <string>

namespace homeport::net {

template <auto Free>
struct FreeWith {
    void operator()(auto* object) const { Free(object); }
};

using SslCtxHandle = std::unique_ptr<SSL_CTX, FreeWith<&SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, FreeWith<&SSL_free>>;
using BioMethodHandle = std::unique_ptr<BIO_METHOD, FreeWith<&BIO_meth_free>>;
using BioHandle = std::unique_ptr<BIO, FreeWith<&BIO_free_all>>;
using X509Handle = std::unique_ptr<X509, FreeWith<&X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeWith<&EVP_PKEY_free>>;

/// The oldest queued error as a sentence; empties the queue.
inline std::string openssl_error() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "unknown error" : reason;
}

}  // namespace homeport::net
