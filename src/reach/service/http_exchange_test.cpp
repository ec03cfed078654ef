#include "reach/service/http_exchange.hpp"

#include "reach/service/limits.hpp"

#include <gmock/gmock.h>
#include <random>
#include <string>
#include <utility>

namespace homeport::reach {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

HttpCall call_to(const char* endpoint) {
    return {.to = *Endpoint::parse(endpoint), .method = "GET", .path = "/desc.xml?a=b"};
}

/// What the reader makes of a reply that arrives in pieces of so many bytes and then ends.
Result<HttpReply> read(const std::string& text, std::size_t piece) {
    HttpReplyReader reader;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        const auto whole = reader.take(as_bytes(text.substr(at, piece)));
        if (!whole) return std::unexpected(whole.error());
        if (*whole) break;
    }
    return reader.finish();
}

std::string shown(const Result<HttpReply>& reply) {
    if (!reply) return std::string(to_string(reply.error().code));
    return std::to_string(reply->status) + " " + reply->body;
}

/// The same however it is cut.
std::string read(const std::string& text) {
    const std::string whole = shown(read(text, text.size() + 1));
    for (const std::size_t piece : {1, 2, 3, 7}) EXPECT_EQ(shown(read(text, piece)), whole);
    return whole;
}

TEST(HttpRequestTest, Form) {
    EXPECT_EQ(write_http_request(call_to("192.0.2.1:80")).value(),
              "GET /desc.xml?a=b HTTP/1.1\r\nHost: 192.0.2.1:80\r\nConnection: close\r\n\r\n");
    HttpCall post = call_to("[2001:db8::1]:49152");
    post.method = "POST";
    post.fields = {{"SOAPAction", "\"urn:x#Y\""}, {"Content-Type", "text/xml"}};
    EXPECT_EQ(write_http_request(post).value(),
              "POST /desc.xml?a=b HTTP/1.1\r\nHost: [2001:db8::1]:49152\r\nConnection: close\r\n"
              "Content-Length: 0\r\nSOAPAction: \"urn:x#Y\"\r\nContent-Type: text/xml\r\n\r\n");
    post.body = "<x/>";
    EXPECT_THAT(write_http_request(post).value(), ::testing::HasSubstr("Content-Length: 4\r\n"));
    EXPECT_THAT(write_http_request(post).value(), ::testing::EndsWith("\r\n\r\n<x/>"));
}

// A description of a router must not be able to add lines to a request.
TEST(HttpRequestTest, WhatWouldBreakIt) {
    for (const char* path : {"", "x", "/a b", "/a\r\nX: y", "/\n", "/#x"}) {
        HttpCall call = call_to("192.0.2.1:80");
        call.path = path;
        EXPECT_EQ(write_http_request(call).error().code, Errc::invalid) << path;
    }
    HttpCall call = call_to("192.0.2.1:80");
    call.path = "/" + std::string(http::kMaxTargetBytes, 'a');
    EXPECT_EQ(write_http_request(call).error().code, Errc::invalid);
    call = call_to("192.0.2.1:80");
    call.method = "GE T";
    EXPECT_EQ(write_http_request(call).error().code, Errc::invalid);
    for (const auto& field : {std::pair("", "x"), std::pair("a:", "x"), std::pair("a", "x\r\ny")}) {
        call = call_to("192.0.2.1:80");
        call.fields = {field};
        EXPECT_EQ(write_http_request(call).error().code, Errc::invalid) << field.first;
    }
}

TEST(HttpReplyTest, Bodies) {
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), "200 hello");
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more"), "200 hello");
    EXPECT_EQ(read("HTTP/1.0 500 Oh\r\n\r\nuntil the end"), "500 until the end");
    EXPECT_EQ(read("HTTP/1.1 404 None\r\n\r\n"), "404 ");
    EXPECT_EQ(read("HTTP/1.1 204 No\r\n\r\n"), "204 ");
    EXPECT_EQ(read("HTTP/1.1 412 No\r\nContent-Length: 0\r\n\r\n"), "412 ");
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n"),
              "200 hello!");
    EXPECT_EQ(read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
              "200 ok");
}

TEST(HttpReplyTest, Fields) {
    const auto reply = read(
        "HTTP/1.1 200 OK\r\nSID: uuid:1\r\nTimeOut:Second-1800\r\nEXT:\r\nContent-Length: "
        "0\r\n\r\n",
        1000);
    ASSERT_TRUE(reply);
    EXPECT_THAT(reply->fields, ElementsAre(Pair("sid", "uuid:1"), Pair("timeout", "Second-1800"),
                                           Pair("ext", ""), Pair("content-length", "0")));
}

TEST(HttpReplyTest, CutAndMalformed) {
    for (const char* cut : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"}) {
        EXPECT_EQ(read(cut), "reset") << cut;
    }
    for (const char* bad :
         {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\n\n", "HTTP/2.0 200 OK\r\n\r\n",
          "HTTP/1.1 101 Switching\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n"}) {
        EXPECT_EQ(read(bad), "protocol") << bad;
    }
}

TEST(HttpReplyTest, Limits) {
    const std::string most(kMaxHttpReplyBytes, 'x');
    const auto code = [](const std::string& text) {
        return shown(read(text, 10'000)).substr(0, 8);
    };
    const auto with_length = [](std::size_t bytes) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
    };
    EXPECT_EQ(code(with_length(most.size()) + most), "200 xxxx");
    EXPECT_EQ(code(with_length(most.size() + 1)), "protocol");
    EXPECT_EQ(code("HTTP/1.0 200 OK\r\n\r\n" + most), "200 xxxx");
    EXPECT_EQ(code("HTTP/1.0 200 OK\r\n\r\n" + most + "x"), "protocol");
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(code(chunked + "10000\r\n" + most + "\r\n0\r\n\r\n"), "200 xxxx");
    EXPECT_EQ(code(chunked + "10001\r\n" + most + "x\r\n0\r\n\r\n"), "protocol");
    std::string tiny = chunked;
    for (std::size_t i = 0; i < kMaxHttpRawBytes / 5; ++i) tiny += "1\r\nx\r\n";
    EXPECT_EQ(code(tiny), "protocol");
    EXPECT_EQ(code("HTTP/1.1 200 OK\r\nA: " + std::string(http::kMaxHeadBytes, 'x')), "protocol");
    std::string interim;
    for (int i = 0; i < 3000; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
    EXPECT_EQ(code(interim), "protocol");
}

// Any bytes whatever end as a reply or as an error.
TEST(HttpReplyTest, Spoilt) {
    const std::string good =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    std::mt19937 random(1);
    for (int i = 0; i < 5000; ++i) {
        std::string spoilt = good;
        for (int times = 0; times < 2; ++times)
            spoilt[random() % spoilt.size()] = static_cast<char>(random());
        const auto reply = read(spoilt, 1 + random() % spoilt.size());
        if (!reply) {
            EXPECT_THAT(reply.error().code, ::testing::AnyOf(Errc::protocol, Errc::reset));
        }
    }
}

}  // namespace
}  // namespace homeport::reach
