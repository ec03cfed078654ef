#pragma once
/// Buffers of the data plane: fixed blocks from a pool, and queues of slices of them. A slice keeps
/// its block alive; an empty queue owns no memory, so an idle stream costs none. One pool serves
/// one thread; nothing here is locked.

#include "core/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace homeport {

/// Fits the payload of one TLS record (RFC 8446 section 5.1: 2^14 bytes).
inline constexpr std::size_t kChunkBytes = 16 * 1024;

/// What TLS 1.3 adds to a record: a header of 5 bytes, the type, and a tag of 16 (section 5.2).
inline constexpr std::size_t kSealBytes = 22;

class ChunkPool;

struct Chunk {
    ChunkPool* pool;
    std::uint32_t references;
    std::byte data[kChunkBytes];
};

/// Shared ownership of one block; copying counts.
class ChunkRef {
public:
    ChunkRef() = default;
    explicit ChunkRef(Chunk* chunk) : chunk_(chunk) {}
    ChunkRef(const ChunkRef& other) : chunk_(other.chunk_) {
        if (chunk_ != nullptr) ++chunk_->references;
    }
    ChunkRef(ChunkRef&& other) noexcept : chunk_(other.chunk_) { other.chunk_ = nullptr; }
    ChunkRef& operator=(ChunkRef other) noexcept {
        std::swap(chunk_, other.chunk_);
        return *this;
    }
    ~ChunkRef();

    explicit operator bool() const { return chunk_ != nullptr; }
    std::byte* data() const { return chunk_->data; }
    bool shared() const { return chunk_->references > 1; }
    friend bool operator==(const ChunkRef&, const ChunkRef&) = default;

private:
    Chunk* chunk_ = nullptr;
};

/// Hands out blocks and keeps up to `keep` free ones for reuse. Must outlive every block.
class ChunkPool {
public:
    explicit ChunkPool(std::size_t keep = 256) : keep_(keep) {}
    ~ChunkPool();
    ChunkPool(const ChunkPool&) = delete;
    ChunkPool& operator=(const ChunkPool&) = delete;

    ChunkRef take();
    /// Blocks in use now.
    std::size_t in_use() const { return in_use_; }
    /// Gives the kept free blocks back to the allocator.
    void trim();

private:
    friend class ChunkRef;
    void give_back(Chunk* chunk);

    std::vector<Chunk*> free_;
    std::size_t keep_;
    std::size_t in_use_ = 0;
};

/// A piece of a block.
struct Slice {
    ChunkRef chunk;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    std::size_t size() const { return end - begin; }
    Bytes bytes() const { return {chunk.data() + begin, size()}; }
};

/// Bytes in order, added at the back, removed at the front.
class SliceQueue {
public:
    std::size_t size() const { return bytes_; }
    bool empty() const { return bytes_ == 0; }

    /// Copies; fills the room left in the last block first when nobody shares it.
    void append_copy(ChunkPool& pool, Bytes bytes);
    /// Shares the slice's block instead of copying.
    void append_slice(Slice slice);

    /// Writable views behind the last byte, at least `want` bytes in all and at most `views.size()`
    /// views; returns how many views are filled. What is used is told by commit().
    std::size_t reserve(ChunkPool& pool, std::size_t want, std::span<MutableBytes> views);
    /// The same as one view of exactly `count` bytes, at most kChunkBytes.
    MutableBytes reserve_piece(ChunkPool& pool, std::size_t count);
    /// Takes the first `count` bytes of the last reserve() as data; drops blocks left empty.
    void commit(std::size_t count);

    /// Readable views starting `offset` bytes behind the front; returns how many are filled.
    std::size_t peek(std::size_t offset, std::span<Bytes> views) const;
    /// Calls take(Bytes) for the pieces of `count` bytes from `offset`. Requires that they are
    /// there.
    template <class Take>
    void visit(std::size_t offset, std::size_t count, Take take) const {
        for (std::size_t i = head_; count > 0; ++i) {
            const Bytes piece = slices_[i].bytes();
            const std::size_t skipped = std::min(offset, piece.size());
            const std::size_t taken = std::min(count, piece.size() - skipped);
            if (taken > 0) take(piece.subspan(skipped, taken));
            offset -= skipped;
            count -= taken;
        }
    }
    /// Copies out up to `out.size()` bytes from `offset`; returns the count.
    std::size_t copy_out(std::size_t offset, MutableBytes out) const;
    /// Removes the first piece and hands it over. Requires that there is one.
    Slice take_slice();
    /// Removes `count` bytes from the front. Requires count <= size().
    void consume(std::size_t count);
    void clear();

private:
    std::size_t tail_room() const;

    std::vector<Slice> slices_;
    std::size_t head_ = 0;  ///< index of the first live slice
    std::size_t bytes_ = 0;
    std::size_t reserved_from_ = 0;  ///< index of the slice that commit() fills first
};

}  // namespace homeport
