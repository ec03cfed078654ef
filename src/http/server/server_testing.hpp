#pragma once
/// For the tests of Server: a handler that tells what it saw, and clients whose end the test holds.

#include "http/server/server.hpp"
#include "net/pump_testing.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace homeport::http::server_testing {

using net::testing::FakeLoop;
using net::testing::KernelStream;
using net::testing::Line;

/// "METHOD path?query [body]" as the body of a 200; some paths are answered otherwise.
class Teller final : public Handler {
public:
    void handle(const Request& request, Responder respond) override {
        ++asked;
        source = request.source.to_string();
        secure = request.secure;
        seen = std::string(request.host) + "|" + std::string(request.authorization) + "|" +
               std::string(request.content_type) + "|" + std::string(request.user_agent) + "|" +
               std::string(request.field("x-own"));
        if (request.path == "/later") return waiting.push_back(std::move(respond));
        if (request.path == "/never") return;
        if (request.path == "/long") return respond({.body = std::string(long_bytes, 'l')});
        if (request.path == "/limited")
            return respond({.status = 429, .fields = {{"Retry-After", "7"}}});
        std::string text = std::string(request.method) + " " + std::string(request.path);
        if (!request.query.empty()) text += "?" + std::string(request.query);
        if (!request.body.empty()) text += " [" + std::string(request.body) + "]";
        respond({.body = std::move(text)});
    }
    void answer_first(std::string body) {
        Responder first = std::move(waiting.front());
        waiting.erase(waiting.begin());
        first({.body = std::move(body)});
    }

    std::vector<Responder> waiting;
    std::size_t asked = 0;
    std::size_t long_bytes = 200'000;
    std::string source;
    std::string seen;
    bool secure = false;
};

/// Status and body of each answer, "200 text"; "..." for a rest that is none.
inline std::vector<std::string> answers_in(std::string_view text, bool to_head = false) {
    std::vector<std::string> found;
    const auto head = std::make_unique<ResponseHead>();
    while (!text.empty()) {
        const auto end = text.find("\r\n\r\n");
        const bool whole = end != std::string_view::npos &&
                           parse_response_head(text.substr(0, end + 4), to_head, *head);
        const std::size_t body =
            whole && head->framing == Framing::length ? head->block.content_length : 0;
        if (!whole || text.size() - end - 4 < body) {
            found.emplace_back("...");
            break;
        }
        found.push_back(std::to_string(head->status) + " " +
                        std::string(text.substr(end + 4, body)));
        text.remove_prefix(end + 4 + body);
    }
    return found;
}

inline std::string get(std::string_view path, std::string_view fields = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a.example\r\n" + std::string(fields) +
           "\r\n";
}

inline std::string post(std::string_view body) {
    return "POST /p HTTP/1.1\r\nHost: a.example\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
}

inline std::string post_chunked(std::string_view chunks) {
    return "POST /c HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n" +
           std::string(chunks);
}

struct ServerTest : ::testing::Test {
    explicit ServerTest(ServerOptions options = {})
        : server(std::in_place, loop, network, handler, std::move(options)) {}

    std::shared_ptr<Line> connect(const std::string& from = "192.0.2.1", const Wrap& tls = {}) {
        auto line = std::make_shared<Line>(loop);
        line->peer = {*IpAddress::parse(from), 1234};
        server->serve(std::make_unique<KernelStream>(line), tls);
        return line;
    }
    std::vector<std::string> ask(Line& line, std::string_view request) {
        line.send(request);
        loop.run();
        return answers_in(line.take());
    }
    /// A client that has been served and is idle now.
    std::shared_ptr<Line> idle_client(const std::string& from = "192.0.2.1") {
        auto line = connect(from);
        EXPECT_THAT(ask(*line, get("/x")), ::testing::ElementsAre("200 GET /x"));
        return line;
    }

    FakeLoop loop;
    net::testing::NoNetwork network;
    Teller handler;
    std::optional<Server> server;
};

}  // namespace homeport::http::server_testing
