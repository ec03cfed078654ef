#pragma once
/// One TLS connection over any Stream. Made by TlsSecurity; see there for the guarantees.
///
/// The engine: OpenSSL reads from `in_`, which is filled by large reads, and appends sealed records
/// to `out_`, which is sent at the end of the turn. During the handshake nothing is read ahead, so
/// a peer that has proven nothing yet holds no buffer here.

#include "net/secure.hpp"
#include "net/timer.hpp"
#include "net/tls/openssl_handles.hpp"
#include "net/tls/tls_shared.hpp"

#include <memory>
#include <optional>
#include <string>

namespace homeport::net {

class TlsStream final : public SecureStream, private StreamHandler {
public:
    /// `expected_peer` given: the connecting side, and the only key accepted. Else the accepting
    /// side.
    TlsStream(std::shared_ptr<TlsShared> shared, std::unique_ptr<Stream> inner,
              const std::optional<PublicKey>& expected_peer);
    ~TlsStream() override;
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    using Stream::read;
    using Stream::write;
    IoResult read(std::span<const MutableBytes> into) override;
    IoResult write(std::span<const Bytes> from) override;
    void shutdown_write() override;
    void reset() override;
    void set_handler(StreamHandler* handler) override;
    Endpoint peer() const override { return inner_->peer(); }
    Endpoint local() const override { return inner_->local(); }

    bool established() const override { return state_ == State::open; }
    PublicKey peer_key() const override { return peer_key_; }
    std::string_view protocol() const override;
    std::string_view failure() const override { return failure_; }
    std::size_t backlog() const override { return out_.size(); }

    /// For TlsShared: its calls, and OpenSSL's through it.
    void at_end_of_turn();
    bool accept_peer(X509* certificate);
    IoResult transport_read(MutableBytes into);
    bool transport_write(Bytes sealed);
    bool transport_ended() const { return inner_end_ != IoResult::Status::ok; }
    std::size_t turn_index_ = 0;  ///< TlsShared's note of where it keeps this stream

private:
    enum class State : std::uint8_t { handshake, open, failed };

    void on_readable() override;
    void on_writable() override;
    void on_idle_timer();

    void advance_handshake();
    void open();
    void fail(std::string why);
    std::string describe_failure(int ssl_error) const;
    IoResult open_records(MutableBytes into);
    std::size_t seal(Bytes plain);
    bool fill_in();
    void flush();
    void send_close_notify();
    void schedule();
    void note_activity();
    void tell(bool readable, bool writable);
    void tell_if_drained();
    void send_and_tell();

    std::shared_ptr<TlsShared> shared_;  ///< first: the pool outlives the queues
    std::unique_ptr<Stream> inner_;
    SslHandle ssl_;
    SliceQueue in_;
    SliceQueue out_;
    StreamHandler* handler_ = nullptr;
    Timer idle_;
    std::uint64_t records_sealed_ = 0;
    std::string failure_;
    std::string refusal_;  ///< why accept_peer() said no
    PublicKey peer_key_;
    std::optional<PublicKey> expected_peer_;
    bool* gone_ = nullptr;  ///< set while the handler is called
    State state_ = State::handshake;
    IoResult::Status inner_end_ = IoResult::Status::ok;  ///< eof or error once seen
    bool scheduled_ = false;
    bool blocked_ = false;     ///< the socket takes no more for now
    bool write_dead_ = false;  ///< the socket will never take more
    bool write_shut_ = false;
    bool want_write_ = false;  ///< the user waits for room
    bool notify_ = false;      ///< both edges are due at the end of the turn
    bool missed_ = false;      ///< edges came while there was no handler
    bool large_reads_ = false;
    bool active_ = false;  ///< since the idle timer looked
};

}  // namespace homeport::net
