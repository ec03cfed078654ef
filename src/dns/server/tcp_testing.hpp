#pragma once
/// For the tests of TcpServer: a handler with some special answers, and clients whose end the test
/// holds.

#include "dns/server/tcp_server.hpp"
#include "dns/wire/limits.hpp"
#include "net/pump_testing.hpp"

#include <gmock/gmock.h>
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace homeport::dns::tcp_testing {

using net::testing::FakeLoop;
using net::testing::KernelStream;
using net::testing::Line;

inline std::string frame(std::string_view message) {
    const std::array<char, 2> length{static_cast<char>(message.size() >> 8),
                                     static_cast<char>(message.size())};
    return std::string(length.begin(), length.end()) + std::string(message);
}

/// As long as a message must be.
inline std::string query(std::string_view name) {
    return "question of " + std::string(name);
}

/// Whole messages, and "..." for a rest that is none.
inline std::vector<std::string> messages_in(std::string_view text) {
    std::vector<std::string> found;
    while (text.size() >= 2) {
        const auto high = static_cast<unsigned char>(text[0]);
        const auto low = static_cast<unsigned char>(text[1]);
        const std::size_t length = high * 256u + low;
        if (text.size() - 2 < length) break;
        found.emplace_back(text.substr(2, length));
        text.remove_prefix(2 + length);
    }
    if (!text.empty()) found.emplace_back("...");
    return found;
}

inline std::size_t fill(MutableBytes out, std::string_view text) {
    std::ranges::copy(as_bytes(text), out.begin());
    return text.size();
}

/// Messages "0", "1", ..., each of `bytes` octets.
class Numbers final : public MessageSource {
public:
    Numbers(std::size_t count, std::size_t bytes, std::size_t& alive)
        : count_(count), bytes_(bytes), alive_(alive) {
        ++alive_;
    }
    ~Numbers() override { --alive_; }
    Numbers(const Numbers&) = delete;
    Numbers& operator=(const Numbers&) = delete;

    std::size_t next(MutableBytes out) override {
        EXPECT_EQ(out.size(), kMaxMessageBytes);
        if (sent_ == count_) return 0;
        std::string text = std::to_string(sent_++);
        text.resize(std::max(bytes_, text.size()), '.');
        return fill(out, text);
    }

private:
    std::size_t count_;
    std::size_t bytes_;
    std::size_t& alive_;
    std::size_t sent_ = 0;
};

/// Sends back what it gets; some questions are answered otherwise.
class Echo final : public MessageHandler {
public:
    Reply answer(Bytes request, const Endpoint& from, MutableBytes out) override {
        EXPECT_GE(request.size(), kHeaderBytes);
        EXPECT_EQ(out.size(), kMaxMessageBytes);
        last_from = from;
        ++asked;
        const std::string_view text = as_text(request);
        if (text == query("nothing")) return {};
        if (text == query("late")) {
            late.push_back(std::make_shared<LateReply>());
            return {0, nullptr, late.back()};
        }
        if (text == query("much")) return {fill(out, std::string(kMaxMessageBytes, 'm')), {}, {}};
        if (text == query("transfer"))
            return {0, std::make_unique<Numbers>(count, bytes, sources), {}};
        if (text == query("empty transfer")) {
            return {fill(out, "first"), std::make_unique<Numbers>(0, 0, sources), {}};
        }
        return {fill(out, text), nullptr, {}};
    }

    std::size_t asked = 0;
    std::size_t sources = 0;  ///< alive
    std::size_t count = 10'000;
    std::size_t bytes = 1000;
    Endpoint last_from;
    std::vector<std::shared_ptr<LateReply>> late;  ///< in the order of the questions
};

struct TcpServerTest : ::testing::Test {
    explicit TcpServerTest(TcpLimits limits = {}) : server(loop, network, handler, limits) {}

    std::shared_ptr<Line> connect(const std::string& from = "192.0.2.1") {
        auto line = std::make_shared<Line>(loop);
        line->peer = {*IpAddress::parse(from), 1234};
        server.serve(std::make_unique<KernelStream>(line));
        return line;
    }
    /// A client that has been served and is idle now.
    std::shared_ptr<Line> idle_client(const std::string& from = "192.0.2.1") {
        auto line = connect(from);
        EXPECT_THAT(ask(*line, "x"), ::testing::ElementsAre(query("x")));
        return line;
    }
    std::vector<std::string> ask(Line& line, std::string_view name) {
        line.send(frame(query(name)));
        loop.run();
        return messages_in(line.take());
    }

    FakeLoop loop;
    net::testing::NoNetwork network;
    Echo handler;
    TcpServer server;
};

}  // namespace homeport::dns::tcp_testing
