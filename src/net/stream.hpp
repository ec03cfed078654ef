#pragma once
/// The one shape of a byte stream: a TCP or Unix socket, a TLS connection, a stream through the
/// tunnel, or one of the simulator. Calls never block; readiness is reported by edges.
///
/// Contract of the edges. A stream starts with both directions unknown: the user tries. When read()
/// answers `again`, the handler's on_readable() is called once later, when trying is worth while;
/// the same for write() and on_writable(). A user who stops before `again` gets no call and must
/// come back by himself. Calls come from the loop, never from inside read() or write(). A call may
/// come for nothing. A handler may destroy the stream, and itself, from inside a call.

#include "core/bytes.hpp"
#include "core/chunk.hpp"
#include "core/ids.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace homeport::net {

struct IoResult {
    enum class Status : std::uint8_t {
        ok,     ///< `bytes` were moved, at least one
        again,  ///< nothing now; an edge will be reported
        eof,    ///< read only: the peer has shut its write side, all was read
        error,  ///< the stream is dead: cut, reset, failed; nothing more will come
    };
    Status status = Status::again;
    std::size_t bytes = 0;

    static IoResult moved(std::size_t count) { return {Status::ok, count}; }
    static IoResult again() { return {Status::again, 0}; }
    static IoResult eof() { return {Status::eof, 0}; }
    static IoResult error() { return {Status::error, 0}; }
};

class StreamHandler {
public:
    virtual void on_readable() = 0;
    virtual void on_writable() = 0;

protected:
    ~StreamHandler() = default;
};

class Stream {
public:
    /// Closes. What write() has taken is still delivered if the peer lives and reads.
    virtual ~Stream() = default;

    /// Reads into the views in order. Requires at least one byte of room.
    virtual IoResult read(std::span<const MutableBytes> into) = 0;
    /// Writes from the views in order; may take a part.
    virtual IoResult write(std::span<const Bytes> from) = 0;
    /// No more will be written; the peer reads an end after what was written. Reading goes on.
    virtual void shutdown_write() = 0;
    /// Cuts the stream so that the peer sees a reset, never a clean end. Afterwards: error.
    virtual void reset() = 0;
    /// nullptr: no calls. Must be set, or the stream destroyed, before the handler dies.
    virtual void set_handler(StreamHandler* handler) = 0;

    virtual Endpoint peer() const = 0;
    virtual Endpoint local() const = 0;

    IoResult read(MutableBytes into) { return read(std::span<const MutableBytes>(&into, 1)); }
    IoResult write(Bytes from) { return write(std::span<const Bytes>(&from, 1)); }
};

/// A stream whose buffers lie in this process, so that bytes can go between it and a kernel socket
/// without another copy. This is what a stream through the tunnel looks like to both ends.
class BufferedStream : public Stream {
public:
    /// Reads from `source` straight into the send buffer, at most `max_bytes`. The result is that
    /// of `source` (`eof` is the source's, `error` the source's or this stream's), or `again` with
    /// `room() == 0` when this buffer is full: then on_writable() of this stream is the edge.
    virtual IoResult fill_from(Stream& source, std::size_t max_bytes) = 0;
    /// Writes what has arrived into `sink`, at most `max_bytes`. `eof`/`error` are this stream's;
    /// `again` with `readable() > 0` means the sink is full (its edge), else nothing has arrived.
    /// An error of the sink is reported as `sink_failed`.
    virtual IoResult drain_to(Stream& sink, std::size_t max_bytes, bool& sink_failed) = 0;
    /// Bytes that write() or fill_from() would take now.
    virtual std::size_t room() const = 0;
    /// Bytes that have arrived and were not read yet.
    virtual std::size_t readable() const = 0;
    /// The far end has its target: until then bytes wait. Turning true reports on_writable().
    virtual bool established() const = 0;
    /// After `error`: why, as the far end told it (refused, timed_out, unreachable, denied, reset
    /// ...).
    virtual Errc failure() const = 0;
};

/// What a secure stream writes as one record, at most: sealed, it fills one block.
inline constexpr std::size_t kSecureWriteBytes = kChunkBytes - kSealBytes;
/// From at most so many pieces.
inline constexpr std::size_t kSecureWriteViews = 64;

/// A stream with both keys proven. The handshake runs by itself after creation; until it is done
/// read() and write() answer `again`, its end is reported by on_writable(), its failure by both
/// edges and `error`.
class SecureStream : public Stream {
public:
    /// Reads what has arrived straight into blocks, behind what `into` holds: without a copy where
    /// the stream can do that, and with what was written as one record in one piece.
    virtual IoResult read_into(SliceQueue& into, ChunkPool& pool);
    /// True: the next write() takes all of up to kSecureWriteBytes, as one record. False: room will
    /// be told by on_writable().
    virtual bool ready_to_write() = 0;

    virtual bool established() const = 0;
    /// Once established: the peer's key. An all-zero key: the peer showed none (not possible for
    /// links).
    virtual PublicKey peer_key() const = 0;
    /// Once established: the protocol agreed by ALPN (RFC 7301), for example "homeport/1".
    virtual std::string_view protocol() const = 0;
    /// After `error`: what went wrong, for the log.
    virtual std::string_view failure() const = 0;
    /// Bytes taken by write() that the socket below has not taken yet.
    virtual std::size_t backlog() const = 0;
    /// Gives up the encryption and hands over the stream below, from the next byte on; this one is
    /// to be destroyed then. Both sides must have agreed on it, and the peer must be silent until
    /// it knows. nullptr: not established, or bytes are on their way in either direction.
    virtual std::unique_ptr<Stream> release() { return nullptr; }
};

inline IoResult SecureStream::read_into(SliceQueue& into, ChunkPool& pool) {
    const MutableBytes room = into.reserve_piece(pool, kChunkBytes);
    const IoResult result = read(std::span<const MutableBytes>(&room, 1));
    into.commit(result.bytes);
    return result;
}

}  // namespace homeport::net
