#include "http/body.hpp"

#include <gtest/gtest.h>

#include <string>

namespace homeport::http {
namespace {

struct Outcome {
    std::size_t bytes = 0;
    bool ended = false;
    bool error = false;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome chunked(std::string_view text, std::size_t piece) {
    BodyScanner scanner(Framing::chunked, 0);
    Outcome outcome;
    while (!text.empty() && !scanner.ended()) {
        const std::string_view now = text.substr(0, piece);
        const auto result = scanner.scan(as_bytes(now));
        outcome.bytes += result.bytes;
        if (result.error) {
            outcome.error = true;
            return outcome;
        }
        text.remove_prefix(now.size());
    }
    outcome.ended = scanner.ended();
    return outcome;
}

// The end of a chunked body is found at the same byte, in one piece or byte by byte.
TEST(BodyScannerTest, ChunkedEnds) {
    for (const std::string body :
         {"0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "A;x=\"y\"\r\n0123456789\r\n0\r\n\r\n",
          "000005\r\nhello\r\n00\r\nA: b\r\nC:\r\n\r\n"}) {
        const std::string text = body + "GET / HTTP/1.1";
        const Outcome wanted{body.size(), true, false};
        EXPECT_EQ(chunked(text, text.size()), wanted) << body;
        EXPECT_EQ(chunked(text, 1), wanted) << body;
        EXPECT_EQ(chunked(text, 3), wanted) << body;
    }
}

// Everything that another parser might read otherwise is an error.
TEST(BodyScannerTest, ChunkedErrors) {
    for (const std::string body : {"\r\n",
                                   "x\r\n",
                                   "5\nhello\r\n",
                                   "5\r\nhello\n0\r\n\r\n",
                                   "5\r\nhelloX\r\n",
                                   "5 \r\nhello\r\n",
                                   " 5\r\nhello\r\n",
                                   "+5\r\nhello\r\n",
                                   "0x5\r\nhello\r\n",
                                   "-1\r\n",
                                   ";x\r\n",
                                   "5;a\nb\r\n",
                                   "11112222333344445\r\n",
                                   "FFFFFFFFFFFFFFFF\r\n",
                                   "5\rhello",
                                   "0\r\n\n",
                                   "0\r\n x: y\r\n\r\n",
                                   "0\r\n: y\r\n\r\n",
                                   "0\r\nx y: z\r\n\r\n",
                                   "0\r\nx: y\n\r\n",
                                   "0\r\n\rX",
                                   "0\r\nx: \x01\r\n\r\n"}) {
        EXPECT_TRUE(chunked(body, body.size()).error) << body;
        EXPECT_TRUE(chunked(body, 1).error) << body;
    }
    EXPECT_TRUE(chunked("5;" + std::string(kMaxChunkExtensionBytes + 1, 'x'), 100).error);
    EXPECT_FALSE(chunked("5;" + std::string(kMaxChunkExtensionBytes, 'x'), 100).error);
    EXPECT_TRUE(chunked("0\r\nx: " + std::string(kMaxTrailerBytes, 'x'), 100).error);
}

TEST(BodyScannerTest, Length) {
    BodyScanner scanner(Framing::length, 10);
    EXPECT_EQ(scanner.unseen(), 10U);
    EXPECT_EQ(scanner.scan(as_bytes("1234")).bytes, 4U);
    scanner.passed(3);
    EXPECT_FALSE(scanner.ended());
    EXPECT_EQ(scanner.scan(as_bytes("89ABCDE")).bytes, 3U);
    EXPECT_TRUE(scanner.ended());
    EXPECT_EQ(scanner.scan(as_bytes("x")).bytes, 0U);
    EXPECT_TRUE(BodyScanner(Framing::length, 0).ended());
    EXPECT_TRUE(BodyScanner().ended());
}

TEST(BodyScannerTest, UntilClose) {
    BodyScanner scanner(Framing::until_close, 0);
    EXPECT_EQ(scanner.scan(as_bytes("all of it")).bytes, 9U);
    EXPECT_FALSE(scanner.ended());
    EXPECT_TRUE(scanner.ends_with_stream());
}

TEST(ChunkDataTest, JoinsTheChunks) {
    const auto joined = [](std::string_view chunked) {
        BodyScanner scanner(Framing::chunked, 0);
        EXPECT_EQ(scanner.scan(as_bytes(chunked)).bytes, chunked.size());
        EXPECT_TRUE(scanner.ended());
        std::string out = "<";
        append_chunk_data(chunked, out);
        return out;
    };
    EXPECT_EQ(joined("0\r\n\r\n"), "<");
    EXPECT_EQ(joined("5\r\nhello\r\n1;x=\"y\"\r\n \r\n005\r\nworld\r\n00\r\nA: b\r\n\r\n"),
              "<hello world");
    EXPECT_EQ(joined("A\r\n0\r\n\r\n12345\r\na\r\n\n\n\n\n\n\n\n\n\n\n\r\n0\r\n\r\n"),
              "<0\r\n\r\n12345\n\n\n\n\n\n\n\n\n\n");
}

}  // namespace
}  // namespace homeport::http
