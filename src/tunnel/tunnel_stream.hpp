#pragma once
/// A stream of a session, in the shape every other stream has. Destroying it before both directions
/// have ended cuts the stream.

#include "net/lifetime.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"
#include "tunnel/protocol/session.hpp"

#include <memory>

namespace homeport::tunnel {

class TunnelStream final : public net::BufferedStream, StreamUser {
public:
    /// `keep_alive` holds the session's owner for as long as the stream lives; may be empty when
    /// the owner outlives its streams anyway.
    TunnelStream(net::Loop& loop, Session& session, SessionStream& stream,
                 std::shared_ptr<void> keep_alive);
    ~TunnelStream() override;

    using Stream::read;
    using Stream::write;
    net::IoResult read(std::span<const MutableBytes> into) override;
    net::IoResult write(std::span<const Bytes> from) override;
    void shutdown_write() override;
    void reset() override;
    void set_handler(net::StreamHandler* handler) override { handler_ = handler; }
    Endpoint peer() const override { return stream_->info().visitor; }
    Endpoint local() const override { return stream_->info().local; }

    net::IoResult fill_from(net::Stream& source, std::size_t max_bytes) override;
    net::IoResult drain_to(net::Stream& sink, std::size_t max_bytes, bool& sink_failed) override;
    std::size_t room() const override;
    std::size_t readable() const override { return stream_->received().buffer().size(); }
    bool established() const override { return stream_->established(); }
    Errc failure() const override { return stream_->failure(); }
    bool failed() const { return stream_->failed(); }
    StreamId id() const { return stream_->id(); }

    /// Agent: the target is connected, or cannot be.
    void establish();
    void refuse(Errc code);

private:
    void on_news(News news) override;
    net::IoResult nothing_readable() const;

    net::Loop& loop_;
    Session& session_;
    SessionStream* stream_;
    std::shared_ptr<void> keep_alive_;
    net::StreamHandler* handler_ = nullptr;
    net::Lifetime lifetime_;
    std::uint8_t fill_chunks_ =
        1;  ///< blocks offered to the next read: grows while they come back full
};

/// A stream that failed before it began; reports itself by both edges.
std::unique_ptr<net::BufferedStream> make_failed_stream(net::Loop& loop, Errc code,
                                                        Endpoint visitor, Endpoint local);

}  // namespace homeport::tunnel
