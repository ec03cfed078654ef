#include "core/chunk.hpp"

#include "core/assert.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace homeport {

ChunkRef::~ChunkRef() {
    if (chunk_ != nullptr && --chunk_->references == 0) chunk_->pool->give_back(chunk_);
}

ChunkPool::~ChunkPool() {
    HOMEPORT_ASSERT(in_use_ == 0);
    trim();
}

ChunkRef ChunkPool::take() {
    ++in_use_;
    if (free_.empty()) {
        auto chunk = std::make_unique_for_overwrite<Chunk>();
        chunk->pool = this;
        chunk->references = 1;
        return ChunkRef(chunk.release());
    }
    Chunk* chunk = free_.back();
    free_.pop_back();
    chunk->references = 1;
    return ChunkRef(chunk);
}

void ChunkPool::give_back(Chunk* chunk) {
    --in_use_;
    if (free_.size() < keep_) {
        free_.push_back(chunk);
        return;
    }
    std::unique_ptr<Chunk> last(chunk);
}

void ChunkPool::trim() {
    for (Chunk* chunk : free_) std::unique_ptr<Chunk> last(chunk);
    free_.clear();
    free_.shrink_to_fit();
}

std::size_t SliceQueue::tail_room() const {
    if (head_ == slices_.size()) return 0;
    const Slice& last = slices_.back();
    return last.chunk.shared() ? 0 : kChunkBytes - last.end;
}

void SliceQueue::append_copy(ChunkPool& pool, Bytes bytes) {
    while (!bytes.empty()) {
        if (tail_room() == 0) slices_.push_back({pool.take(), 0, 0});
        Slice& last = slices_.back();
        const std::size_t count = std::min<std::size_t>(bytes.size(), kChunkBytes - last.end);
        std::memcpy(last.chunk.data() + last.end, bytes.data(), count);
        last.end += static_cast<std::uint32_t>(count);
        bytes_ += count;
        bytes = bytes.subspan(count);
    }
}

void SliceQueue::append_slice(Slice slice) {
    if (slice.size() == 0) return;
    bytes_ += slice.size();
    slices_.push_back(std::move(slice));
}

std::size_t SliceQueue::reserve(ChunkPool& pool, std::size_t want, std::span<MutableBytes> views) {
    std::size_t filled = 0;
    std::size_t room = tail_room();
    reserved_from_ = room > 0 ? slices_.size() - 1 : slices_.size();
    if (room > 0) {
        Slice& last = slices_.back();
        views[filled++] = {last.chunk.data() + last.end, room};
    }
    while (room < want && filled < views.size()) {
        slices_.push_back({pool.take(), 0, 0});
        views[filled++] = {slices_.back().chunk.data(), kChunkBytes};
        room += kChunkBytes;
    }
    return filled;
}

MutableBytes SliceQueue::reserve_piece(ChunkPool& pool, std::size_t count) {
    HOMEPORT_ASSERT(count <= kChunkBytes);
    if (tail_room() < count) slices_.push_back({pool.take(), 0, 0});
    reserved_from_ = slices_.size() - 1;
    const Slice& last = slices_.back();
    return {last.chunk.data() + last.end, count};
}

void SliceQueue::commit(std::size_t count) {
    bytes_ += count;
    for (std::size_t i = reserved_from_; i < slices_.size() && count > 0; ++i) {
        Slice& slice = slices_[i];
        const std::size_t used = std::min<std::size_t>(count, kChunkBytes - slice.end);
        slice.end += static_cast<std::uint32_t>(used);
        count -= used;
    }
    HOMEPORT_ASSERT(count == 0);
    while (slices_.size() > head_ && slices_.back().size() == 0) slices_.pop_back();
    if (bytes_ == 0) clear();
}

std::size_t SliceQueue::peek(std::size_t offset, std::span<Bytes> views) const {
    std::size_t filled = 0;
    for (std::size_t i = head_; i < slices_.size() && filled < views.size(); ++i) {
        const Slice& slice = slices_[i];
        if (offset < slice.size()) {
            views[filled++] = slice.bytes().subspan(offset);
            offset = 0;
        } else {
            offset -= slice.size();
        }
    }
    return filled;
}

std::size_t SliceQueue::copy_out(std::size_t offset, MutableBytes out) const {
    std::size_t copied = 0;
    for (std::size_t i = head_; i < slices_.size() && copied < out.size(); ++i) {
        const Slice& slice = slices_[i];
        if (offset >= slice.size()) {
            offset -= slice.size();
            continue;
        }
        const Bytes from = slice.bytes().subspan(offset);
        const std::size_t count = std::min(from.size(), out.size() - copied);
        std::memcpy(out.data() + copied, from.data(), count);
        copied += count;
        offset = 0;
    }
    return copied;
}

Slice SliceQueue::take_slice() {
    HOMEPORT_ASSERT(bytes_ > 0);
    Slice first = std::move(slices_[head_++]);
    bytes_ -= first.size();
    if (bytes_ == 0) clear();
    return first;
}

void SliceQueue::consume(std::size_t count) {
    HOMEPORT_ASSERT(count <= bytes_);
    bytes_ -= count;
    while (count > 0) {
        Slice& first = slices_[head_];
        const std::size_t taken = std::min(count, first.size());
        first.begin += static_cast<std::uint32_t>(taken);
        count -= taken;
        if (first.size() == 0) slices_[head_++].chunk = ChunkRef();
    }
    if (bytes_ == 0) {
        clear();
    } else if (head_ >= 32 && head_ * 2 >= slices_.size()) {
        slices_.erase(slices_.begin(), slices_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }
}

void SliceQueue::clear() {
    std::vector<Slice>().swap(slices_);
    head_ = 0;
    bytes_ = 0;
}

}  // namespace homeport
