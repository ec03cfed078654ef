#include "net/linux/kernel_splice.hpp"

#include "net/linux/linux_test_peers.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace homeport::net {
namespace {

using Status = IoResult::Status;

/// left -- (from | splice | to) -- right: the test speaks at the left and listens at the right.
struct KernelSpliceTest : LinuxTest, StreamHandler {
    std::unique_ptr<Listener> listener;
    std::unique_ptr<Talker> left;
    std::unique_ptr<Talker> right;
    std::unique_ptr<Stream> from;
    std::unique_ptr<Stream> to;
    std::unique_ptr<Splice> splice = network.splice();
    std::optional<Status> ended;
    bool to_failed = false;

    void start() {
        listener = listen(loopback());
        std::tie(left, from) = make_connection();
        std::tie(right, to) = make_connection();
        from->set_handler(this);
        to->set_handler(this);
        on_readable();
    }
    std::pair<std::unique_ptr<Talker>, std::unique_ptr<Stream>> make_connection() {
        connect(listener->local());
        return {std::move(dialled), std::move(accepted.back()->stream)};
    }
    void on_readable() override { move(); }
    void on_writable() override { move(); }
    void move() {
        while (!ended) {
            const IoResult result = splice->move(*from, *to, SIZE_MAX, to_failed);
            if (result.status == Status::again) return;
            if (result.status == Status::ok) continue;
            ended = result.status;
            if (result.status == Status::eof) to->shutdown_write();
        }
    }
    static std::string some_text(std::size_t size) {
        std::string text(size, 0);
        for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
        return text;
    }
    void carry(std::size_t size) {
        const std::string text = some_text(size);
        left->send(text);
        ASSERT_TRUE(turn_until([&] { return right->text.size() == text.size(); }, 20s));
        EXPECT_EQ(right->text, text);
        left->stream->shutdown_write();
        ASSERT_TRUE(turn_until([&] { return right->ended.has_value(); }));
        EXPECT_EQ(right->ended, Status::eof);
        EXPECT_EQ(splice->held(), 0U);
    }
};

TEST_F(KernelSpliceTest, EverythingAndTheEnd) {
    start();
    carry(9'000'000);
}

// A reader who stops holds it up, and nothing is lost: the edge of the full side starts it again.
TEST_F(KernelSpliceTest, StoppedReader) {
    start();
    right->reading = false;
    const std::string text = some_text(30'000'000);
    left->send(text);
    turn_until([] { return false; }, 300ms);
    EXPECT_LT(right->text.size(), text.size());
    right->reading = true;
    right->on_readable();
    ASSERT_TRUE(turn_until([&] { return right->text.size() == text.size(); }, 20s));
    EXPECT_EQ(right->text, text);
}

// A cut is no end, whichever side it comes from.
TEST_F(KernelSpliceTest, Cuts) {
    start();
    left->send("a part");
    ASSERT_TRUE(turn_until([&] { return right->text == "a part"; }));
    left->stream->reset();
    ASSERT_TRUE(turn_until([&] { return ended.has_value(); }));
    EXPECT_EQ(ended, Status::error);
    EXPECT_FALSE(to_failed);
}

TEST_F(KernelSpliceTest, CutReader) {
    start();
    right->stream->reset();
    left->send("for nobody");
    ASSERT_TRUE(turn_until([&] {
        left->send("more");
        return ended.has_value();
    }));
    EXPECT_TRUE(to_failed);
}

// Without descriptors for a pipe it copies.
TEST_F(KernelSpliceTest, OutOfDescriptors) {
    start();
    splice = network.splice();
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    move();
    ::setrlimit(RLIMIT_NOFILE, &before);
    carry(3'000'000);
}

// The kernel asks a silent peer, and gives up in time.
TEST_F(KernelSpliceTest, PeerIsWatched) {
    start();
    EXPECT_TRUE(network.watch_peer(*from, {.ask_after = 20s, .unacknowledged = 30s}));
    const int fd = dynamic_cast<SocketStream&>(*from).native();
    const auto option = [fd](int level, int name) {
        int value = 0;
        socklen_t size = sizeof value;
        EXPECT_EQ(::getsockopt(fd, level, name, &value, &size), 0);
        return value;
    };
    EXPECT_EQ(option(SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPIDLE), 20);
    EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPINTVL) * option(IPPROTO_TCP, TCP_KEEPCNT), 3);
    EXPECT_EQ(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 30'000);
}

}  // namespace
}  // namespace homeport::net
