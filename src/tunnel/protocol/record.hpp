#pragma once
/// One record under construction, that is what a link sends at once: small frames are written into
/// a block, large payloads are only referred to where they lie, so that they are read once, by the
/// cipher. What is referred to must stay until the record has been written.

#include "core/chunk.hpp"
#include "tunnel/protocol/limits.hpp"

#include <array>
#include <span>

namespace homeport::tunnel {

class Record {
public:
    explicit Record(ChunkPool& pool)
        : block_(pool.take()), out_(MutableBytes(block_.data(), kRecordBytes)) {}

    /// For frames. Its room is more than the record's when something was referred to: ask room().
    Writer& out() { return out_; }
    /// Adds bytes of a payload, by copy when they are few. Requires room.
    void add(Bytes bytes);

    std::size_t size() const { return out_.size() + referred_; }
    std::size_t room() const { return kRecordBytes - size(); }
    bool empty() const { return size() == 0; }
    /// All of it, in order; nothing may be added afterwards.
    std::span<const Bytes> views();

private:
    void end_piece();

    ChunkRef block_;
    Writer out_;
    std::size_t begun_ = 0;     ///< of out_: where the piece under way begins
    std::size_t referred_ = 0;  ///< bytes that lie elsewhere
    std::array<Bytes, kMaxRecordPieces> pieces_;
    std::size_t count_ = 0;
};

}  // namespace homeport::tunnel
