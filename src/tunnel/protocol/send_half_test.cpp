#include "tunnel/protocol/send_half.hpp"

#include <gtest/gtest.h>

#include <string>

namespace homeport::tunnel {
namespace {

struct SendHalfTest : ::testing::Test {
    ChunkPool pool;
    SendHalf half;

    void take(std::string_view text) { half.buffer().append_copy(pool, as_bytes(text)); }
    std::string send(std::size_t at_most = 1000) {
        std::string out;
        half.send(std::min<std::uint64_t>(at_most, half.sendable_bytes()),
                  [&out](Bytes piece) { out += as_text(piece); });
        return out;
    }
    std::uint64_t ack(std::uint64_t received, std::uint64_t max_offset = 0) {
        return half.on_ack(received, max_offset).value();
    }
};

TEST_F(SendHalfTest, KeepsBytesUntilAcknowledged) {
    take("hello world");
    EXPECT_EQ(send(5), "hello");
    EXPECT_EQ(half.unsent(), 6U);
    EXPECT_TRUE(half.outstanding());
    EXPECT_EQ(half.buffered(), 11U);
    EXPECT_EQ(ack(3), 3U);
    EXPECT_EQ(half.buffered(), 8U);
    EXPECT_EQ(send(), " world");
    EXPECT_EQ(ack(11), 8U);
    EXPECT_FALSE(half.outstanding());
    EXPECT_EQ(half.buffered(), 0U);
}

// Another link: everything that is not acknowledged goes again, from the exact byte.
TEST_F(SendHalfTest, RewindsToTheAcknowledgedByte) {
    take("abcdef");
    send(4);
    ack(2);
    half.rewind();
    EXPECT_EQ(half.next_offset(), 2U);
    EXPECT_EQ(send(), "cdef");
}

// After a rewind the old link may still bring an acknowledgement of bytes that the new one has not
// carried yet: they were sent, so it counts, and they are not sent again.
TEST_F(SendHalfTest, LateAcknowledgementOfWhatAnOlderLinkCarried) {
    take("abcdefgh");
    send();
    half.rewind();
    EXPECT_EQ(send(2), "ab");
    EXPECT_EQ(ack(6), 6U);
    EXPECT_EQ(half.next_offset(), 6U);
    EXPECT_EQ(send(), "gh");
    EXPECT_EQ(ack(4), 0U);  // an older one is ignored
    EXPECT_EQ(ack(8), 2U);
}

// Bytes that were never sent over any link cannot be acknowledged.
TEST_F(SendHalfTest, AcknowledgingTheUnsentIsAnError) {
    take("abcdef");
    send(3);
    const auto result = half.on_ack(4, 0);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::protocol);
    EXPECT_FALSE(half.on_ack(kMaxVarint, 0));
}

// The end counts as a byte of its own, and only once it was sent.
TEST_F(SendHalfTest, EndIsAPhantomByte) {
    take("abc");
    half.finish();
    EXPECT_FALSE(half.fin_due());
    send();
    ASSERT_TRUE(half.fin_due());
    EXPECT_TRUE(half.sendable());
    EXPECT_FALSE(half.on_ack(4, 0));  // not sent yet
    half.send_fin();
    EXPECT_FALSE(half.sendable());
    ack(3);
    EXPECT_TRUE(half.outstanding());
    EXPECT_FALSE(half.done());
    ack(4);
    EXPECT_TRUE(half.done());
    EXPECT_FALSE(half.outstanding());
    EXPECT_FALSE(half.on_ack(5, 0));
}

TEST_F(SendHalfTest, EmptyStreamHasOnlyItsEnd) {
    half.finish();
    EXPECT_TRUE(half.fin_due());
    half.send_fin();
    ack(1);
    EXPECT_TRUE(half.done());
}

// An end that was lost with its link goes again; one that was acknowledged does not.
TEST_F(SendHalfTest, EndAfterARewind) {
    take("abc");
    half.finish();
    send();
    half.send_fin();
    half.rewind();
    EXPECT_EQ(send(), "abc");
    EXPECT_TRUE(half.fin_due());
    ack(4);  // of the old link, before the end goes again
    EXPECT_TRUE(half.done());
    EXPECT_FALSE(half.sendable());
    half.rewind();
    EXPECT_FALSE(half.sendable());
}

// The peer's window holds data back, never the end; it never shrinks.
TEST_F(SendHalfTest, Window) {
    take(std::string(kInitialWindowBytes + 10, 'w'));
    half.finish();
    EXPECT_EQ(half.sendable_bytes(), kInitialWindowBytes);
    EXPECT_EQ(send(kInitialWindowBytes + 10).size(), kInitialWindowBytes);
    EXPECT_FALSE(half.sendable());
    ack(100, 50);
    EXPECT_FALSE(half.sendable());
    ack(100, kInitialWindowBytes + 4);
    EXPECT_EQ(send().size(), 4U);
    ack(100, kInitialWindowBytes + 10);
    EXPECT_EQ(send().size(), 6U);
    EXPECT_TRUE(half.fin_due());
}

TEST_F(SendHalfTest, SettleGivesEverythingBack) {
    take("abcdef");
    half.finish();
    send(2);
    EXPECT_EQ(half.settle(), 6U);
    EXPECT_TRUE(half.done());
    EXPECT_FALSE(half.outstanding());
    EXPECT_FALSE(half.sendable());
    EXPECT_EQ(half.unsent(), 0U);
    EXPECT_EQ(pool.in_use(), 0U);
}

}  // namespace
}  // namespace homeport::tunnel
