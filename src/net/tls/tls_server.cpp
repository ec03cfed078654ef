#include "net/tls/tls_server.hpp"

#include "net/tls/tls_server_stream.hpp"

#include <openssl/pem.h>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace homeport::net {
namespace {

/// What was loaded from one pair of files.
struct Loaded {
    SslCtxHandle context;
    std::vector<std::string> warnings;
};

constexpr std::string_view kHttp = "http/1.1";

/// The list of RFC 7301 section 3.1: each name behind its length. A client that offers other names
/// only is served without one.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
    for (unsigned at = 0; at < offered_size; at += 1u + offered[at]) {
        const unsigned size = offered[at];
        if (at + 1 + size > offered_size) break;
        const unsigned char* const name = offered + at + 1;
        if (std::string_view(reinterpret_cast<const char*>(name), size) != kHttp) continue;
        *chosen = name;
        *chosen_size = static_cast<unsigned char>(size);
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
}

/// An encrypted key must fail, not ask at the terminal.
int no_password(char*, int, int, void*) {
    return -1;
}

Result<BioHandle> open_file(const std::string& path, const char* what) {
    ERR_clear_error();
    BioHandle file(BIO_new_file(path.c_str(), "r"));
    if (file != nullptr) return file;
    const unsigned long first = ERR_get_error();
    ERR_clear_error();
    const int error = ERR_SYSTEM_ERROR(first) ? ERR_GET_REASON(first) : EIO;
    const std::string text = std::string("cannot read ") + what + " file " + path + ": " +
                             std::system_category().message(error);
    if (error == ENOENT) return fail(Errc::not_found, text + "; check the path");
    if (error == EACCES) return fail(Errc::denied, text + "; let the user of this process read it");
    return fail(Errc::io, text);
}

SslCtxHandle make_context() {
    SslCtxHandle context(SSL_CTX_new(TLS_server_method()));
    if (context == nullptr) return nullptr;
    SSL_CTX* const raw = context.get();
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_clear_options(raw, SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Tickets carry sessions; nothing of them is kept here.
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(raw, 1);
    SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
    const bool made = SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1 &&
                      SSL_CTX_set_num_tickets(raw, 1) == 1 &&
                      SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
    return made ? std::move(context) : nullptr;
}

Result<> use_certificate(SSL_CTX* context, const std::string& path) {
    if (const auto file = open_file(path, "certificate"); !file)
        return std::unexpected(file.error());
    if (SSL_CTX_use_certificate_chain_file(context, path.c_str()) == 1) return {};
    return fail(Errc::invalid, "certificate file " + path + " cannot be used (" + openssl_error() +
                                   "); it must hold the certificate in PEM form, and the chain "
                                   "behind it");
}

Result<> use_key(SSL_CTX* context, const std::string& path, const std::string& certificate_path) {
    const auto file = open_file(path, "key");
    if (!file) return std::unexpected(file.error());
    const KeyHandle key(PEM_read_bio_PrivateKey(file->get(), nullptr, no_password, nullptr));
    ERR_clear_error();
    if (key == nullptr) {
        return fail(Errc::invalid, "key file " + path +
                                       " holds no private key in PEM form without a password; "
                                       "run: openssl pkey -in " +
                                       path + " -out NEW");
    }
    if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1) {
        ERR_clear_error();
        return fail(Errc::invalid, "key file " + path + " does not belong to certificate file " +
                                       certificate_path +
                                       "; give the key for which the certificate was issued");
    }
    if (SSL_CTX_use_PrivateKey(context, key.get()) == 1) return {};
    return fail(Errc::invalid,
                "key file " + path + " cannot be used (" + openssl_error() + "); use another kind");
}

std::vector<std::string> look_for_warnings(SSL_CTX* context, UnixSeconds now,
                                           const std::string& certificate_path,
                                           const std::string& key_path) {
    std::vector<std::string> found;
    std::time_t time = now;
    X509* const certificate = SSL_CTX_get0_certificate(context);
    if (X509_cmp_time(X509_get0_notAfter(certificate), &time) < 0) {
        found.push_back("certificate file " + certificate_path +
                        " has expired: clients will refuse it; renew it and reload");
    }
    if (X509_cmp_time(X509_get0_notBefore(certificate), &time) > 0) {
        found.push_back("certificate file " + certificate_path +
                        " is not valid yet: check the clock of this machine");
    }
    std::error_code ignored;
    const auto rights = std::filesystem::status(key_path, ignored).permissions();
    if (!ignored && (rights & std::filesystem::perms::others_read) != std::filesystem::perms::none)
        found.push_back("key file " + key_path +
                        " can be read by everybody; run: chmod o= " + key_path);
    return found;
}

Result<Loaded> load_files(UnixSeconds now, const std::string& certificate_path,
                          const std::string& key_path) {
    Loaded loaded{make_context(), {}};
    SSL_CTX* const context = loaded.context.get();
    if (context == nullptr) return fail(Errc::io, "cannot prepare TLS: " + openssl_error());
    if (auto used = use_certificate(context, certificate_path); !used)
        return std::unexpected(std::move(used.error()));
    if (auto used = use_key(context, key_path, certificate_path); !used)
        return std::unexpected(std::move(used.error()));
    loaded.warnings = look_for_warnings(context, now, certificate_path, key_path);
    return loaded;
}

}  // namespace

struct TlsServer::Impl {
    std::string certificate_path;
    std::string key_path;
    std::shared_ptr<TlsServerShared> shared;
    Loaded loaded;
};

TlsServer::TlsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsServer::~TlsServer() = default;

Result<std::unique_ptr<TlsServer>> TlsServer::load(Loop& loop, std::string certificate_path,
                                                   std::string key_path) {
    auto impl = std::make_unique<Impl>(Impl{std::move(certificate_path),
                                            std::move(key_path),
                                            std::make_shared<TlsServerShared>(loop),
                                            {}});
    if (impl->shared->transport == nullptr) return fail(Errc::io, "no memory for TLS");
    std::unique_ptr<TlsServer> server(new TlsServer(std::move(impl)));
    if (auto loaded = server->reload(); !loaded) return std::unexpected(std::move(loaded.error()));
    return server;
}

Result<> TlsServer::reload() {
    auto loaded = load_files(impl_->shared->loop.wall(), impl_->certificate_path, impl_->key_path);
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    impl_->loaded = std::move(*loaded);
    return {};
}

std::unique_ptr<Stream> TlsServer::accept(std::unique_ptr<Stream> stream) {
    SslHandle ssl(SSL_new(impl_->loaded.context.get()));
    if (ssl == nullptr) return nullptr;
    auto secure =
        std::make_unique<TlsServerStream>(impl_->shared, std::move(ssl), std::move(stream));
    if (!secure->attach()) return nullptr;
    return secure;
}

const std::vector<std::string>& TlsServer::warnings() const {
    return impl_->loaded.warnings;
}

}  // namespace homeport::net
