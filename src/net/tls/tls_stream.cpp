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
      expected_peer_(expected_peer),
      connecting_(expected_peer.has_value()) {
    inner_->set_handler(this);
    if (ssl_ == nullptr) {
        fail("no memory for a TLS connection");
        notify_ = true;
    } else if (connecting_) {
        SSL_set_connect_state(ssl_.get());
    } else {
        SSL_set_accept_state(ssl_.get());
    }
    schedule();
}

TlsStream::~TlsStream() {
    if (scheduled_) shared_->forget(*this);
    if (inner_ == nullptr) return;
    inner_->set_handler(nullptr);
    if (state_ == State::open) send_close_notify();
    if (state_ == State::handshake || write_dead_ || out_.empty()) return;
    const auto status = blocked_ ? IoResult::Status::again : send_queue(*inner_, out_);
    if (status == IoResult::Status::again)
        shared_->farewells().take(std::move(inner_), std::move(out_));
}

// --- reading

IoResult TlsStream::read(std::span<const MutableBytes> into) {
    if (opened_.empty()) {
        const IoResult result = read_into(opened_, shared_->pool());
        if (result.status != IoResult::Status::ok) return result;
    }
    std::size_t moved = 0;
    for (const MutableBytes view : into) {
        const std::size_t count = opened_.copy_out(0, view);
        opened_.consume(count);
        moved += count;
    }
    return IoResult::moved(moved);
}

IoResult TlsStream::read_into(SliceQueue& into, ChunkPool& pool) {
    if (state_ == State::handshake) return IoResult::again();
    const std::size_t before = into.size();
    while (state_ == State::open && !peer_shut_ && into.size() == before) {
        if (!receive(into, pool)) break;
    }
    // What ended the reading shows again in the next read.
    if (into.size() > before) return IoResult::moved(into.size() - before);
    if (state_ == State::failed) return IoResult::error();
    return peer_shut_ ? IoResult::eof() : IoResult::again();
}

/// One read of the socket and all records that it completes. False: nothing has come.
bool TlsStream::receive(SliceQueue& into, ChunkPool& pool) {
    const MutableBytes buffer = shared_->read_buffer();
    const std::size_t kept = in_.size();
    const IoResult result = inner_->read(buffer.subspan(kept, kReadBytes));
    if (result.status == IoResult::Status::again) return false;
    if (result.status != IoResult::Status::ok) {
        inner_end_ = result.status;
        on_transport_end();
        return false;
    }
    in_.copy_out(0, buffer.first(kept));
    in_.clear();
    Bytes sealed = Bytes(buffer).first(kept + result.bytes);
    sealed = sealed.subspan(open_records(sealed, into, pool));
    if (state_ == State::open && !peer_shut_) in_.append_copy(shared_->pool(), sealed);
    return true;
}

/// Returns the bytes of whole records.
std::size_t TlsStream::open_records(Bytes sealed, SliceQueue& into, ChunkPool& pool) {
    std::size_t done = 0;
    while (state_ == State::open && !peer_shut_) {
        const auto record = opener_->open(sealed.subspan(done), pool, into);
        if (!record) {
            refuse(record.error());
            break;
        }
        if (record->bytes == 0) break;
        done += record->bytes;
        if (record->type == ContentType::application_data) {
            idle_key_updates_ = 0;
        } else if (record->type == ContentType::alert) {
            on_alert(record->message);
        } else {
            on_handshake_message(record->message);
        }
    }
    return done;
}

void TlsStream::on_alert(Bytes message) {
    if (message.size() != 2) return refuse(Alert::decode_error);
    const auto code = std::to_integer<int>(message[1]);
    if (code == static_cast<int>(Alert::close_notify)) {
        peer_shut_ = true;
        return;
    }
    const std::string_view name = SSL_alert_desc_string_long(code);
    fail("the peer ended the connection: " + std::string(name));
}

/// Behind the handshake these are a new key, and tickets, which are of no use here.
void TlsStream::on_handshake_message(Bytes message) {
    const bool ticket = !message.empty() && message[0] == std::byte{SSL3_MT_NEWSESSION_TICKET};
    if (ticket) return;
    const bool update = message.size() == 5 && message[0] == std::byte{SSL3_MT_KEY_UPDATE};
    if (!update || ++idle_key_updates_ > kMaxIdleKeyUpdates)
        return refuse(Alert::unexpected_message);
    opener_->update_key();
    const bool ours_too = message[4] == std::byte{SSL_KEY_UPDATE_REQUESTED};
    if (!ours_too || told_end_) return;
    if (out_.size() > kBacklogCutBytes) return refuse(Alert::unexpected_message);
    if (!sealer_->update_key(shared_->pool(), out_)) return refuse(Alert::internal_error);
    schedule();
}

void TlsStream::on_transport_end() {
    fail(inner_end_ == IoResult::Status::eof
             ? "connection ended without close_notify: its end may be missing"
             : "connection cut");
}

/// During the handshake OpenSSL asks for exactly what it needs next.
IoResult TlsStream::transport_read(MutableBytes into) {
    const IoResult result = inner_->read(into);
    if (result.status != IoResult::Status::again) inner_end_ = result.status;
    return result;
}

// --- writing

bool TlsStream::ready_to_write() {
    if (state_ == State::failed || write_dead_ || write_shut_) return true;  // write() tells
    if (state_ == State::open && out_.size() >= kSendNowBytes) flush();
    // What the socket does not take now stays with the writer, who may have better to send later.
    const bool ready = write_dead_ || (state_ == State::open && !blocked_);
    want_write_ = want_write_ || !ready;
    return ready;
}

/// Takes what fits into one record.
IoResult TlsStream::write(std::span<const Bytes> from) {
    if (!ready_to_write()) return IoResult::again();
    if (state_ == State::failed || write_dead_ || write_shut_) return IoResult::error();
    std::array<Bytes, kSecureWriteViews> views;
    const std::size_t count = std::min(from.size(), views.size());
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
        views[i] = from[i].first(std::min(from[i].size(), kSecureWriteBytes - bytes));
        bytes += views[i].size();
    }
    if (!seal(std::span<const Bytes>(views).first(count))) return IoResult::error();
    schedule();
    return IoResult::moved(bytes);
}

/// False: the cipher failed, and with it the connection.
bool TlsStream::seal(std::span<const Bytes> views) {
    const std::uint64_t limit = shared_->records_per_key();
    bool sealed = sealer_->records() < limit || sealer_->update_key(shared_->pool(), out_);
    sealed = sealed && sealer_->seal(ContentType::application_data, views, shared_->pool(), out_);
    if (!sealed) refuse(Alert::internal_error);
    return sealed;
}

/// OpenSSL's, during the handshake.
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
    if (write_dead_ || std::exchange(told_end_, true)) return;
    constexpr std::uint8_t kWarning = 1;
    seal_alert(kWarning, Alert::close_notify);
}

void TlsStream::seal_alert(std::uint8_t level, Alert alert) {
    const std::array message{std::byte{level}, static_cast<std::byte>(alert)};
    const Bytes view(message);
    const bool sealed =
        sealer_->seal(ContentType::alert, std::span<const Bytes>(&view, 1), shared_->pool(), out_);
    write_dead_ = write_dead_ || !sealed;
}

/// The peer broke the rules: it is told which.
void TlsStream::refuse(Alert alert) {
    constexpr std::uint8_t kFatal = 2;
    if (!write_dead_ && !std::exchange(told_end_, true)) seal_alert(kFatal, alert);
    fail("TLS failed: " + std::string(to_string(alert)));
}

void TlsStream::reset() {
    inner_->reset();
    fail("cut by this side");
    write_dead_ = true;
    notify_ = false;
    out_.clear();
}

std::unique_ptr<Stream> TlsStream::release() {
    if (state_ == State::open) flush();
    const bool quiet = in_.empty() && opened_.empty() && out_.empty();
    if (state_ != State::open || write_dead_ || peer_shut_ || told_end_ || !quiet) return nullptr;
    fail("given up for the stream below");
    write_dead_ = true;
    inner_->set_handler(nullptr);
    return std::move(inner_);
}

// --- handshake and end

void TlsStream::advance_handshake() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    const int error = SSL_get_error(ssl_.get(), result);
    if (result == 1) {
        open();
    } else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
        fail(describe_handshake_failure(error));
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
    if (!take_keys()) return fail("TLS failed: the cipher cannot be set up");
    ssl_.reset();
    state_ = State::open;
    if (write_shut_) send_close_notify();
}

/// From OpenSSL's handshake to our records.
bool TlsStream::take_keys() {
    if (!secrets_.client || !secrets_.server) return false;
    const std::uint16_t id = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl_.get()));
    const Suite suite = id == TLS1_3_CK_AES_128_GCM_SHA256 % 0x10000 ? Suite::aes_128_gcm
                                                                     : Suite::chacha20_poly1305;
    AeadSource& source = shared_->aead_source();
    sealer_.emplace(source, suite, connecting_ ? *secrets_.client : *secrets_.server);
    opener_.emplace(source, suite, connecting_ ? *secrets_.server : *secrets_.client);
    OPENSSL_cleanse(secrets_.client->data(), kSecretBytes);
    OPENSSL_cleanse(secrets_.server->data(), kSecretBytes);
    return sealer_->usable() && opener_->usable();
}

void TlsStream::note_secret(std::string_view line) {
    const bool client = line.starts_with("CLIENT_TRAFFIC_SECRET_0 ");
    const bool server = line.starts_with("SERVER_TRAFFIC_SECRET_0 ");
    if (!client && !server) return;
    auto bytes = from_hex(line.substr(line.rfind(' ') + 1));
    if (!bytes || bytes->size() != kSecretBytes) return;
    auto& secret = client ? secrets_.client : secrets_.server;
    std::ranges::copy(*bytes, secret.emplace().begin());
    OPENSSL_cleanse(bytes->data(), bytes->size());
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

std::string TlsStream::describe_handshake_failure(int ssl_error) const {
    if (!refusal_.empty()) return refusal_;
    if (inner_end_ == IoResult::Status::error) return "connection cut during the TLS handshake";
    if (inner_end_ == IoResult::Status::eof) return "connection closed during the TLS handshake";
    const std::string reason = ssl_error == SSL_ERROR_SSL ? openssl_error() : "too much to answer";
    return "TLS handshake failed: " + reason;
}

void TlsStream::fail(std::string why) {
    if (state_ == State::failed) return;
    if (state_ == State::handshake) peer_key_ = {};
    state_ = State::failed;
    failure_ = std::move(why);
    in_.clear();
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
    if (!want_write_ || state_ != State::open || blocked_) return;
    want_write_ = false;
    tell(false, true);
}

void TlsStream::tell(bool readable, bool writable) {
    if (handler_ == nullptr) {
        missed_ = true;
        return;
    }
    const Lifetime::Watch watch(lifetime_);
    if (writable) handler_->on_writable();
    if (!watch.over() && readable && handler_ != nullptr) handler_->on_readable();
}

void TlsStream::set_handler(StreamHandler* handler) {
    handler_ = handler;
    if (handler == nullptr || !missed_) return;
    missed_ = false;
    notify_ = true;
    schedule();
}

}  // namespace homeport::net
