#include "net/tls/tls_server_stream.hpp"

#include "net/tls/limits.hpp"
#include "net/tls/openssl_transport.hpp"

#include <algorithm>
#include <utility>

namespace homeport::net {
TlsServerShared::TlsServerShared(Loop& on)
    : loop(on), pool(kKeptBlocks), farewells(on), transport(Transport<TlsServerStream>::make()) {}

TlsServerStream::TlsServerStream(std::shared_ptr<TlsServerShared> shared, SslHandle ssl,
                                 std::unique_ptr<Stream> inner)
    : shared_(std::move(shared)),
      inner_(std::move(inner)),
      ssl_(std::move(ssl)),
      again_(call<&TlsServerStream::turn>(this)),
      handshake_timer_(shared_->loop.timers(), call<&TlsServerStream::on_late>(this)) {}

TlsServerStream::~TlsServerStream() {
    inner_->set_handler(nullptr);
    if (state_ == State::open) send_close_notify();
    flush();
    if (!write_dead_ && !out_.empty()) shared_->farewells.take(std::move(inner_), std::move(out_));
}

bool TlsServerStream::attach() {
    BIO* const transport = BIO_new(shared_->transport.get());
    if (transport == nullptr) return false;
    BIO_set_data(transport, this);
    BIO_set_init(transport, 1);
    SSL_set_bio(ssl_.get(), transport, transport);
    SSL_set_accept_state(ssl_.get());
    inner_->set_handler(this);
    handshake_timer_.arm(shared_->loop.now() + kServerHandshakeTime);
    again_.post(shared_->loop);
    return true;
}

// --- reading and writing

IoResult TlsServerStream::read(std::span<const MutableBytes> into) {
    if (state_ == State::failed) return IoResult::error();
    if (state_ == State::handshake) return IoResult::again();
    const auto view = std::ranges::find_if(into, [](MutableBytes room) { return !room.empty(); });
    std::size_t count = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_.get(), view->data(), view->size(), &count);
    const int error = SSL_get_error(ssl_.get(), result);
    flush();  // an alert, or the answer to a key update
    if (result == 1) return IoResult::moved(count);
    if (error == SSL_ERROR_WANT_READ) return IoResult::again();
    if (error == SSL_ERROR_ZERO_RETURN) return IoResult::eof();
    state_ = State::failed;
    return IoResult::error();
}

IoResult TlsServerStream::write(std::span<const Bytes> from) {
    if (state_ == State::failed || write_dead_ || write_shut_) return IoResult::error();
    if (state_ == State::handshake || blocked_) {
        want_write_ = true;
        return IoResult::again();
    }
    std::size_t taken = 0;
    for (Bytes view : from) {
        while (!view.empty() && out_.size() < kSendNowBytes) {
            const Bytes record = view.first(std::min(view.size(), kMaxPlainRecordBytes));
            if (!seal(record)) return IoResult::error();
            taken += record.size();
            view = view.subspan(record.size());
        }
    }
    flush();
    return write_dead_ ? IoResult::error() : IoResult::moved(taken);
}

/// False: the connection has failed.
bool TlsServerStream::seal(Bytes plain) {
    std::size_t count = 0;
    ERR_clear_error();
    const bool sealed =
        SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &count) == 1 && count == plain.size();
    if (!sealed) state_ = State::failed;
    return sealed;
}

bool TlsServerStream::transport_write(Bytes sealed) {
    if (write_dead_) return true;  // dropped, as the socket would
    if (out_.size() + sealed.size() > kBacklogCutBytes) return false;
    out_.append_copy(shared_->pool, sealed);
    return true;
}

void TlsServerStream::flush() {
    if (blocked_ || write_dead_) return;
    switch (send_queue(*inner_, out_)) {
    case IoResult::Status::ok:
        if (told_end_ && !std::exchange(inner_shut_, true)) inner_->shutdown_write();
        break;
    case IoResult::Status::again:
        blocked_ = true;
        break;
    default:
        write_dead_ = true;
        out_.clear();
    }
}

void TlsServerStream::shutdown_write() {
    write_shut_ = true;
    if (state_ != State::open) return;
    send_close_notify();
    flush();
}

void TlsServerStream::send_close_notify() {
    if (std::exchange(told_end_, true)) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
}

void TlsServerStream::reset() {
    inner_->reset();
    state_ = State::failed;
    write_dead_ = true;
    out_.clear();
    handshake_timer_.cancel();
}

// --- handshake and edges

void TlsServerStream::turn() {
    if (state_ == State::handshake) return advance_handshake();
    tell(true, true);
}

void TlsServerStream::advance_handshake() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    const int error = SSL_get_error(ssl_.get(), result);
    if (result == 1) {
        state_ = State::open;
        if (write_shut_) send_close_notify();
    } else if (error != SSL_ERROR_WANT_READ) {
        state_ = State::failed;
    }
    flush();  // its next words, or the alert that tells why not
    if (state_ == State::handshake) return;
    handshake_timer_.cancel();
    tell(true, true);
}

void TlsServerStream::on_late() {
    reset();
    tell(true, true);
}

void TlsServerStream::on_readable() {
    if (state_ == State::handshake) return advance_handshake();
    tell(true, false);
}

void TlsServerStream::on_writable() {
    blocked_ = false;
    flush();
    if (state_ == State::handshake || blocked_ || !std::exchange(want_write_, false)) return;
    tell(false, true);
}

void TlsServerStream::tell(bool readable, bool writable) {
    if (handler_ == nullptr) {
        missed_ = true;
        return;
    }
    const Lifetime::Watch watch(lifetime_);
    if (writable) handler_->on_writable();
    if (!watch.over() && readable && handler_ != nullptr) handler_->on_readable();
}

void TlsServerStream::set_handler(StreamHandler* handler) {
    handler_ = handler;
    if (handler != nullptr && std::exchange(missed_, false)) again_.post(shared_->loop);
}

}  // namespace homeport::net
