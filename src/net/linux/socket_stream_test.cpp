#include "net/linux/socket_stream.hpp"

#include "net/linux/lingering.hpp"
#include "net/linux/linux_test_peers.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace homeport::net {
namespace {

using Status = IoResult::Status;
using SocketStreamTest = LinuxTest;

// The same on TCP over IPv4, IPv6 and on a Unix socket: bytes go both ways, the end of one
// direction leaves the other open, the addresses are told.
void talk_both_ways(LinuxTest& test, const SocketAddress& listen_on) {
    const auto listener = test.listen(listen_on);
    ASSERT_NE(listener, nullptr);
    const bool local = std::holds_alternative<UnixPath>(listen_on);
    test.connect(local ? listen_on : SocketAddress(listener->local()));
    Talker& server = *test.accepted.back();
    if (!local) {
        EXPECT_EQ(test.dialled->stream->peer(), listener->local());
        EXPECT_EQ(server.stream->peer(), test.dialled->stream->local());
    }
    test.dialled->send("question");
    test.dialled->stream->shutdown_write();
    ASSERT_TRUE(test.turn_until([&] { return server.ended.has_value(); }));
    EXPECT_EQ(server.text, "question");
    EXPECT_EQ(server.ended, Status::eof);
    const std::string answer(3'000'000, 'a');
    server.send(answer);
    ASSERT_TRUE(test.turn_until([&] { return test.dialled->text.size() == answer.size(); }));
    EXPECT_FALSE(test.dialled->ended);
    server.stream.reset();
    ASSERT_TRUE(test.turn_until([&] { return test.dialled->ended.has_value(); }));
    EXPECT_EQ(test.dialled->ended, Status::eof);
}

TEST_F(SocketStreamTest, TalksOverIpv4) {
    talk_both_ways(*this, loopback());
}

TEST_F(SocketStreamTest, TalksOverIpv6) {
    talk_both_ways(*this, Endpoint{*IpAddress::parse("::1"), 0});
}

TEST_F(SocketStreamTest, TalksOverUnixSocket) {
    const TemporaryDirectory directory;
    talk_both_ways(*this, UnixPath{directory.path + "/s"});
}

/// Serves one connection in a process of its own: sends a part, then dies of SIGKILL.
[[noreturn]] void serve_a_part_and_die(int tell_port) {
    EpollLoop loop;
    LinuxNetwork network(loop);
    std::unique_ptr<Stream> visitor;
    const auto listener = network.listen(
        loopback(), {}, [&](std::unique_ptr<Stream> stream) { visitor = std::move(stream); });
    const std::uint16_t port = (*listener)->local().port;
    if (::write(tell_port, &port, sizeof port) != sizeof port) ::_exit(1);
    while (visitor == nullptr) loop.turn(100ms);
    visitor->write(as_bytes("a part"));
    ::raise(SIGKILL);
    ::_exit(1);
}

// Rule: a killed process leaves resets behind, not ends that look complete.
TEST_F(SocketStreamTest, KilledProcessLeavesAReset) {
    int port_pipe[2];
    ASSERT_EQ(::pipe(port_pipe), 0);
    const pid_t child = ::fork();
    if (child == 0) serve_a_part_and_die(port_pipe[1]);
    std::uint16_t port = 0;
    ASSERT_EQ(::read(port_pipe[0], &port, sizeof port), static_cast<ssize_t>(sizeof port));
    dial(loopback(port));
    ASSERT_NE(dialled, nullptr);
    ASSERT_TRUE(turn_until([&] { return dialled->ended.has_value(); }));
    EXPECT_EQ(dialled->ended, Status::error);
    ::waitpid(child, nullptr, 0);
    ::close(port_pipe[0]);
    ::close(port_pipe[1]);
}

// A reset is an error for the reader, never an end; bytes that came before it may be read or not.
TEST_F(SocketStreamTest, ResetIsNoEnd) {
    const auto listener = listen(loopback());
    connect(listener->local());
    accepted.back()->stream->reset();
    EXPECT_EQ(accepted.back()->stream->write(as_bytes("x")).status, Status::error);
    ASSERT_TRUE(turn_until([&] { return dialled->ended.has_value(); }));
    EXPECT_EQ(dialled->ended, Status::error);
}

// Also when a write is the first to learn of the reset: the kernel tells it once, and the next read
// of the bare socket would find an end.
TEST_F(SocketStreamTest, ResetLearntByWriteIsNoEnd) {
    const auto listener = listen(loopback());
    connect(listener->local());
    accepted.back()->stream->reset();
    while (dialled->stream->write(as_bytes("x")).status != Status::error) {
    }
    std::byte room{};
    EXPECT_EQ(dialled->stream->read(MutableBytes(&room, 1)).status, Status::error);
}

// A peer that ended cleanly and then refuses more input: its bytes and its end are still told.
TEST_F(SocketStreamTest, EndBeforeResetIsAnEnd) {
    const auto listener = listen(loopback());
    connect(listener->local());
    dialled->reading = false;
    accepted.back()->send("bye");
    accepted.back()->stream.reset();
    while (dialled->stream->write(as_bytes("x")).status != Status::error) {
    }
    dialled->reading = true;
    dialled->on_readable();
    EXPECT_TRUE(turn_until([&] { return dialled->ended.has_value(); }));
    EXPECT_EQ(dialled->text, "bye");
    EXPECT_EQ(dialled->ended, Status::eof);
}

// A destroyed stream delivers what it has taken, although unread input would make the kernel cut
// it.
TEST_F(SocketStreamTest, ClosingDeliversDespiteUnreadInput) {
    const auto listener = listen(loopback());
    connect(listener->local());
    Talker& server = *accepted.back();
    server.reading = false;
    dialled->reading = false;
    dialled->send("input that nobody reads");
    loop.turn(10ms);
    const std::string answer(200'000, 'a');
    server.send(answer);
    const std::size_t delivered = answer.size() - server.unsent.size();
    server.stream.reset();
    EXPECT_EQ(loop.lingering().size(), 1u);
    dialled->reading = true;
    dialled->on_readable();
    ASSERT_TRUE(turn_until([&] { return dialled->ended.has_value(); }));
    EXPECT_EQ(dialled->text.size(), delivered);
    EXPECT_EQ(dialled->ended, Status::eof);
    dialled.reset();
    EXPECT_TRUE(turn_until([&] { return loop.lingering().size() == 0; }));
}

// A user who reads until `again` gets an edge for new bytes; one who stops early gets none for old
// ones.
TEST_F(SocketStreamTest, Edges) {
    struct Counter final : StreamHandler {
        void on_readable() override { ++readable; }
        void on_writable() override { ++writable; }
        int readable = 0, writable = 0;
    } counter;
    const auto listener = listen(loopback());
    connect(listener->local());
    Stream& stream = *dialled->stream;
    stream.set_handler(&counter);
    accepted.back()->send("ab");
    ASSERT_TRUE(turn_until([&] { return counter.readable == 1; }));
    std::byte one{};
    EXPECT_EQ(stream.read(MutableBytes(&one, 1)).status, Status::ok);
    for (int i = 0; i < 3; ++i) loop.turn(1ms);
    EXPECT_EQ(counter.readable, 1);
    EXPECT_EQ(stream.read(MutableBytes(&one, 1)).status, Status::ok);
    EXPECT_EQ(stream.read(MutableBytes(&one, 1)).status, Status::again);
    accepted.back()->send("c");
    EXPECT_TRUE(turn_until([&] { return counter.readable == 2; }));
    EXPECT_EQ(counter.writable, 0);
    stream.set_handler(nullptr);
}

// After a full socket there is an edge when it drains.
TEST_F(SocketStreamTest, WritableEdge) {
    const auto listener = listen(loopback());
    connect(listener->local());
    accepted.back()->reading = false;
    const std::string much(20'000'000, 'x');
    dialled->send(much);
    ASSERT_FALSE(dialled->unsent.empty());
    accepted.back()->reading = true;
    accepted.back()->on_readable();
    ASSERT_TRUE(turn_until([&] { return accepted.back()->text.size() == much.size(); }));
}

// Urgent data (the FTP client's ABOR) must not stall what follows it.
TEST_F(SocketStreamTest, UrgentDataDoesNotStall) {
    const auto listener = listen(loopback());
    connect(listener->local());
    const int fd = static_cast<SocketStream&>(*dialled->stream).native();
    ::send(fd, "ab", 2, 0);
    ::send(fd, "!", 1, MSG_OOB);
    ::send(fd, "cd", 2, 0);
    EXPECT_TRUE(turn_until([&] { return accepted.back()->text == "abcd"; }, 1s))
        << accepted.back()->text;
}

// A handler may destroy its stream from inside either edge.
TEST_F(SocketStreamTest, DestroyInEdge) {
    struct Suicidal final : StreamHandler {
        void on_readable() override { victim.reset(); }
        void on_writable() override { victim.reset(); }
        std::unique_ptr<Stream> victim;
    } user;
    const auto listener = listen(loopback());
    connect(listener->local());
    user.victim = std::move(dialled->stream);
    user.victim->set_handler(&user);
    while (user.victim->write(as_bytes(std::string(100'000, 'x'))).status == Status::ok) {
    }
    accepted.back()->stream->reset();
    EXPECT_TRUE(turn_until([&] { return user.victim == nullptr; }));
}

}  // namespace
}  // namespace homeport::net
