#pragma once
/// The sending direction of a stream: bytes are kept from the moment they are taken until the peer
/// has acknowledged them, so that they can be sent again over another link. Offsets are absolute,
/// 64 bits, and the end of the stream counts as one more byte. Pure.

#include "core/chunk.hpp"
#include "core/result.hpp"
#include "tunnel/protocol/limits.hpp"

#include <algorithm>
#include <cstdint>

namespace homeport::tunnel {

class SendHalf {
public:
    /// Before anything was sent: the peer's first window, when it is not kInitialWindowBytes.
    void start(std::uint64_t max_offset) { max_offset_ = max_offset; }
    /// Where taken bytes go. The caller has asked its limits first.
    SliceQueue& buffer() { return buffer_; }
    std::uint64_t buffered() const { return buffer_.size(); }
    /// Bytes taken and not sent on the present link.
    std::uint64_t unsent() const { return end() - sent_; }

    /// No more will be taken.
    void finish() { finished_ = true; }
    bool finished() const { return finished_; }
    /// The peer has everything, the end included.
    bool done() const { return fin_acknowledged_; }

    /// Something could be sent now: bytes within the peer's window, or the end.
    bool sendable() const { return sendable_bytes() > 0 || fin_due(); }
    std::uint64_t sendable_bytes() const;
    bool fin_due() const { return finished_ && !fin_sent_ && sent_ == end(); }
    std::uint64_t next_offset() const { return sent_; }
    /// Sent and not acknowledged.
    bool outstanding() const { return sent_ > base_ || (fin_sent_ && !fin_acknowledged_); }

    /// Hands the next bytes to take(Bytes), piece by piece, and counts them as sent. Requires
    /// count <= sendable_bytes(). The pieces stay until the next call of another function.
    template <class Take>
    void send(std::uint64_t count, Take take) {
        buffer_.visit(sent_ - base_, count, take);
        sent_ += count;
        highest_sent_ = std::max(highest_sent_, sent_);
    }
    void send_fin() { fin_sent_ = fin_ever_sent_ = true; }

    /// The peer has received everything before `received` and takes bytes up to `max_offset`.
    /// Returns how many bytes were freed; error (protocol): acknowledges what was never sent, or
    /// the window shrinks below what was granted (old acknowledgements are recognised and ignored).
    Result<std::uint64_t> on_ack(std::uint64_t received, std::uint64_t max_offset);
    /// The peer has ended the stream both ways and forgotten it: it has everything. Returns the
    /// bytes freed.
    std::uint64_t settle();
    /// Another link takes over: all that is not acknowledged will be sent again over it.
    void rewind();

private:
    std::uint64_t end() const { return base_ + buffer_.size(); }

    SliceQueue buffer_;
    std::uint64_t base_ = 0;  ///< offset of the buffer's first byte: all before is acknowledged
    std::uint64_t sent_ = 0;  ///< next offset to send on the present link
    std::uint64_t highest_sent_ = 0;  ///< on any link: an old link may still deliver
    std::uint64_t max_offset_ = kInitialWindowBytes;
    bool finished_ = false;
    bool fin_sent_ = false;
    bool fin_ever_sent_ = false;
    bool fin_acknowledged_ = false;
};

}  // namespace homeport::tunnel
