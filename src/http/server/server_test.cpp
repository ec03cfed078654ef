#include "http/server/server.hpp"

#include "http/server/server_testing.hpp"

#include <random>

namespace homeport::http {
namespace {

using namespace server_testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// Pipelined requests are answered in order, and what was asked at once leaves at once.
TEST_F(ServerTest, PipelinedInOrder) {
    const auto line = connect();
    line->send(get("/a") + get("/b?q=1&r") + post("body") + get("/c"));
    loop.run();
    EXPECT_THAT(answers_in(line->take()),
                ElementsAre("200 GET /a", "200 GET /b?q=1&r", "200 POST /p [body]", "200 GET /c"));
    EXPECT_THAT(ask(*line, get("/d")), ElementsAre("200 GET /d"));
    EXPECT_EQ(server->counters().requests, 5u);
    EXPECT_EQ(server->connections(), 1u);
}

TEST_F(ServerTest, WhatTheHandlerSees) {
    const auto line = connect("2001:db8::9");
    ask(*line,
        "GET / HTTP/1.1\r\nHost: a.example:81\r\nauthorization: Bearer x\r\nX-Own: 1\r\n"
        "Content-type: text/x\r\nuser-agent:  me \r\nX-Own: 2\r\n\r\n");
    EXPECT_EQ(handler.seen, "a.example:81|Bearer x|text/x|me|1");
    EXPECT_EQ(handler.source, "[2001:db8::9]:1234");
    EXPECT_FALSE(handler.secure);
    ask(*line, get("/"));
    EXPECT_EQ(handler.seen, "a.example||||");
}

TEST_F(ServerTest, WholeAnswer) {
    const auto line = connect();
    line->send(get("/limited"));
    loop.run();
    EXPECT_EQ(line->take(),
              "HTTP/1.1 429 Too Many Requests\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n"
              "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 0\r\n"
              "Retry-After: 7\r\n\r\n");
}

// However the bytes are cut, the answers are the same.
TEST_F(ServerTest, AnyPieces) {
    const std::string all = get("/a") + post("hello") +
                            post_chunked("3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n") +
                            get("/b", "Content-Length: 0\r\n");
    std::mt19937 random(7);
    for (int round = 0; round < 100; ++round) {
        const auto line = connect();
        const std::size_t most = 1 + random() % 40;
        for (std::size_t at = 0; at < all.size();) {
            const std::size_t piece = 1 + random() % most;
            line->send(std::string_view(all).substr(at, piece));
            at += piece;
            if (random() % 2 == 0) loop.run();
        }
        loop.run();
        EXPECT_THAT(answers_in(line->take()), ElementsAre("200 GET /a", "200 POST /p [hello]",
                                                          "200 POST /c [abcde]", "200 GET /b"));
        line->shut();
        loop.run();
        EXPECT_TRUE(line->closed());
    }
}

TEST_F(ServerTest, HeadHasNoBody) {
    const auto line = connect();
    line->send("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n");
    loop.run();
    const std::string answer = line->take();
    EXPECT_THAT(answer, HasSubstr("Content-Length: 7\r\n"));
    EXPECT_THAT(answers_in(answer, true), ElementsAre("200 "));
    EXPECT_THAT(ask(*line, get("/g")), ElementsAre("200 GET /g"));
    // A refusal behind it is for somebody whose method is not known, so it has a body.
    line->send("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n");
    loop.run();
    line->take();
    EXPECT_THAT(ask(*line, "\n"), ElementsAre(StartsWith("400 400 Bad")));
}

TEST_F(ServerTest, OldVersionAndClose) {
    const auto old = connect();
    old->send("GET / HTTP/1.0\r\n\r\n");
    loop.run();
    EXPECT_THAT(old->take(), HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(old->saw_end());
    const auto kept = connect();
    kept->send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    loop.run();
    EXPECT_THAT(kept->take(), HasSubstr("Connection: keep-alive\r\n"));
    EXPECT_FALSE(kept->closed());
    const auto last = connect();
    EXPECT_THAT(ask(*last, get("/a", "Connection: close\r\n") + get("/b")),
                ElementsAre("200 GET /a"));
    EXPECT_TRUE(last->saw_end());
}

// Half-closed clients get what they asked for.
TEST_F(ServerTest, EndOfInput) {
    const auto line = connect();
    line->send(get("/a") + get("/later") + get("/b"));
    line->shut();
    loop.run();
    EXPECT_FALSE(line->closed());
    handler.answer_first("now");
    loop.run();
    EXPECT_THAT(answers_in(line->take()), ElementsAre("200 GET /a", "200 now", "200 GET /b"));
    EXPECT_TRUE(line->saw_end());
    const auto partial = connect();
    partial->send("GET / HT");
    partial->shut();
    loop.run();
    EXPECT_TRUE(partial->closed());
    EXPECT_EQ(server->connections(), 0u);
}

// Nothing is read while the handler thinks; others are served meanwhile.
TEST_F(ServerTest, AnswersLater) {
    const auto line = connect();
    EXPECT_THAT(ask(*line, get("/later") + get("/b")), IsEmpty());
    EXPECT_THAT(ask(*connect(), get("/c")), ElementsAre("200 GET /c"));
    line->send(get("/d"));
    loop.advance(kAnswerTime - 1s);
    EXPECT_EQ(handler.asked, 2u);
    handler.answer_first("late");
    EXPECT_THAT(line->seen(), IsEmpty()) << "answers leave from the loop only";
    loop.run();
    EXPECT_THAT(answers_in(line->take()), ElementsAre("200 late", "200 GET /b", "200 GET /d"));
}

TEST_F(ServerTest, AnswersNever) {
    EXPECT_THAT(ask(*connect(), get("/never") + get("/b")),
                ElementsAre(StartsWith("500 500 Internal"), "200 GET /b"));
    const auto line = connect();
    ask(*line, get("/later"));
    loop.advance(kAnswerTime);
    EXPECT_TRUE(line->saw_reset());
    EXPECT_EQ(server->counters().cut, 1u);
    handler.answer_first("too late");
    loop.run();
    EXPECT_THAT(line->take(), IsEmpty());
}

// A Responder may outlive its connection, and the server.
TEST_F(ServerTest, ResponderOutlives) {
    const auto line = connect();
    ask(*line, get("/later"));
    const auto other = connect();
    ask(*other, get("/later"));
    line->cut();
    loop.advance(kAnswerTime);
    EXPECT_EQ(server->connections(), 0u);
    const auto third = connect();
    ask(*third, get("/later"));
    server.reset();
    EXPECT_TRUE(third->closed());
    handler.answer_first("a");
    handler.answer_first("b");
    handler.waiting.clear();
    loop.run();
    EXPECT_THAT(third->take(), IsEmpty());
}

TEST_F(ServerTest, ExpectContinue) {
    const std::string head =
        "POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    const auto line = connect();
    line->send(head);
    loop.run();
    EXPECT_EQ(line->take(), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_THAT(ask(*line, "ok"), ElementsAre("200 POST /p [ok]"));
    EXPECT_THAT(ask(*line, head + "ok"), ElementsAre("200 POST /p [ok]"));
    const auto old = connect();
    old->send("POST /p HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    loop.run();
    EXPECT_THAT(old->take(), IsEmpty());
    EXPECT_THAT(ask(*old, "ok"), ElementsAre("200 POST /p [ok]"));
    const auto greedy = connect();
    EXPECT_THAT(ask(*greedy,
                    "POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                    "Content-Length: 99999\r\n\r\n"),
                ElementsAre(StartsWith("413 ")));
}

// What is refused is answered behind what was asked before, with a remedy, and ends the connection.
TEST_F(ServerTest, Refusals) {
    const std::pair<std::string, std::string> cases[] = {
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"},
        {"GET / HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/1.1\nHost: a\r\n\r\n", "400"},
        {get("/", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), "400"},
        {get("/", "Authorization: a\r\nAuthorization: b\r\n"), "400"},
        {get("/" + std::string(kMaxTargetBytes, 'x')), "414"},
        {get("/", "X: " + std::string(kMaxHeadBytes, 'x') + "\r\n"), "431"},
        {post_chunked("x\r\n"), "400"},
    };
    for (const auto& [request, status] : cases) {
        const auto line = connect();
        EXPECT_THAT(ask(*line, get("/a") + request + get("/b")),
                    ElementsAre("200 GET /a", StartsWith(status + " " + status)))
            << request.substr(0, 100);
        EXPECT_TRUE(line->half_closed());
        line->shut();
        loop.run();
        EXPECT_TRUE(line->closed());
    }
    EXPECT_EQ(server->counters().bad_requests, std::size(cases));
    EXPECT_EQ(server->connections(), 0u);
}

TEST_F(ServerTest, BodiesUpToTheLimit) {
    handler.long_bytes = 1;
    const auto line = connect();
    const std::string most(kMaxBodyBytes, 'b');
    EXPECT_THAT(ask(*line, post(most) + get("/a")),
                ElementsAre("200 POST /p [" + most + "]", "200 GET /a"));
    EXPECT_THAT(ask(*line, post(most + "b")), ElementsAre(StartsWith("413")));
    const auto chunks = [](std::size_t bytes, std::size_t each) {
        std::string text;
        for (; bytes > 0; bytes -= std::min(bytes, each)) {
            const std::size_t size = std::min(bytes, each);
            text += fmt::format("{:x}\r\n{}\r\n", size, std::string(size, 'c'));
        }
        return text + "0\r\n\r\n";
    };
    const auto ask_chunked = [&](const std::string& text) {
        const auto client = connect();
        return ask(*client, post_chunked(text)).at(0).substr(0, 12);
    };
    EXPECT_EQ(ask_chunked(chunks(kMaxBodyBytes, 1000)), "200 POST /c ");
    EXPECT_EQ(ask_chunked(chunks(kMaxBodyBytes + 1, 1000)), "413 413 Cont");
    EXPECT_EQ(ask_chunked(chunks(kMaxBodyBytes, 1)), "413 413 Cont");
    EXPECT_EQ(ask_chunked(chunks(std::size_t{1} << 20, 100'000)), "413 413 Cont");
}

// Endless senders of what was refused are closed, in time and in bytes.
TEST_F(ServerTest, LingersWithinBounds) {
    const auto quiet = connect();
    ask(*quiet, "x\n");
    EXPECT_FALSE(quiet->closed());
    loop.advance(kLingerTime);
    EXPECT_TRUE(quiet->closed());
    const auto loud = connect();
    ask(*loud, "x\n");
    loud->send(std::string(kLingerBytes, 'x'));
    loop.run();
    EXPECT_FALSE(loud->closed());
    loud->send("x");
    loop.run();
    EXPECT_TRUE(loud->closed());
}

// TLS is put between after admission; what it makes counts as secure.
TEST_F(ServerTest, Wrapped) {
    const auto line = connect("192.0.2.1", [](auto stream) { return stream; });
    EXPECT_THAT(ask(*line, get("/a")), ElementsAre("200 GET /a"));
    EXPECT_TRUE(handler.secure);
    const auto failed = connect("192.0.2.1", [](auto) { return nullptr; });
    EXPECT_TRUE(failed->closed());
    EXPECT_EQ(server->connections(), 1u);
}

}  // namespace
}  // namespace homeport::http
