#include "net/tls/tls_shared.hpp"

#include "net/tls/identity.hpp"
#include "net/tls/limits.hpp"
#include "net/tls/openssl_transport.hpp"
#include "net/tls/tls_stream.hpp"

#include <stdexcept>

namespace homeport::net {
namespace {

/// Takes the place of the whole chain check: certificates only carry keys here.
int check_certificate(X509_STORE_CTX* store, void*) {
    auto* const ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& stream = *static_cast<TlsStream*>(SSL_get_app_data(ssl));
    const bool accepted = stream.accept_peer(X509_STORE_CTX_get0_cert(store));
    X509_STORE_CTX_set_error(store, accepted ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
    return accepted ? 1 : 0;
}

void note_secret(const SSL* ssl, const char* line) {
    static_cast<TlsStream*>(SSL_get_app_data(ssl))->note_secret(line);
}

/// The ALPN list of RFC 7301 section 3.1: each name behind its length.
std::string protocol_list() {
    return std::string(1, static_cast<char>(kLinkProtocol.size())) + std::string(kLinkProtocol);
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
    for (unsigned at = 0; at < offered_size; at += 1u + offered[at]) {
        const unsigned size = offered[at];
        if (at + 1 + size > offered_size) break;
        const unsigned char* const name = offered + at + 1;
        if (std::string_view(reinterpret_cast<const char*>(name), size) != kLinkProtocol) continue;
        *chosen = name;
        *chosen_size = static_cast<unsigned char>(size);
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

BioMethodHandle make_transport() {
    BioMethodHandle method = Transport<TlsStream>::make();
    if (!method) throw std::runtime_error("cannot prepare TLS: " + openssl_error());
    return method;
}

/// Both suites, the faster one first. The accepting side chooses, but ChaCha20 when the connecting
/// side has it first: the slower machine of the two decides.
const char* suites_in_order(Suite faster) {
    return faster == Suite::aes_128_gcm ? "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"
                                        : "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
}

bool restrict_to_tls13(SSL_CTX* context, Suite faster) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_clear_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(context, kMaxCertificateBytes);
    const std::string protocols = protocol_list();
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_ciphersuites(context, suites_in_order(faster)) == 1 &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1 &&
           SSL_CTX_set1_sigalgs_list(context, "ed25519") == 1 &&
           SSL_CTX_set1_client_sigalgs_list(context, "ed25519") == 1 &&
           SSL_CTX_set_num_tickets(context, 0) == 1 &&
           SSL_CTX_set_max_early_data(context, 0) == 1 &&
           SSL_CTX_set_alpn_protos(context,
                                   reinterpret_cast<const unsigned char*>(protocols.data()),
                                   static_cast<unsigned>(protocols.size())) == 0;
}

SslCtxHandle make_context(const Identity& identity, Suite faster) {
    SslCtxHandle context(SSL_CTX_new(TLS_method()));
    const X509Handle certificate(identity.make_certificate());
    const bool made = context != nullptr && restrict_to_tls13(context.get(), faster) &&
                      SSL_CTX_use_certificate(context.get(), certificate.get()) == 1 &&
                      SSL_CTX_use_PrivateKey(context.get(), identity.native()) == 1;
    if (!made) throw std::runtime_error("cannot prepare TLS: " + openssl_error());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(context.get(), check_certificate, nullptr);
    SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
    SSL_CTX_set_keylog_callback(context.get(), note_secret);
    return context;
}

}  // namespace

TlsShared::TlsShared(Loop& loop, const Identity& identity, std::uint64_t records_per_key)
    : loop_(loop),
      records_per_key_(records_per_key),
      pool_(kKeptBlocks),
      aead_source_(make_aead_source()),
      read_buffer_(kReadBytes + kMaxSealedRecordBytes),
      transport_(make_transport()),
      context_(make_context(identity, faster_suite(*aead_source_))),
      farewells_(loop) {}

SslHandle TlsShared::make_ssl(TlsStream& stream) const {
    SslHandle ssl(SSL_new(context_.get()));
    BIO* const transport = BIO_new(transport_.get());
    if (ssl == nullptr || transport == nullptr) {
        BIO_free(transport);
        return nullptr;
    }
    BIO_set_data(transport, &stream);
    BIO_set_init(transport, 1);
    SSL_set_bio(ssl.get(), transport, transport);
    SSL_set_app_data(ssl.get(), &stream);
    return ssl;
}

MutableBytes TlsShared::read_buffer() {
    return read_buffer_;
}

void TlsShared::at_end_of_turn(TlsStream& stream) {
    stream.turn_index_ = waiting_.size();
    waiting_.push_back(&stream);
    if (posted_) return;
    posted_ = true;
    loop_.post([shared = weak_from_this()] {
        if (const auto alive = shared.lock()) alive->run();
    });
}

void TlsShared::forget(TlsStream& stream) {
    const std::size_t index = stream.turn_index_;
    if (index < waiting_.size() && waiting_[index] == &stream) {
        waiting_[index] = nullptr;
    } else {
        running_[index] = nullptr;
    }
}

void TlsShared::run() {
    posted_ = false;
    running_.swap(waiting_);
    for (std::size_t i = 0; i < running_.size(); ++i) {
        TlsStream* const stream = std::exchange(running_[i], nullptr);
        if (stream != nullptr) stream->at_end_of_turn();
    }
    running_.clear();
}

}  // namespace homeport::net
