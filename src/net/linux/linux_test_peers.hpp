#pragma once
/// For the tests of this folder: a loop with a network, and users of its streams.

#include "net/linux/network.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace homeport::net {

inline Endpoint loopback(std::uint16_t port = 0) {
    return {*IpAddress::parse("127.0.0.1"), port};
}

/// Reads all it can, notes how it ended, and sends what it was given as far as it goes.
struct Talker final : StreamHandler {
    explicit Talker(std::unique_ptr<Stream> socket) : stream(std::move(socket)) {
        stream->set_handler(this);
        on_readable();
    }
    void on_readable() override {
        std::array<std::byte, 5000> room;
        while (reading && !ended) {
            const IoResult result = stream->read(MutableBytes(room));
            if (result.status == IoResult::Status::again) return;
            if (result.status == IoResult::Status::ok) {
                text += as_text(Bytes(room).first(result.bytes));
            } else {
                ended = result.status;
            }
        }
    }
    void on_writable() override { send({}); }
    void send(std::string_view more) {
        unsent += more;
        while (!unsent.empty()) {
            const IoResult result = stream->write(as_bytes(unsent));
            if (result.status == IoResult::Status::error) write_failed = true;
            if (result.status != IoResult::Status::ok) return;
            unsent.erase(0, result.bytes);
        }
    }

    std::unique_ptr<Stream> stream;
    std::string text;
    std::string unsent;
    std::optional<IoResult::Status> ended;
    bool reading = true;
    bool write_failed = false;
};

struct LinuxTest : ::testing::Test {
    EpollLoop loop;
    LinuxNetwork network{loop};
    std::vector<std::unique_ptr<Talker>> accepted;
    std::unique_ptr<Talker> dialled;
    std::optional<Error> dial_error;
    std::unique_ptr<Handle> pending;

    /// Turns the loop until `done` holds, at most `limit`.
    template <class Condition>
    bool turn_until(Condition done, Duration limit = 5s) {
        const TimePoint end = loop.now() + limit;
        while (!done()) {
            if (loop.now() >= end) return false;
            loop.turn(20ms);
        }
        return true;
    }
    std::unique_ptr<Listener> listen(const SocketAddress& address) {
        auto made = network.listen(address, {}, [this](std::unique_ptr<Stream> stream) {
            accepted.push_back(std::make_unique<Talker>(std::move(stream)));
        });
        EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().what);
        return made ? std::move(*made) : nullptr;
    }
    void dial(const SocketAddress& address, Duration timeout = 5s) {
        dialled.reset();
        dial_error.reset();
        pending = network.dial(address, {.timeout = timeout}, [this](auto result) {
            if (result) {
                dialled = std::make_unique<Talker>(std::move(*result));
            } else {
                dial_error = result.error();
            }
        });
        turn_until([&] { return dialled != nullptr || dial_error.has_value(); });
    }
    /// A connected pair: `dialled`, and the last of `accepted`.
    void connect(const SocketAddress& address) {
        const std::size_t before = accepted.size();
        dial(address);
        ASSERT_TRUE(dialled != nullptr) << dial_error->what;
        ASSERT_TRUE(turn_until([&] { return accepted.size() > before; }));
    }
};

/// A directory of its own, removed at the end.
struct TemporaryDirectory {
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "net-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    std::string path;
};

}  // namespace homeport::net
