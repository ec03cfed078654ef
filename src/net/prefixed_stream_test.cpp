#include "net/prefixed_stream.hpp"
#include "net/memory_world.hpp"

#include <gmock/gmock.h>

namespace homeport::net {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
    const Bytes view = as_bytes(text);
    return {view.begin(), view.end()};
}

struct CountingHandler final : StreamHandler {
    void on_readable() override { ++readable; }
    void on_writable() override { ++writable; }
    int readable = 0;
    int writable = 0;
};

struct PrefixedStreamTest : testing::Test {
    std::string read_some(Stream& stream, std::size_t room) {
        std::string text(room, '\0');
        const auto result = stream.read({reinterpret_cast<std::byte*>(text.data()), room});
        return text.substr(0, result.bytes);
    }

    memory::ManualLoop loop;
    CountingHandler handler;
};

// The prefix comes first, over any size of read, then what the inner stream has.
TEST_F(PrefixedStreamTest, YieldsPrefixThenInner) {
    auto [near, far] = memory::make_pair(loop);
    far->write(as_bytes(" world"));
    PrefixedStream stream(loop, std::move(near), bytes_of("hello"));
    EXPECT_EQ(read_some(stream, 3), "hel");
    EXPECT_EQ(read_some(stream, 100), "lo");
    EXPECT_EQ(read_some(stream, 100), " world");
    EXPECT_EQ(stream.read(MutableBytes()).status, IoResult::Status::again);
}

// A handler set while prefix bytes wait gets one call, from the loop; later edges are the inner
// stream's.
TEST_F(PrefixedStreamTest, AnnouncesPrefixOnce) {
    auto [near, far] = memory::make_pair(loop);
    PrefixedStream stream(loop, std::move(near), bytes_of("hello"));
    stream.set_handler(&handler);
    EXPECT_EQ(handler.readable, 0);
    loop.settle();
    EXPECT_EQ(handler.readable, 1);
    read_some(stream, 100);
    EXPECT_EQ(read_some(stream, 100), "");
    far->write(as_bytes("x"));
    loop.settle();
    EXPECT_EQ(handler.readable, 2);
}

// A stream destroyed, or given another handler, before the call calls nobody it should not.
TEST_F(PrefixedStreamTest, AnnouncementDiesWithStreamAndHandler) {
    auto [near, far] = memory::make_pair(loop);
    auto stream = std::make_unique<PrefixedStream>(loop, std::move(near), bytes_of("hello"));
    CountingHandler other;
    stream->set_handler(&handler);
    stream->set_handler(&other);
    loop.settle();
    EXPECT_EQ(handler.readable, 0);
    EXPECT_EQ(other.readable, 1);
    stream->set_handler(&handler);
    stream.reset();
    loop.settle();
    EXPECT_EQ(handler.readable, 0);
}

// After a cut the prefix is gone too: error, not old bytes.
TEST_F(PrefixedStreamTest, ResetDropsPrefix) {
    auto [near, far] = memory::make_pair(loop);
    PrefixedStream stream(loop, std::move(near), bytes_of("hello"));
    stream.reset();
    std::byte room{};
    EXPECT_EQ(stream.read(MutableBytes(&room, 1)).status, IoResult::Status::error);
}

}  // namespace
}  // namespace homeport::net
