#include "tunnel/protocol/receive_half.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace homeport::tunnel {
namespace {

constexpr WindowRule kGrowing{.fast = 21ms, .slow = Duration::max(), .most = 4 << 20};

struct ReceiveHalfTest : ::testing::Test {
    ChunkPool pool;
    ReceiveHalf half;
    TimePoint now{1h};

    Result<std::size_t> data(std::uint64_t offset, std::string_view text) {
        return half.on_data(pool, ChunkRef(), offset, as_bytes(text));
    }
    std::string content() {
        std::string out(half.buffer().size(), 0);
        half.buffer().copy_out(0, {reinterpret_cast<std::byte*>(out.data()), out.size()});
        return out;
    }
    /// Receives and takes `count` bytes.
    void pass(std::uint64_t count) {
        const std::string block(8000, 'p');
        while (count > 0) {
            const std::size_t part = std::min<std::uint64_t>(count, block.size());
            ASSERT_TRUE(data(half.received(), std::string_view(block).substr(0, part)));
            half.consume(part);
            count -= part;
        }
    }
};

TEST_F(ReceiveHalfTest, DuplicatesAreDroppedAndOverlapsCut) {
    EXPECT_EQ(data(0, "abcd").value(), 4U);
    EXPECT_EQ(data(0, "abcd").value(), 0U);
    EXPECT_EQ(data(1, "bc").value(), 0U);
    EXPECT_EQ(data(2, "cdef").value(), 2U);
    EXPECT_EQ(content(), "abcdef");
    half.consume(6);
    EXPECT_EQ(data(0, "abcdefg").value(), 1U);
    EXPECT_EQ(content(), "g");
    EXPECT_EQ(half.received(), 7U);
}

TEST_F(ReceiveHalfTest, GapsAreRefused) {
    ASSERT_TRUE(data(0, "ab"));
    ASSERT_FALSE(data(3, "d"));
    EXPECT_FALSE(half.on_data(pool, ChunkRef(), kMaxVarint, as_bytes("x")));
    EXPECT_EQ(content(), "ab");
}

TEST_F(ReceiveHalfTest, MoreThanGrantedIsRefused) {
    EXPECT_FALSE(data(0, std::string(kInitialWindowBytes + 1, 'x')));
    EXPECT_TRUE(data(0, std::string(kInitialWindowBytes, 'x')));
    EXPECT_FALSE(data(kInitialWindowBytes, "x"));
}

TEST_F(ReceiveHalfTest, TheEnd) {
    ASSERT_TRUE(data(0, "ab"));
    EXPECT_FALSE(half.on_fin(3));
    EXPECT_FALSE(half.on_fin(1));
    ASSERT_TRUE(half.on_fin(2));
    EXPECT_EQ(half.received(), 3U);
    EXPECT_FALSE(half.at_end());
    EXPECT_TRUE(half.on_fin(2));           // again over another link
    EXPECT_EQ(data(0, "ab").value(), 0U);  // so is data
    EXPECT_FALSE(data(2, "c"));
    EXPECT_FALSE(half.on_fin(3));
    half.consume(2);
    EXPECT_TRUE(half.at_end());
}

// A large payload keeps its block instead of being copied; a small one, or one that lies in no
// block, does not.
TEST_F(ReceiveHalfTest, SharesBlocksOfLargePayloads) {
    ChunkRef chunk = pool.take();
    std::memset(chunk.data(), 'a', kChunkBytes);
    ASSERT_TRUE(half.on_data(pool, chunk, 0, {chunk.data() + 7, 8000}));
    EXPECT_TRUE(chunk.shared());
    EXPECT_EQ(pool.in_use(), 1U);
    ASSERT_TRUE(half.on_data(pool, chunk, 7990, {chunk.data(), 100}));
    EXPECT_EQ(half.buffer().size(), 8090U);
    EXPECT_EQ(content(), std::string(8090, 'a'));
    ASSERT_TRUE(data(8090, std::string(9000, 'b')));
    EXPECT_EQ(content(), std::string(8090, 'a') + std::string(9000, 'b'));
    chunk = ChunkRef();
    half.consume(half.buffer().size());
    EXPECT_EQ(pool.in_use(), 0U);
}

// A grant is due when half of the window is used by what was taken; what waits to be taken grants
// nothing.
TEST_F(ReceiveHalfTest, GrantFollowsTheReader) {
    ASSERT_TRUE(data(0, std::string(kInitialWindowBytes, 'x')));
    EXPECT_FALSE(half.grant_due());
    half.consume(kInitialWindowBytes / 2 - 1);
    EXPECT_FALSE(half.grant_due());
    half.consume(1);
    EXPECT_TRUE(half.grant_due());
    EXPECT_EQ(half.grant(now, kGrowing), kInitialWindowBytes * 3 / 2);
    EXPECT_FALSE(half.grant_due());
}

// The window doubles while each is used up within two round trips, to the cap; not when it takes
// longer.
TEST_F(ReceiveHalfTest, WindowGrowsWithUse) {
    const auto window = [this] { return half.granted() - half.received(); };
    std::uint64_t before = kInitialWindowBytes;
    for (int i = 0; i < 3; ++i) {
        pass(window());
        now += 1s;
        half.grant(now, kGrowing);
        EXPECT_EQ(window(), before);
    }
    for (int i = 0; i < 8; ++i) {
        pass(window());
        now += 15ms;
        half.grant(now, kGrowing);
        EXPECT_EQ(window(), std::min<std::uint64_t>(before * 2, 4 << 20));
        before = window();
    }
    EXPECT_EQ(before, 4U << 20);
}

// A rule that asks for short queues takes back what was given, step by step, but not the first
// window.
TEST_F(ReceiveHalfTest, WindowShrinksWithSlowUse) {
    const WindowRule brisk{.fast = 5ms, .slow = 10ms, .most = 4 << 20};
    const auto window = [this] { return half.granted() - half.received(); };
    const auto use_up_in = [&](Duration time) {
        pass(window());
        now += time;
        half.grant(now, brisk);
        return window();
    };
    use_up_in(1s);
    EXPECT_EQ(use_up_in(4ms), 2 * kInitialWindowBytes);
    EXPECT_EQ(use_up_in(4ms), 4 * kInitialWindowBytes);
    EXPECT_EQ(use_up_in(7ms), 4 * kInitialWindowBytes);
    EXPECT_EQ(use_up_in(11ms), 2 * kInitialWindowBytes);
    EXPECT_EQ(use_up_in(11ms), kInitialWindowBytes);
    EXPECT_EQ(use_up_in(1s), kInitialWindowBytes);
}

// When memory gets short windows shrink to the share, but what was granted stays granted, and a
// floor stays.
TEST_F(ReceiveHalfTest, WindowShrinksWithTheShare) {
    pass(1000);
    const std::uint64_t granted = half.granted();
    EXPECT_EQ(half.grant(now, {.fast = 20ms, .slow = 1h, .most = kLeastShareBytes}), granted);
    pass(granted - 1000);
    EXPECT_EQ(half.grant(now, {.fast = 20ms, .slow = 1h, .most = kLeastShareBytes}),
              granted + kLeastShareBytes);
}

// After the end nothing more is granted for.
TEST_F(ReceiveHalfTest, NoGrantAfterTheEnd) {
    pass(kInitialWindowBytes);
    ASSERT_TRUE(half.on_fin(kInitialWindowBytes));
    EXPECT_FALSE(half.grant_due());
}

}  // namespace
}  // namespace homeport::tunnel
