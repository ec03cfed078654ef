#include "net/linux/network.hpp"

#include "net/linux/entropy.hpp"
#include "net/linux/linux_test_peers.hpp"
#include "net/linux/listener.hpp"
#include "net/linux/socket_stream.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <fstream>

namespace homeport::net {
namespace {

using testing::HasSubstr;
using LinuxNetworkTest = LinuxTest;

// An address in use and a foreign one say so, with code and remedy.
TEST_F(LinuxNetworkTest, ListenErrors) {
    const auto listener = listen(loopback());
    const auto taken = network.listen(listener->local(), {}, [](auto) {});
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::exists);
    EXPECT_THAT(taken.error().what, HasSubstr(listener->local().to_string()));
    const auto foreign = network.listen(*Endpoint::parse("192.0.2.1:8080"), {}, [](auto) {});
    EXPECT_EQ(foreign.error().code, Errc::invalid);
    const auto nowhere = network.listen(UnixPath{"/no/such/directory/s"}, {}, [](auto) {});
    EXPECT_EQ(nowhere.error().code, Errc::io);
}

// A Unix socket has the mode asked for; a stale file is replaced, one that answers is not; the file
// goes with the listener.
TEST_F(LinuxNetworkTest, UnixListenerFile) {
    const TemporaryDirectory directory;
    const UnixPath path{directory.path + "/s"};
    auto first = network.listen(path, {.unix_mode = 0660}, [](auto) {});
    ASSERT_TRUE(first);
    struct stat status{};
    ::stat(path.path.c_str(), &status);
    EXPECT_EQ(status.st_mode & 07777, 0660u);
    EXPECT_EQ(network.listen(path, {}, [](auto) {}).error().code, Errc::exists);
    first->reset();
    EXPECT_FALSE(std::filesystem::exists(path.path));
    {
        const auto stale = open_listener(path, {}, {});
    }
    ASSERT_TRUE(std::filesystem::exists(path.path));
    EXPECT_TRUE(network.listen(path, {}, [](auto) {}));
    std::ofstream(path.path) << "a file of somebody";
    EXPECT_EQ(network.listen(path, {}, [](auto) {}).error().code, Errc::exists);
    EXPECT_TRUE(std::filesystem::exists(path.path));
}

// Nobody listens: refused, and the text names the address. The same for Unix sockets.
TEST_F(LinuxNetworkTest, DialRefused) {
    auto listener = listen(loopback());
    const Endpoint closed = listener->local();
    listener.reset();
    dial(closed);
    ASSERT_TRUE(dial_error);
    EXPECT_EQ(dial_error->code, Errc::refused);
    EXPECT_THAT(dial_error->what, HasSubstr(closed.to_string()));
    dial(UnixPath{"/no/such/socket"});
    EXPECT_EQ(dial_error->code, Errc::refused);
    EXPECT_THAT(dial_error->what, HasSubstr("unix:/no/such/socket"));
}

// A listener whose backlog is full answers nothing: timed_out, after the time allowed.
TEST_F(LinuxNetworkTest, DialTimeout) {
    auto listener = network.listen(loopback(), {.backlog = 0}, [](auto) {});
    (*listener)->pause(true);
    std::vector<std::unique_ptr<Handle>> fillers;
    for (int i = 0; i < 4; ++i) {
        fillers.push_back(network.dial((*listener)->local(), {}, [](auto) {}));
    }
    dial((*listener)->local(), 100ms);
    ASSERT_TRUE(dial_error);
    EXPECT_EQ(dial_error->code, Errc::timed_out);
}

// A destroyed handle calls nobody.
TEST_F(LinuxNetworkTest, CancelledDialAndResolve) {
    const auto listener = listen(loopback());
    bool called = false;
    auto dialling = network.dial(listener->local(), {}, [&](auto) { called = true; });
    auto numeric = network.resolve("127.0.0.1", [&](auto) { called = true; });
    auto named = network.resolve("localhost", [&](auto) { called = true; });
    dialling.reset();
    numeric.reset();
    named.reset();
    turn_until([] { return false; }, 100ms);
    EXPECT_FALSE(called);
}

// Paused: visitors wait in the kernel; afterwards all come, whatever edges were missed.
TEST_F(LinuxNetworkTest, PausedListener) {
    const auto listener = listen(loopback());
    listener->pause(true);
    dial(listener->local());
    ASSERT_NE(dialled, nullptr);
    for (int i = 0; i < 3; ++i) loop.turn(5ms);
    EXPECT_TRUE(accepted.empty());
    listener->pause(false);
    EXPECT_TRUE(turn_until([&] { return accepted.size() == 1; }));
}

// More visitors at once than one batch holds are all taken.
TEST_F(LinuxNetworkTest, AcceptsMoreThanABatch) {
    const auto listener = listen(loopback());
    listener->pause(true);
    std::vector<std::unique_ptr<Handle>> handles;
    std::vector<std::unique_ptr<Stream>> streams;
    for (int i = 0; i < 150; ++i) {
        handles.push_back(network.dial(listener->local(), {}, [&](auto result) {
            ASSERT_TRUE(result.has_value());
            streams.push_back(std::move(*result));
        }));
    }
    ASSERT_TRUE(turn_until([&] { return streams.size() == 150; }));
    listener->pause(false);
    EXPECT_TRUE(turn_until([&] { return accepted.size() == 150; }));
}

/// Leaves `more` descriptors to be opened; restores the limit at the end.
class FewDescriptors {
public:
    explicit FewDescriptors(rlim_t more) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const Fd lowest_free(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        const rlimit lowered{static_cast<rlim_t>(lowest_free.get()) + more, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &lowered);
    }
    ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;

private:
    rlimit before_{};
};

// Out of descriptors the listener rests without spinning and goes on when there are some again.
TEST_F(LinuxNetworkTest, OutOfDescriptors) {
    const auto listener = listen(loopback());
    listener->pause(true);
    std::vector<std::unique_ptr<Handle>> handles;
    std::vector<std::unique_ptr<Stream>> streams;
    for (int i = 0; i < 5; ++i) {
        handles.push_back(network.dial(listener->local(), {}, [&](auto result) {
            if (result) streams.push_back(std::move(*result));
        }));
    }
    ASSERT_TRUE(turn_until([&] { return streams.size() == 5; }));
    {
        const FewDescriptors few(2);
        listener->pause(false);
        int turns = 0;
        turn_until([&] { return ++turns, false; }, 150ms);
        EXPECT_EQ(accepted.size(), 2u);
        EXPECT_LT(turns, 50);
        dial(loopback(1));
        EXPECT_EQ(dial_error->code, Errc::refused) << "the spare descriptor serves the dialler";
    }
    EXPECT_TRUE(turn_until([&] { return accepted.size() == 5; }));
}

// Numeric addresses answer without asking, "localhost" by the host's file, nonsense with not_found.
TEST_F(LinuxNetworkTest, Resolve) {
    const auto resolve = [&](const std::string& host) {
        std::optional<Result<std::vector<IpAddress>>> answer;
        const auto handle = network.resolve(host, [&](auto result) { answer = std::move(result); });
        EXPECT_FALSE(answer) << "told from the loop only";
        EXPECT_TRUE(turn_until([&] { return answer.has_value(); }));
        return *answer;
    };
    EXPECT_EQ(resolve("192.0.2.7")->at(0).to_string(), "192.0.2.7");
    EXPECT_EQ(resolve("2001:db8::7")->at(0).to_string(), "2001:db8::7");
    EXPECT_TRUE(resolve("localhost")->at(0).is_loopback());
    EXPECT_EQ(resolve("bad name with blanks").error().code, Errc::not_found);
}

// Sockets carry the tuning asked for, also the accepted ones; none waits for Nagle, and a silent
// peer is asked.
TEST_F(LinuxNetworkTest, Tuning) {
    SocketTuning tuning;
    tuning.notsent_low_water_bytes = 65536;
    tuning.congestion = "cubic";
    LinuxNetwork tuned(loop, tuning);
    std::unique_ptr<Stream> server;
    const auto listener =
        tuned.listen(loopback(), {}, [&](auto stream) { server = std::move(stream); });
    if (!listener) GTEST_SKIP() << listener.error().what;
    dial((*listener)->local());
    ASSERT_TRUE(turn_until([&] { return server != nullptr; }));
    const int fd = static_cast<SocketStream&>(*server).native();
    unsigned value = 0;
    socklen_t size = sizeof value;
    ::getsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &value, &size);
    EXPECT_EQ(value, 65536u);
    ::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &size);
    EXPECT_EQ(value, 1u);
    ::getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, &size);
    EXPECT_EQ(value, 1u) << "a visitor who vanished without a word is found";
    EXPECT_TRUE(tune_socket(*server, {.user_timeout = 30s}));
}

// A network that is destroyed with a lookup under way does not wait for it.
TEST_F(LinuxNetworkTest, DestructionDoesNotWaitForNames) {
    auto second = std::make_unique<LinuxNetwork>(loop);
    auto handle = second->resolve("localhost", [](auto) { FAIL(); });
    handle.reset();
    second.reset();
    loop.turn(20ms);
}

TEST(KernelEntropyTest, FillsDifferently) {
    KernelEntropy entropy;
    EXPECT_NE(entropy.u64(), entropy.u64());
}

}  // namespace
}  // namespace homeport::net
