#include "app/direct/direct_stream.hpp"

#include "net/memory_world.hpp"

#include <gtest/gtest.h>

#include <string>

namespace homeport::app {
namespace {

using net::IoResult;
using Status = IoResult::Status;
using net::memory::MemoryStream;

constexpr std::size_t kSmall = 4;  ///< bytes that the target's socket takes at once

/// Every name is one address; every dial reaches the one target.
class OneTarget final : public net::Network {
public:
    explicit OneTarget(std::unique_ptr<net::Stream> near) : near_(std::move(near)) {}
    Result<std::unique_ptr<net::Listener>> listen(const net::SocketAddress&,
                                                  const net::ListenOptions&,
                                                  net::AcceptHandler) override {
        return fail(Errc::invalid, "nobody listens here");
    }
    std::unique_ptr<net::Handle> dial(const net::SocketAddress&, const net::DialOptions&,
                                      net::DialHandler on_done) override {
        on_done(std::move(near_));
        return nullptr;
    }
    std::unique_ptr<net::Handle> resolve(std::string, net::ResolveHandler on_done) override {
        on_done(std::vector{*IpAddress::parse("192.0.2.1")});
        return nullptr;
    }
    std::unique_ptr<net::Handle> watch_changes(std::function<void()>) override { return nullptr; }

private:
    std::unique_ptr<net::Stream> near_;
};

struct DirectStreamTest : testing::Test {
    DirectStreamTest() {
        auto [near, far] = make_pair(loop, kSmall);
        target = std::move(far);
        network = std::make_unique<OneTarget>(std::move(near));
        tunnel::Route route;
        route.target = {.host = "target", .port = 80};
        stream = std::make_unique<DirectStream>(DirectStream::World{loop, *network, log, pool},
                                                route, Endpoint(), Endpoint());
        auto [visitor_near, visitor_far] = make_pair(loop, 1024);
        source = std::move(visitor_near);
        visitor = std::move(visitor_far);
    }
    std::string taken() {
        std::string text(64, '\0');
        const IoResult got = target->read(as_writable_bytes(text));
        text.resize(got.status == Status::ok ? got.bytes : 0);
        loop.settle();
        return text;
    }
    static MutableBytes as_writable_bytes(std::string& text) {
        return std::as_writable_bytes(std::span(text));
    }

    net::memory::ManualLoop loop;
    ChunkPool pool;
    NullLog log;
    std::unique_ptr<MemoryStream> target;
    std::unique_ptr<OneTarget> network;
    std::unique_ptr<DirectStream> stream;
    std::unique_ptr<MemoryStream> source;
    std::unique_ptr<MemoryStream> visitor;
};

TEST_F(DirectStreamTest, TheEndIsToldWhenAllBeforeItHasGone) {
    loop.settle();
    visitor->write(as_bytes(std::string_view("0123456789")));
    visitor->shutdown_write();
    EXPECT_EQ(stream->fill_from(*source, 1024).status, Status::ok);
    EXPECT_EQ(stream->fill_from(*source, 1024).status, Status::again) << "6 bytes are on their way";
    EXPECT_EQ(stream->room(), 0U) << "its own edge will tell";
    std::string text = taken();
    EXPECT_EQ(stream->fill_from(*source, 1024).status, Status::again);
    text += taken();
    text += taken();
    EXPECT_EQ(text, "0123456789");
    EXPECT_GT(stream->room(), 0U);
    EXPECT_EQ(stream->fill_from(*source, 1024).status, Status::eof);
}

TEST_F(DirectStreamTest, WhatIsLeftIsCutAndNotEnded) {
    loop.settle();
    ASSERT_EQ(stream->write(as_bytes(std::string_view("0123456789"))).bytes, 10U);
    stream.reset();
    loop.settle();
    std::string room(64, '\0');
    EXPECT_EQ(target->read(as_writable_bytes(room)).status, Status::error);
}

TEST_F(DirectStreamTest, AnEndFollowsTheBytes) {
    loop.settle();
    ASSERT_EQ(stream->write(as_bytes(std::string_view("01234"))).bytes, 5U);
    stream->shutdown_write();
    const std::string first = taken();
    EXPECT_EQ(first + taken(), "01234");
    std::string room(64, '\0');
    EXPECT_EQ(target->read(as_writable_bytes(room)).status, Status::eof);
}

}  // namespace
}  // namespace homeport::app
