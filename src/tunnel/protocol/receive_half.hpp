#pragma once
/// The receiving direction of a stream: takes bytes in order, drops what it has already, refuses
/// gaps, and grants a window that grows with bandwidth times delay. Pure.

#include "core/chunk.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "tunnel/protocol/limits.hpp"

#include <cstdint>

namespace homeport::tunnel {

/// How a window follows its use.
struct WindowRule {
    Duration fast;       ///< half of it was used within this time: it doubles
    Duration slow;       ///< half of it lasted longer: it halves, but not below kInitialWindowBytes
    std::uint64_t most;  ///< it is never larger, even when it was granted so before
};

class ReceiveHalf {
public:
    /// Before anything came: the first window, when it is not kInitialWindowBytes.
    void start(std::uint64_t window) { granted_ = window_ = window; }
    /// Bytes of a DATA frame. `chunk` is the block that `payload` lies in: a large payload keeps it
    /// instead of being copied; none when it lies elsewhere. Returns how many bytes were new.
    /// Errors (protocol): a gap, data behind the end, more than was granted.
    Result<std::size_t> on_data(ChunkPool& pool, const ChunkRef& chunk, std::uint64_t offset,
                                Bytes payload);
    /// The stream ends at `offset`. Errors (protocol): a gap, or another end than before.
    Result<> on_fin(std::uint64_t offset);

    /// Arrived and not yet taken.
    const SliceQueue& buffer() const { return buffer_; }
    /// The reader has taken `count` bytes from the front.
    void consume(std::size_t count);
    /// Everything up to the end was taken.
    bool at_end() const { return fin_ && buffer_.empty(); }
    bool fin_received() const { return fin_; }
    /// Bytes received in order, plus one for the end: what an acknowledgement says.
    std::uint64_t received() const { return received_ + (fin_ ? 1 : 0); }

    /// True when enough was taken since the last grant that the peer should hear of it at once.
    bool grant_due() const;
    /// The new limit to tell the peer.
    std::uint64_t grant(TimePoint now, const WindowRule& rule);
    /// The limit told last.
    std::uint64_t granted() const { return granted_; }
    /// Drops what was not taken; the stream is cut.
    void clear() { buffer_.clear(); }

private:
    std::uint64_t taken() const { return received_ - buffer_.size(); }

    SliceQueue buffer_;
    std::uint64_t received_ = 0;
    std::uint64_t granted_ = kInitialWindowBytes;
    std::uint64_t window_ = kInitialWindowBytes;
    TimePoint measured_at_{};         ///< the use of the window, last
    std::uint64_t taken_before_ = 0;  ///< bytes taken until then
    bool fin_ = false;
};

}  // namespace homeport::tunnel
