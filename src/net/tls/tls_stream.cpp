#include "net/tls/tls_stream.hpp"

#include "core/text.hpp"
#include "net/tls/limits.hpp"

#include <algorithm>
#include <array>

namespace homeport::net {
namespace {

unsigned char* raw(std::byte* bytes) {
    return reinterpret_cast<unsigned char*>(bytes);
}

}  // namespace

TlsStream::TlsStream(std::shared_ptr<TlsShared> shared, std::unique_ptr<Stream> inner,
                     const std::optional<PublicKey>& expected_peer)
    : shared_(std::move(shared)),
      inner_(std::move(inner)),
      ssl_(shared_->make_ssl(*this)),
      idle_(shared_->loop().timers(), call<&TlsStream::on_idle_timer>(this)),
      expected_peer_(expected_peer) {
    inner_->set_handler(this);
    if (ssl_ == nullptr) {
        fail("no memory for a TLS connection");
        notify_ = true;
    } else if (expected_peer_) {
        SSL_set_connect_state(ssl_.get());
    } else {
        SSL_set_accept_state(ssl_.get());
    }
    schedule();
}

TlsStream::~TlsStream() {
    if (gone_ != nullptr) *gone_ = true;
    if (scheduled_) shared_->forget(*this);
    inner_->set_handler(nullptr);
    if (state_ == State::open) send_close_notify();
    if (state_ == State::handshake || write_dead_ || out_.empty()) return;
    const auto status = blocked_ ? IoResult::Status::again : send_queue(*inner_, out_);
    if (status == IoResult::Status::again)
        shared_->farewells().take(std::move(inner_), std::move(out_));
}

// --- reading

IoResult TlsStream::read(std::span<const MutableBytes> into) {
    if (state_ == State::failed) return IoResult::error();
    if (state_ == State::handshake) return IoResult::again();
    note_activity();
    ERR_clear_error();
    std::size_t moved = 0;
    for (const MutableBytes view : into) {
        const IoResult result = open_records(view);
        // What ended the reading shows again in the next read.
        if (result.status != IoResult::Status::ok)
            return moved > 0 ? IoResult::moved(moved) : result;
        moved += result.bytes;
        // A record that ends inside a view ends the call: what is framed by records stays in one
        // piece.
        if (result.bytes < view.size()) break;
    }
    return IoResult::moved(moved);
}

IoResult TlsStream::open_records(MutableBytes into) {
    std::size_t count = 0;
    if (SSL_read_ex(ssl_.get(), into.data(), into.size(), &count) == 1)
        return IoResult::moved(count);
    const int error = SSL_get_error(ssl_.get(), 0);
    if (error == SSL_ERROR_WANT_READ) return IoResult::again();
    if (error == SSL_ERROR_ZERO_RETURN) return IoResult::eof();
    fail(describe_failure(error));
    return IoResult::error();
}

IoResult TlsStream::transport_read(MutableBytes into) {
    if (state_ == State::handshake) {
        const IoResult result = inner_->read(into);
        if (result.status != IoResult::Status::again) inner_end_ = result.status;
        return result;
    }
    if (in_.empty() && !fill_in()) {
        return inner_end_ == IoResult::Status::ok ? IoResult::again() : IoResult{inner_end_, 0};
    }
    const std::size_t count = in_.copy_out(0, into);
    in_.consume(count);
    return IoResult::moved(count);
}

bool TlsStream::fill_in() {
    std::array<MutableBytes, kLargeReadBytes / kChunkBytes> views;
    const std::size_t want = large_reads_ ? kLargeReadBytes : kFirstReadBytes;
    const std::size_t count = in_.reserve(shared_->pool(), want, views);
    const IoResult result = inner_->read(std::span<const MutableBytes>(views).first(count));
    in_.commit(result.bytes);
    if (result.status == IoResult::Status::ok) {
        large_reads_ = result.bytes >= kFirstReadBytes;
        return true;
    }
    if (result.status != IoResult::Status::again) inner_end_ = result.status;
    return false;
}

// --- writing

IoResult TlsStream::write(std::span<const Bytes> from) {
    if (state_ == State::failed || write_dead_ || write_shut_) return IoResult::error();
    if (state_ == State::handshake) {
        want_write_ = true;
        return IoResult::again();
    }
    note_activity();
    ERR_clear_error();
    std::size_t moved = 0;
    for (const Bytes view : from) {
        const std::size_t sealed = seal(view);
        moved += sealed;
        if (sealed < view.size()) break;
    }
    if (!out_.empty() || notify_) schedule();
    if (moved > 0) return IoResult::moved(moved);
    if (state_ == State::failed || write_dead_) return IoResult::error();
    want_write_ = true;
    return IoResult::again();
}

/// Returns how much was taken: less than all when the backlog is full or the connection has failed.
std::size_t TlsStream::seal(Bytes plain) {
    std::size_t taken = 0;
    while (taken < plain.size()) {
        if (out_.size() >= kSendNowBytes) flush();
        if (write_dead_ || out_.size() >= kBacklogHighBytes) return taken;
        if (records_sealed_++ == shared_->records_per_key()) {
            SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
            records_sealed_ = 1;
        }
        const Bytes record = plain.subspan(taken, std::min(kMaxRecordBytes, plain.size() - taken));
        std::size_t count = 0;
        if (SSL_write_ex(ssl_.get(), record.data(), record.size(), &count) != 1) {
            fail(describe_failure(SSL_get_error(ssl_.get(), 0)));
            return taken;
        }
        taken += count;
    }
    return taken;
}

bool TlsStream::transport_write(Bytes sealed) {
    if (write_dead_) return true;  // dropped, as the socket would
    if (out_.size() + sealed.size() > kBacklogCutBytes) return false;
    out_.append_copy(shared_->pool(), sealed);
    return true;
}

void TlsStream::flush() {
    if (blocked_ || out_.empty()) return;
    switch (send_queue(*inner_, out_)) {
    case IoResult::Status::ok:
        break;
    case IoResult::Status::again:
        blocked_ = true;
        break;
    default:
        // Reading goes on: the peer's last words may tell why.
        write_dead_ = true;
        notify_ = true;
        out_.clear();
    }
}

void TlsStream::shutdown_write() {
    write_shut_ = true;
    if (state_ != State::open) return;
    send_close_notify();
    schedule();
}

void TlsStream::send_close_notify() {
    ERR_clear_error();
    if (write_dead_ || (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0) return;
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

void TlsStream::reset() {
    inner_->reset();
    fail("cut by this side");
    write_dead_ = true;
    notify_ = false;
    out_.clear();
}

// --- handshake and end

void TlsStream::advance_handshake() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    const int error = SSL_get_error(ssl_.get(), result);
    if (result == 1) {
        open();
    } else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
        fail(describe_failure(error));
    }
    flush();
    if (state_ == State::handshake) return;
    notify_ = false;
    want_write_ = false;
    tell(true, true);
}

void TlsStream::open() {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    if (std::string_view(reinterpret_cast<const char*>(name), size) != kLinkProtocol) {
        return fail("the peer does not speak " + std::string(kLinkProtocol));
    }
    state_ = State::open;
    note_activity();
    if (write_shut_) send_close_notify();
}

bool TlsStream::accept_peer(X509* certificate) {
    EVP_PKEY* const key = certificate == nullptr ? nullptr : X509_get0_pubkey(certificate);
    PublicKey shown;
    std::size_t size = shown.bytes.size();
    if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_public_key(key, raw(shown.bytes.data()), &size) != 1) {
        refusal_ = "the peer shows no Ed25519 key";
        return false;
    }
    if (expected_peer_ && !equal_in_constant_time(shown.bytes, expected_peer_->bytes)) {
        refusal_ = "relay proves another key than the one paired";
        return false;
    }
    peer_key_ = shown;
    return true;
}

std::string TlsStream::describe_failure(int ssl_error) const {
    if (!refusal_.empty()) return refusal_;
    const bool early = state_ == State::handshake;
    if (inner_end_ == IoResult::Status::error) {
        return early ? "connection cut during the TLS handshake" : "connection cut";
    }
    if (inner_end_ == IoResult::Status::eof) {
        return early ? "connection closed during the TLS handshake"
                     : "connection ended without close_notify: its end may be missing";
    }
    const std::string reason = ssl_error == SSL_ERROR_SSL ? openssl_error() : "too much to answer";
    return (early ? "TLS handshake failed: " : "TLS failed: ") + reason;
}

void TlsStream::fail(std::string why) {
    ERR_clear_error();
    if (state_ == State::failed) return;
    if (state_ == State::handshake) peer_key_ = {};
    state_ = State::failed;
    failure_ = std::move(why);
    in_.clear();
    idle_.cancel();
    if (!out_.empty()) schedule();
}

std::string_view TlsStream::protocol() const {
    return state_ == State::open ? kLinkProtocol : std::string_view();
}

// --- turns and edges

void TlsStream::schedule() {
    if (scheduled_) return;
    scheduled_ = true;
    shared_->at_end_of_turn(*this);
}

void TlsStream::at_end_of_turn() {
    scheduled_ = false;
    if (state_ == State::handshake) return advance_handshake();
    send_and_tell();
}

void TlsStream::send_and_tell() {
    flush();
    if (notify_ || (state_ == State::failed && want_write_)) {
        notify_ = false;
        want_write_ = false;
        return tell(true, true);
    }
    tell_if_drained();
}

void TlsStream::on_readable() {
    if (state_ == State::handshake) return advance_handshake();
    tell(true, false);
}

void TlsStream::on_writable() {
    blocked_ = false;
    if (state_ == State::handshake) return flush();
    send_and_tell();
}

void TlsStream::tell_if_drained() {
    if (!want_write_ || state_ != State::open || out_.size() >= kBacklogLowBytes) return;
    want_write_ = false;
    tell(false, true);
}

void TlsStream::tell(bool readable, bool writable) {
    if (handler_ == nullptr) {
        missed_ = true;
        return;
    }
    bool gone = false;
    bool* const outer = std::exchange(gone_, &gone);
    if (writable) handler_->on_writable();
    if (!gone && readable && handler_ != nullptr) handler_->on_readable();
    if (!gone) {
        gone_ = outer;
    } else if (outer != nullptr) {
        *outer = true;
    }
}

void TlsStream::set_handler(StreamHandler* handler) {
    handler_ = handler;
    if (handler == nullptr || !missed_) return;
    missed_ = false;
    notify_ = true;
    schedule();
}

void TlsStream::note_activity() {
    active_ = true;
    if (!idle_.armed()) idle_.arm(shared_->loop().now() + kIdleAfter);
}

void TlsStream::on_idle_timer() {
    if (active_) {
        active_ = false;
        idle_.arm(shared_->loop().now() + kIdleAfter);
    } else {
        SSL_free_buffers(ssl_.get());
    }
}

}  // namespace homeport::net
