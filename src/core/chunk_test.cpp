#include "core/chunk.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>

namespace homeport {
namespace {

std::string pattern(std::size_t size, std::size_t from = 0) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (from + i) % 23);
    return text;
}

std::string contents(const SliceQueue& queue, std::size_t offset = 0) {
    std::string text(queue.size() > offset ? queue.size() - offset : 0, '\0');
    const std::size_t copied =
        queue.copy_out(offset, {reinterpret_cast<std::byte*>(text.data()), text.size()});
    EXPECT_EQ(copied, text.size());
    return text;
}

void fill(std::span<const MutableBytes> views, std::size_t count, std::size_t from) {
    for (const MutableBytes view : views) {
        const auto part = std::min(count, view.size());
        const auto text = pattern(part, from);
        std::copy_n(as_bytes(text).begin(), part, view.begin());
        count -= part;
        from += part;
    }
}

TEST(ChunkPool, counts_and_reuses_blocks) {
    ChunkPool pool(1);
    auto first = pool.take();
    auto second = pool.take();
    EXPECT_EQ(pool.in_use(), 2U);
    const auto* const address = second.data();
    second = ChunkRef();
    EXPECT_EQ(pool.in_use(), 1U);
    auto again = pool.take();
    EXPECT_EQ(again.data(), address);
    pool.trim();
    EXPECT_EQ(pool.in_use(), 2U);
}

TEST(ChunkRef, keeps_the_block_while_one_copy_lives) {
    ChunkPool pool;
    auto first = pool.take();
    {
        auto copy = first;
        EXPECT_TRUE(first.shared());
        EXPECT_EQ(copy, first);
        auto moved = std::move(copy);
        EXPECT_TRUE(first.shared());
    }
    EXPECT_FALSE(first.shared());
    auto& self = first;
    first = self;
    EXPECT_EQ(pool.in_use(), 1U);
    first = ChunkRef();
    EXPECT_FALSE(first);
    EXPECT_EQ(pool.in_use(), 0U);
}

TEST(ChunkPoolDeathTest, must_outlive_its_blocks) {
    const auto outlived = [] {
        ChunkRef left;
        ChunkPool pool;
        left = pool.take();
    };
    EXPECT_DEATH(outlived(), "broken invariant");
}

// Small pieces share a block; bytes come out in the order in which they went in, from any offset.
TEST(SliceQueue, keeps_order_across_blocks) {
    ChunkPool pool;
    SliceQueue queue;
    const std::string all = pattern(kChunkBytes * 2 + 100);
    queue.append_copy(pool, as_bytes(all).first(10));
    queue.append_copy(pool, as_bytes(all).subspan(10, 20));
    EXPECT_EQ(pool.in_use(), 1U);
    queue.append_copy(pool, as_bytes(all).subspan(30));
    EXPECT_EQ(pool.in_use(), 3U);
    EXPECT_EQ(contents(queue), all);
    EXPECT_EQ(contents(queue, kChunkBytes), all.substr(kChunkBytes));
    EXPECT_EQ(contents(queue, kChunkBytes + 7), all.substr(kChunkBytes + 7));
    queue.consume(kChunkBytes + 5);
    EXPECT_EQ(pool.in_use(), 2U);
    EXPECT_EQ(contents(queue), all.substr(kChunkBytes + 5));
}

// An idle stream costs nothing: an emptied queue gives every block back.
TEST(SliceQueue, owns_nothing_when_empty) {
    ChunkPool pool;
    SliceQueue queue;
    queue.append_copy(pool, as_bytes(pattern(100)));
    queue.consume(100);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(pool.in_use(), 0U);
    std::array<MutableBytes, 2> views;
    queue.reserve(pool, 100, views);
    EXPECT_GT(pool.in_use(), 0U);
    queue.commit(0);
    EXPECT_EQ(pool.in_use(), 0U);
    queue.append_copy(pool, {});
    EXPECT_EQ(pool.in_use(), 0U);
}

// A block that somebody else still reads (a send under way) is not written any more.
TEST(SliceQueue, does_not_write_into_a_shared_block) {
    ChunkPool pool;
    SliceQueue queue;
    SliceQueue other;
    queue.append_copy(pool, as_bytes("first"));
    Slice slice;
    {
        SliceQueue source;
        source.append_copy(pool, as_bytes("shared"));
        slice.chunk = pool.take();
        slice.end = 6;
        source.copy_out(0, {slice.chunk.data(), 6});
    }
    other.append_slice(slice);
    queue.append_slice(slice);
    queue.append_copy(pool, as_bytes("mine"));
    other.append_copy(pool, as_bytes("yours"));
    EXPECT_EQ(contents(queue), "firstsharedmine");
    EXPECT_EQ(contents(other), "sharedyours");
}

TEST(SliceQueue, reserves_room_and_commits_a_part) {
    ChunkPool pool;
    SliceQueue queue;
    queue.append_copy(pool, as_bytes(pattern(10)));
    std::array<MutableBytes, 4> views;
    const auto filled = queue.reserve(pool, kChunkBytes * 2, views);
    ASSERT_EQ(filled, 3U);
    EXPECT_EQ(views[0].size(), kChunkBytes - 10);
    const std::size_t used = kChunkBytes - 10 + 5;
    fill(std::span(views).first(filled), used, 10);
    queue.commit(used);
    EXPECT_EQ(contents(queue), pattern(kChunkBytes + 5));
    EXPECT_EQ(pool.in_use(), 2U);
}

TEST(SliceQueue, reserves_no_more_than_the_views) {
    ChunkPool pool;
    SliceQueue queue;
    std::array<MutableBytes, 1> views;
    EXPECT_EQ(queue.reserve(pool, kChunkBytes * 8, views), 1U);
    EXPECT_EQ(pool.in_use(), 1U);
    queue.commit(0);
}

TEST(SliceQueue, peeks_from_an_offset) {
    ChunkPool pool;
    SliceQueue queue;
    const std::string all = pattern(kChunkBytes + 50);
    queue.append_copy(pool, as_bytes(all));
    std::array<Bytes, 4> views;
    ASSERT_EQ(queue.peek(kChunkBytes - 3, views), 2U);
    EXPECT_EQ(std::string(as_text(views[0])) + std::string(as_text(views[1])),
              all.substr(kChunkBytes - 3));
    EXPECT_EQ(queue.peek(all.size(), views), 0U);
    EXPECT_EQ(queue.peek(all.size() + 1, views), 0U);
}

TEST(SliceQueueDeathTest, cannot_give_more_than_it_has) {
    ChunkPool pool;
    SliceQueue queue;
    EXPECT_DEATH(queue.consume(1), "broken invariant");
    std::array<MutableBytes, 1> views;
    queue.reserve(pool, 1, views);
    EXPECT_DEATH(queue.commit(kChunkBytes + 1), "broken invariant");
    queue.commit(0);
}

// Any mix of calls equals a plain string: nothing lost, repeated, reordered or invented.
TEST(SliceQueue, equals_a_string_under_random_use) {
    std::mt19937 random(20240611);
    ChunkPool pool(4);
    SliceQueue queue;
    std::string model;
    std::size_t written = 0;
    for (int round = 0; round < 4000; ++round) {
        const std::size_t count = random() % (random() % 8 == 0 ? 3 * kChunkBytes : 300);
        switch (random() % 4) {
        case 0: {
            const auto text = pattern(count, written);
            queue.append_copy(pool, as_bytes(text));
            model += text;
            written += count;
            break;
        }
        case 1: {
            std::array<MutableBytes, 3> views;
            const auto filled = queue.reserve(pool, count, views);
            std::size_t room = 0;
            for (std::size_t i = 0; i < filled; ++i) room += views.at(i).size();
            const auto used = std::min(count, room);
            fill(std::span(views).first(filled), used, written);
            queue.commit(used);
            model += pattern(used, written);
            written += used;
            break;
        }
        default: {
            const auto taken = std::min(count * 2, model.size());
            queue.consume(taken);
            model.erase(0, taken);
        }
        }
        ASSERT_EQ(queue.size(), model.size());
        if (round % 16 == 0) {
            ASSERT_EQ(contents(queue), model) << round;
        }
    }
    queue.clear();
    EXPECT_EQ(pool.in_use(), 0U);
}

}  // namespace
}  // namespace homeport
