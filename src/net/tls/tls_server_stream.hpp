#pragma once
/// One connection of TlsServer: OpenSSL over any Stream, records included. What OpenSSL writes
/// waits in `out_` until the stream below takes it.

#include "net/lifetime.hpp"
#include "net/pump.hpp"
#include "net/tls/farewells.hpp"
#include "net/tls/openssl_handles.hpp"

#include <memory>

namespace homeport::net {

/// What the connections of one TlsServer have in common; lives as long as any of them.
struct TlsServerShared {
    explicit TlsServerShared(Loop& on);

    Loop& loop;
    ChunkPool pool;
    Farewells farewells;
    BioMethodHandle transport;  ///< null when memory was short
};

class TlsServerStream final : public Stream, private StreamHandler {
public:
    /// `ssl` is fresh. Nothing happens before attach().
    TlsServerStream(std::shared_ptr<TlsServerShared> shared, SslHandle ssl,
                    std::unique_ptr<Stream> inner);
    ~TlsServerStream() override;
    TlsServerStream(const TlsServerStream&) = delete;
    TlsServerStream& operator=(const TlsServerStream&) = delete;

    /// Joins OpenSSL to the stream below and starts the handshake. False: memory is short.
    bool attach();

    using Stream::read;
    using Stream::write;
    IoResult read(std::span<const MutableBytes> into) override;
    IoResult write(std::span<const Bytes> from) override;
    void shutdown_write() override;
    void reset() override;
    void set_handler(StreamHandler* handler) override;
    Endpoint peer() const override { return inner_->peer(); }
    Endpoint local() const override { return inner_->local(); }

    /// For OpenSSL.
    IoResult transport_read(MutableBytes into) { return inner_->read(into); }
    bool transport_write(Bytes sealed);
    bool transport_ended() const { return false; }  ///< reading tells

private:
    enum class State : std::uint8_t { handshake, open, failed };

    void on_readable() override;
    void on_writable() override;
    void turn();
    void advance_handshake();
    void on_late();
    bool seal(Bytes plain);
    void send_close_notify();
    void flush();
    void tell(bool readable, bool writable);

    std::shared_ptr<TlsServerShared> shared_;  ///< first: the pool outlives the queue
    std::unique_ptr<Stream> inner_;
    SslHandle ssl_;
    SliceQueue out_;
    StreamHandler* handler_ = nullptr;
    Continuation again_;
    Timer handshake_timer_;
    Lifetime lifetime_;
    State state_ = State::handshake;
    bool blocked_ = false;     ///< the stream below takes no more for now
    bool write_dead_ = false;  ///< it will never take more
    bool write_shut_ = false;
    bool told_end_ = false;  ///< close_notify has been made
    bool inner_shut_ = false;
    bool want_write_ = false;  ///< the user waits for room
    bool missed_ = false;      ///< edges came while there was no handler
};

}  // namespace homeport::net
