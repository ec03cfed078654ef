#pragma once
/// One TLS connection over any Stream. Made by TlsSecurity; see there for the guarantees.
///
/// OpenSSL makes the handshake; then its object is let go, and record_layer goes on with the
/// secrets that were agreed. During the handshake nothing is read ahead, so a peer that has proven
/// nothing yet holds no buffer here. Afterwards the socket is read into a buffer that all
/// connections share; what is left of a record that has not arrived in full waits in `in_`. Sealed
/// records wait in `out_` and are sent at the end of the turn.

#include "net/lifetime.hpp"
#include "net/secure.hpp"
#include "net/tls/openssl_handles.hpp"
#include "net/tls/record_layer.hpp"
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
    IoResult read_into(SliceQueue& into, ChunkPool& pool) override;
    bool ready_to_write() override;
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
    std::unique_ptr<Stream> release() override;

    /// For TlsShared: its calls, and OpenSSL's through it.
    void at_end_of_turn();
    bool accept_peer(X509* certificate);
    /// A line of the key log, in the form of SSLKEYLOGFILE.
    void note_secret(std::string_view line);
    IoResult transport_read(MutableBytes into);
    bool transport_write(Bytes sealed);
    bool transport_ended() const { return inner_end_ != IoResult::Status::ok; }
    std::size_t turn_index_ = 0;  ///< TlsShared's note of where it keeps this stream

private:
    enum class State : std::uint8_t { handshake, open, failed };

    /// Both directions' secrets: of what the client sends, and of what the server sends.
    struct Secrets {
        std::optional<TrafficSecret> client;
        std::optional<TrafficSecret> server;
    };

    void on_readable() override;
    void on_writable() override;

    void advance_handshake();
    void open();
    bool take_keys();
    void fail(std::string why);
    void refuse(Alert alert);
    std::string describe_handshake_failure(int ssl_error) const;
    bool receive(SliceQueue& into, ChunkPool& pool);
    std::size_t open_records(Bytes sealed, SliceQueue& into, ChunkPool& pool);
    void on_alert(Bytes message);
    void on_handshake_message(Bytes message);
    void on_transport_end();
    bool seal(std::span<const Bytes> views);
    void seal_alert(std::uint8_t level, Alert alert);
    void flush();
    void send_close_notify();
    void schedule();
    void tell(bool readable, bool writable);
    void tell_if_drained();
    void send_and_tell();

    std::shared_ptr<TlsShared> shared_;  ///< first: the pool outlives the queues
    std::unique_ptr<Stream> inner_;
    SslHandle ssl_;  ///< during the handshake only
    Secrets secrets_;
    std::optional<RecordSealer> sealer_;
    std::optional<RecordOpener> opener_;
    SliceQueue in_;      ///< the beginning of a sealed record
    SliceQueue opened_;  ///< what read() has not handed out yet
    SliceQueue out_;
    StreamHandler* handler_ = nullptr;
    int idle_key_updates_ = 0;  ///< by the peer, since its last data
    std::string failure_;
    std::string refusal_;  ///< why accept_peer() said no
    PublicKey peer_key_;
    std::optional<PublicKey> expected_peer_;
    Lifetime lifetime_;
    State state_ = State::handshake;
    IoResult::Status inner_end_ = IoResult::Status::ok;  ///< eof or error once seen
    bool scheduled_ = false;
    bool blocked_ = false;     ///< the socket takes no more for now
    bool write_dead_ = false;  ///< the socket will never take more
    bool write_shut_ = false;
    bool want_write_ = false;  ///< the user waits for room
    bool notify_ = false;      ///< both edges are due at the end of the turn
    bool missed_ = false;      ///< edges came while there was no handler
    bool connecting_ = false;  ///< we are the client
    bool peer_shut_ = false;   ///< close_notify came
    bool told_end_ = false;    ///< close_notify was sent
};

}  // namespace homeport::net
