#pragma once
/// For the tests of this folder: users of secure streams, and a peer that is plain OpenSSL.

#include "net/memory_world.hpp"
#include "net/secure.hpp"
#include "net/tls/identity.hpp"
#include "net/tls/openssl_handles.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <string>

namespace homeport::net {

inline Identity make_identity() {
    auto made = Identity::generate();
    EXPECT_TRUE(made.has_value());
    return *made;
}

/// Reads all it can and notes how it ended.
struct Collector final : StreamHandler {
    void on_readable() override {
        ++readable_calls;
        if (reading) read_all();
    }
    void on_writable() override { ++writable_calls; }

    void read_all() {
        std::array<std::byte, 1000> room;
        while (!ended) {
            const IoResult result = stream->read(MutableBytes(room));
            if (result.status == IoResult::Status::again) return;
            if (result.status != IoResult::Status::ok) {
                ended = result.status;
                return;
            }
            text += as_text(Bytes(room).first(result.bytes));
        }
    }

    explicit Collector(std::unique_ptr<SecureStream> secure) : stream(std::move(secure)) {
        stream->set_handler(this);
    }
    std::unique_ptr<SecureStream> stream;
    std::string text;
    std::optional<IoResult::Status> ended;
    bool reading = true;
    int readable_calls = 0;
    int writable_calls = 0;
};

/// A peer made of OpenSSL with memory BIOs, set up freely: what a stranger may bring.
class RawPeer {
public:
    explicit RawPeer(bool client) : client_(client), context_(SSL_CTX_new(TLS_method())) {}

    SSL_CTX* context() { return context_.get(); }
    void use(const Identity& identity) {
        const X509Handle certificate(identity.make_certificate());
        SSL_CTX_use_certificate(context_.get(), certificate.get());
        SSL_CTX_use_PrivateKey(context_.get(), identity.native());
    }
    void offer(std::string_view name) {
        const std::string list = std::string(1, static_cast<char>(name.size())) + std::string(name);
        SSL_CTX_set_alpn_protos(context_.get(), reinterpret_cast<const unsigned char*>(list.data()),
                                static_cast<unsigned>(list.size()));
    }
    /// As a server: takes the name when it is offered, which here it always is.
    void agree(std::string_view name) {
        agreed_ = name;
        SSL_CTX_set_alpn_select_cb(
            context_.get(),
            [](SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char*,
               unsigned, void* peer) {
                const std::string_view agreed = static_cast<RawPeer*>(peer)->agreed_;
                *chosen = reinterpret_cast<const unsigned char*>(agreed.data());
                *size = static_cast<unsigned char>(agreed.size());
                return SSL_TLSEXT_ERR_OK;
            },
            this);
    }
    void start(std::unique_ptr<Stream> stream) {
        stream_ = std::move(stream);
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        client_ ? SSL_set_connect_state(ssl_.get()) : SSL_set_accept_state(ssl_.get());
    }
    SSL* ssl() { return ssl_.get(); }
    Stream& stream() { return *stream_; }
    void close() { stream_.reset(); }

    /// Moves bytes both ways and the handshake on, once.
    void step() {
        std::array<std::byte, 4096> room;
        while (true) {
            const IoResult result = stream_->read(MutableBytes(room));
            if (result.status != IoResult::Status::ok) break;
            BIO_write(SSL_get_rbio(ssl_.get()), room.data(), static_cast<int>(result.bytes));
        }
        ERR_clear_error();
        if (!SSL_is_init_finished(ssl_.get())) SSL_do_handshake(ssl_.get());
        send();
    }
    void send() {
        std::array<std::byte, 4096> room;
        int count = 0;
        while ((count = BIO_read(SSL_get_wbio(ssl_.get()), room.data(), room.size())) > 0) {
            stream_->write(Bytes(room).first(static_cast<std::size_t>(count)));
        }
    }
    std::string receive() {
        std::string text(70'000, '\0');
        const int count = SSL_read(ssl_.get(), text.data(), static_cast<int>(text.size()));
        text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return text;
    }

private:
    bool client_;
    std::string_view agreed_;
    SslCtxHandle context_;
    SslHandle ssl_;
    std::unique_ptr<Stream> stream_;
};

}  // namespace homeport::net
