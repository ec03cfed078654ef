#pragma once
/// One link: a secure stream that carries frames. Reads records in blocks, so that payloads need no
/// copy, cuts them into frames for its user, and pulls records from the user while the stream takes
/// them. It holds no block while nothing is under way.

#include "core/chunk.hpp"
#include "core/log.hpp"
#include "net/loop.hpp"
#include "net/pump.hpp"
#include "net/stream.hpp"
#include "tunnel/protocol/frame.hpp"
#include "tunnel/protocol/session.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace homeport::tunnel {

class Link;

/// Calls come from the loop. A user may close the link inside any of them, but must keep the object
/// until the call is over (see Graveyard).
class LinkUser {
public:
    /// Both keys are proven.
    virtual void on_link_up(Link& link) = 0;
    /// Error: the peer broke the protocol; on_link_down() follows.
    virtual Result<> on_link_frame(Link& link, const Frame& frame, const ChunkRef& chunk) = 0;
    /// All that had arrived was handed over.
    virtual void on_link_batch(Link& link) = 0;
    /// Adds the next frames to the record; it stays empty when there is nothing to send.
    virtual void next_link_record(Link& link, Record& record) = 0;
    /// The link is over: cut, closed by the peer, or its handshake failed. Not called after
    /// close().
    virtual void on_link_down(Link& link, const std::string& reason) = 0;

protected:
    ~LinkUser() = default;
};

class Link final : net::StreamHandler {
public:
    /// `max_frame_bytes` holds until raised by trust().
    Link(LinkId id, net::Loop& loop, ChunkPool& pool, std::unique_ptr<net::SecureStream> stream,
         LinkUser& user, std::size_t max_frame_bytes);
    ~Link();

    LinkId id() const { return id_; }
    bool up() const { return stream_ != nullptr && stream_->established(); }
    const net::SecureStream& stream() const { return *stream_; }
    Endpoint peer() const { return peer_; }
    PublicKey peer_key() const { return stream_->peer_key(); }
    void set_user(LinkUser& user) { user_ = &user; }
    /// The network looks after the peer while the link is idle (net::Network::watch_peer).
    void set_watched(bool watched) { watched_ = watched; }
    bool watched() const { return watched_; }
    /// The peer is known: frames up to kMaxFrameBytes are taken.
    void trust();

    /// Sends a frame that belongs to the link itself, ahead of the user's records.
    void send(const Frame& frame);
    /// Asks the user for records soon, once per turn of the loop.
    void want_flush() { flush_.post(loop_); }
    /// Ends the link: politely after what was sent, or at once by a reset.
    void close();
    void cut();
    /// Ends the link and hands over the connection below it, from its next byte on. Only when both
    /// ends have agreed and the peer is silent (see SecureStream::release); nullptr: not possible,
    /// the link was cut.
    std::unique_ptr<net::Stream> release();
    bool closed() const { return stream_ == nullptr; }

    std::uint64_t bytes_received() const { return received_; }
    std::uint64_t bytes_sent() const { return sent_; }

private:
    void on_readable() override;
    void on_writable() override;
    void begin();
    void read_some();
    bool take(const Slice& piece);
    bool parse(Bytes input, const ChunkRef& chunk);
    std::optional<std::size_t> parse_one(Bytes input, const ChunkRef& chunk);
    void flush();
    void fill(Record& record);
    void fail(const std::string& reason);

    LinkId id_;
    net::Loop& loop_;
    ChunkPool& pool_;
    std::unique_ptr<net::SecureStream> stream_;
    LinkUser* user_;
    Endpoint peer_;
    std::size_t max_frame_bytes_;
    std::vector<std::byte> rest_;  ///< an unfinished frame
    std::vector<std::byte> own_;   ///< frames of send() not yet in a record
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
    bool announced_up_ = false;
    bool overfull_ = false;
    bool watched_ = false;
    net::Continuation flush_;
    net::Continuation read_on_;
};

}  // namespace homeport::tunnel
