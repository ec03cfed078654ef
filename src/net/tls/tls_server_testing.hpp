#pragma once
/// For tests of TlsServer and of what stands on it: certificates in files, and a client of OpenSSL.

#include "net/tls/tls_server.hpp"
#include "net/tls/tls_test_peers.hpp"

#include <openssl/pem.h>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace homeport::net {

/// A directory of its own with a self-signed certificate and its key, removed at the end.
class CertificateFiles {
public:
    CertificateFiles() {
        std::string pattern = (std::filesystem::temp_directory_path() / "tls-XXXXXX").string();
        folder = ::mkdtemp(pattern.data());
        certificate = folder + "/cert.pem";
        key = folder + "/key.pem";
    }
    ~CertificateFiles() { std::filesystem::remove_all(folder); }
    CertificateFiles(const CertificateFiles&) = delete;
    CertificateFiles& operator=(const CertificateFiles&) = delete;

    /// Valid from `from` to `to`; the key is an RSA or an EC one, kept under `password` if given.
    void make(UnixSeconds from, UnixSeconds to, bool rsa = false, std::string password = "") const {
        const KeyHandle pair(rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})
                                 : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
        const X509Handle made(X509_new());
        X509_set_version(made.get(), X509_VERSION_3);
        ASN1_TIME_set(X509_getm_notBefore(made.get()), from);
        ASN1_TIME_set(X509_getm_notAfter(made.get()), to);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>("a.example"), -1, -1, 0);
        X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
        X509_set_pubkey(made.get(), pair.get());
        X509_sign(made.get(), pair.get(), EVP_sha256());
        const BioHandle certificate_file(BIO_new_file(certificate.c_str(), "w"));
        PEM_write_bio_X509(certificate_file.get(), made.get());
        const BioHandle key_file(BIO_new_file(key.c_str(), "w"));
        PEM_write_bio_PrivateKey(key_file.get(), pair.get(),
                                 password.empty() ? nullptr : EVP_aes_256_cbc(), nullptr, 0,
                                 nullptr, password.empty() ? nullptr : password.data());
        std::filesystem::permissions(
            key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }

    std::string folder;
    std::string certificate;
    std::string key;
};

/// A client of any kind; it trusts everybody.
class TlsClient : public RawPeer {
public:
    explicit TlsClient(int version = TLS1_3_VERSION) : RawPeer(true) {
        SSL_CTX_set_security_level(context(), 0);
        SSL_CTX_set_min_proto_version(context(), version);
        SSL_CTX_set_max_proto_version(context(), version);
    }

    bool connected() { return SSL_is_init_finished(ssl()) == 1; }
    void send_text(std::string_view plain) {
        SSL_write(ssl(), plain.data(), static_cast<int>(plain.size()));
        send();
    }
    /// Adds what has arrived to `text`.
    void collect() {
        step();
        for (std::string piece = receive(); !piece.empty(); piece = receive()) text += piece;
    }
    /// The server has said that it ends.
    bool saw_end() { return (SSL_get_shutdown(ssl()) & SSL_RECEIVED_SHUTDOWN) != 0; }
    std::string protocol() {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl(), &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }

    std::string text;
};

}  // namespace homeport::net
