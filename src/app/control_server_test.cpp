#include "app/control_server.hpp"

#include "app/limits.hpp"
#include "cli/control_client.hpp"
#include "cli/testing.hpp"
#include "net/linux/loop.hpp"
#include "net/linux/network.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

namespace homeport::app {
namespace {

using testing::HasSubstr;

TEST(ControlRequest, IsStrict) {
    EXPECT_EQ(parse_control_request(R"({"command":"park","service":"web"})").value(),
              (ControlRequest{"park", "web"}));
    EXPECT_EQ(
        parse_control_request(
            R"({"command":"park","home":"attic","answer":"192.0.2.1,2001:db8::1"})")
            .value(),
        (ControlRequest{.command = "park", .home = "attic", .answer = "192.0.2.1,2001:db8::1"}));
    for (const char* line :
         {"", "status", "[]", "{}", R"({"command":1})", R"({"command":"a","x":1})",
          R"({"command":"a","service":null})", R"({"command":"a","home":7})",
          R"({"service":"web"})", "{\"command\":\"\xff\"}"}) {
        EXPECT_FALSE(parse_control_request(line)) << line;
    }
    EXPECT_FALSE(parse_control_request(std::string(60'000, '[')));
}

TEST(ControlRequest, ArgumentsAreFlat) {
    const auto request =
        parse_control_request(R"({"command":"x","arguments":{"name":"a","all":true,"limit":7}})");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->arguments,
              (cli::ControlArguments{{"name", "a"}, {"all", true}, {"limit", std::uint64_t{7}}}));
    for (const char* arguments : {"[]", "7", R"({"a":null})", R"({"a":-1})", R"({"a":{}})"}) {
        EXPECT_FALSE(
            parse_control_request(fmt::format(R"({{"command":"x","arguments":{}}})", arguments)))
            << arguments;
    }
}

/// A server on a loop in a thread of its own, as the process of a role would be.
class ControlServerTest : public testing::Test {
protected:
    ControlServerTest() {
        thread_ = std::jthread([this] { serve(); });
        while (!ready_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ~ControlServerTest() override {
        stop_ = true;
        thread_.join();
    }

    int dial() const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::copy(path_.begin(), path_.end(), address.sun_path);
        const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        const timeval patience{.tv_sec = 5, .tv_usec = 0};  // a missing answer fails, not hangs
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        return fd;
    }
    static void send(int fd, std::string_view text) {
        EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(text.size()));
    }
    /// To the end of a line, or of the connection.
    static std::string line(int fd) {
        std::string text;
        char c = 0;
        while (::read(fd, &c, 1) == 1) {
            text += c;
            if (c == '\n') break;
        }
        return text;
    }

    cli::TempDir dir_;
    std::string path_ = dir_ / "run/control.sock";

private:
    void serve() {
        net::EpollLoop loop;
        net::LinuxNetwork network(loop);
        ControlServer server(loop, network, [](const ControlRequest& request) {
            return request.command == "big" ? "{\"x\":\"" + std::string(2'000'000, 'x') + "\"}"
                                            : "{\"got\":\"" + request.command + "\"}";
        });
        EXPECT_TRUE(server.start(path_));
        ready_ = true;
        while (!stop_) loop.turn(10ms);
    }

    std::atomic<bool> ready_ = false;
    std::atomic<bool> stop_ = false;
    std::jthread thread_;
};

TEST_F(ControlServerTest, OneLineInOneLineOut) {
    const int fd = dial();
    send(fd, "{\"command\":\"a\"}\n{\"command\":\"b\"}\n{\"comm");
    EXPECT_EQ(line(fd), "{\"got\":\"a\"}\n");
    EXPECT_EQ(line(fd), "{\"got\":\"b\"}\n");
    send(fd, "and\":\"c\"}\nnonsense\n");
    EXPECT_EQ(line(fd), "{\"got\":\"c\"}\n");
    EXPECT_THAT(line(fd), HasSubstr("\"error\""));
    ::close(fd);
}

// Nobody but the owner may ask.
TEST_F(ControlServerTest, SocketIsPrivate) {
    struct stat info{};
    ASSERT_EQ(::stat(path_.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(ControlServerTest, LongLineIsRefusedAndClosed) {
    const int fd = dial();
    send(fd, std::string(kMaxControlLineBytes, ' '));
    EXPECT_THAT(line(fd), HasSubstr("longer than"));
    EXPECT_EQ(line(fd), "");
    ::close(fd);
}

TEST_F(ControlServerTest, NinthConnectionIsRefused) {
    std::vector<int> open;
    for (std::size_t i = 0; i < kMaxControlConnections; ++i) {
        open.push_back(dial());
        send(open.back(), "{\"command\":\"a\"}\n");
        line(open.back());
    }
    const int late = dial();
    EXPECT_THAT(line(late), HasSubstr("try again later"));
    EXPECT_EQ(line(late), "");
    ::close(late);
    for (const int fd : open) ::close(fd);
}

// Who says nothing, or stops in the middle of a line, does not keep a place.
TEST(RequestServer, SilentConnectionsAreClosed) {
    const cli::TempDir dir;
    net::EpollLoop loop;
    net::LinuxNetwork network(loop);
    RequestServer server(
        loop, network,
        {.request_bytes = [](std::string_view) { return std::size_t{0}; },
         .answer = RequestServer::at_once([](std::string_view) { return std::string(); }),
         .too_long = {},
         .too_many = {},
         .too_late = {},
         .keep_open = true,
         .max_request_bytes = 100,
         .max_connections = 1,
         .timeout = 50ms,
         .answer_time = 50ms});
    ASSERT_TRUE(server.start(net::UnixPath{dir / "s"}));
    std::unique_ptr<net::Stream> guest;
    const auto dialling = network.dial(net::UnixPath{dir / "s"}, {}, [&](auto stream) {
        if (stream) guest = std::move(*stream);
    });
    const auto spend = [&](Duration duration) {
        loop.turn(0ms);
        for (const TimePoint end = loop.now() + duration; loop.now() < end;) loop.turn(5ms);
    };
    while (guest == nullptr) loop.turn(5ms);
    guest->write(as_bytes("half a li"));
    std::array<std::byte, 8> none{};
    EXPECT_EQ(guest->read(MutableBytes(none)).status, net::IoResult::Status::again);
    spend(300ms);
    EXPECT_EQ(guest->read(MutableBytes(none)).status, net::IoResult::Status::eof);
}

/// One guest of a server whose answers are given by the test.
class LateAnswers : public testing::Test {
protected:
    LateAnswers() {
        EXPECT_TRUE(server_->start(net::UnixPath{path_}));
        guest_ = guest();
    }

    std::unique_ptr<net::Stream> guest() {
        std::unique_ptr<net::Stream> stream;
        const auto dialling = network_.dial(net::UnixPath{path_}, {}, [&](auto dialled) {
            if (dialled) stream = std::move(*dialled);
        });
        spend(200ms, [&] { return stream != nullptr; });
        return stream;
    }
    /// Turns the loop until `done`, for at most so long.
    void spend(Duration duration, const std::function<bool()>& done = [] { return false; }) {
        loop_.turn(0ms);
        for (const TimePoint end = loop_.now() + duration; loop_.now() < end && !done();)
            loop_.turn(5ms);
    }
    void ask(std::string_view text, std::size_t requests) {
        guest_->write(as_bytes(text));
        spend(2s, [&] { return asked_.size() == requests; });
        spend(20ms);
    }
    std::string heard() {
        spend(50ms);
        std::array<std::byte, 100> piece{};
        const auto got = guest_->read(MutableBytes(piece));
        if (got.status == net::IoResult::Status::again) return "nothing";
        if (got.status != net::IoResult::Status::ok) return "the end";
        return std::string(as_text(Bytes(piece).first(got.bytes)));
    }

    cli::TempDir dir_;
    std::string path_ = dir_ / "s";
    net::EpollLoop loop_;
    net::LinuxNetwork network_{loop_};
    std::vector<std::string> asked_;
    std::vector<RequestServer::Reply> replies_;
    std::unique_ptr<RequestServer> server_ = std::make_unique<RequestServer>(
        loop_, network_,
        RequestServer::Dialogue{.request_bytes =
                                    [](std::string_view input) {
                                        const auto end = input.find('.');
                                        return end == std::string_view::npos ? 0 : end + 1;
                                    },
                                .answer =
                                    [this](std::string_view request, RequestServer::Reply reply) {
                                        asked_.emplace_back(request);
                                        replies_.push_back(std::move(reply));
                                    },
                                .too_long = {},
                                .too_many = {},
                                .too_late = "too late",
                                .keep_open = true,
                                .max_request_bytes = 100,
                                .max_connections = 1,
                                .timeout = 10s,
                                .answer_time = 300ms});
    std::unique_ptr<net::Stream> guest_;
};

// The next request of a connection is not looked at before the answer to the one before it.
TEST_F(LateAnswers, KeepTheOrder) {
    ask("a.", 1);
    ask("b.", 1);
    EXPECT_EQ(asked_, (std::vector<std::string>{"a."}));
    EXPECT_EQ(heard(), "nothing");
    replies_.at(0)("first");
    replies_.at(0)("and again");
    EXPECT_EQ(heard(), "first");
    ASSERT_EQ(asked_, (std::vector<std::string>{"a.", "b."}));
    replies_.at(1)("second");
    EXPECT_EQ(heard(), "second");
}

TEST_F(LateAnswers, ThatTakeTooLongAreAnError) {
    ask("a.", 1);
    spend(400ms);
    EXPECT_EQ(heard(), "too late");
    replies_.at(0)("first");
    EXPECT_EQ(heard(), "nothing");
    // The connection goes on.
    ask("b.", 2);
    replies_.at(1)("second");
    EXPECT_EQ(heard(), "second");
}

TEST_F(LateAnswers, ToAConnectionThatIsGoneGoNowhere) {
    ask("a.", 1);
    guest_.reset();
    spend(20ms);
    replies_.at(0)("first");
    spend(20ms);
    // Its place is free again.
    guest_ = guest();
    ASSERT_NE(guest_, nullptr);
    ask("b.", 2);
    ASSERT_EQ(asked_.size(), 2U);
    replies_.at(1)("second");
    EXPECT_EQ(heard(), "second");
}

TEST_F(LateAnswers, ToAServerThatIsGoneGoNowhere) {
    ask("a.", 1);
    server_.reset();
    replies_.at(0)("first");
    EXPECT_EQ(heard(), "the end");
}

TEST_F(ControlServerTest, ClientOfTheCommandLine) {
    const auto answer = cli::ask(path_, {.command = "big", .service = {}}, 5s);
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_GT(answer->body.size(), 2'000'000U);
    EXPECT_EQ(cli::ask(dir_ / "none", {.command = "a", .service = {}}, 5s).error().code,
              Errc::not_found);
}

}  // namespace
}  // namespace homeport::app
