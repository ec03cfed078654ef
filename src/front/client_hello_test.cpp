#include "front/client_hello.hpp"

#include "front/hello_testing.hpp"

#include <gtest/gtest.h>

#include <string>

namespace homeport::front {
namespace {

using Status = HelloResult::Status;
using testing::hello_message;
using testing::records;

TEST(ClientHelloTest, NameAndProtocol) {
    const std::string text =
        records(hello_message("Files.Example.NET", {"h2", "homeport/1"}), 16384);
    const HelloResult result = parse_client_hello(as_bytes(text + "more"), "homeport/1");
    ASSERT_EQ(result.status, Status::complete);
    EXPECT_EQ(result.server_name, "files.example.net");
    EXPECT_TRUE(result.wants_protocol);
    EXPECT_FALSE(parse_client_hello(as_bytes(text), "http/1.1").wants_protocol);
}

// Cut anywhere, the parser asks for more, and never for more than there will be.
TEST(ClientHelloTest, EveryPrefixNeedsMore) {
    const std::string text = records(hello_message("a.example", {"h2"}), 40);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const HelloResult result = parse_client_hello(as_bytes(text.substr(0, i)), "x");
        ASSERT_EQ(result.status, Status::need_more) << i;
        EXPECT_GT(result.needed, i);
        EXPECT_LE(result.needed, text.size());
    }
    EXPECT_EQ(parse_client_hello(as_bytes(text), "x").server_name, "a.example");
}

TEST(ClientHelloTest, NoExtensionsAtAll) {
    const HelloResult result =
        parse_client_hello(as_bytes(records(hello_message("", {}), 16384)), "x");
    EXPECT_EQ(result.status, Status::complete);
    EXPECT_EQ(result.server_name, "");
}

TEST(ClientHelloTest, NotTls) {
    EXPECT_EQ(parse_client_hello(as_bytes("GET / HTTP/1.1\r\n"), "x").status, Status::not_tls);
    EXPECT_EQ(parse_client_hello(as_bytes("S"), "x").status, Status::not_tls);
    EXPECT_EQ(parse_client_hello(as_bytes("\x16\x02"), "x").status, Status::not_tls);
}

TEST(ClientHelloTest, Malformed) {
    const auto status = [](const std::string& text) {
        return parse_client_hello(as_bytes(text), "x").status;
    };
    EXPECT_EQ(status(records("\x02" + hello_message("a", {}).substr(1), 16384)), Status::malformed);
    EXPECT_EQ(status(std::string("\x16\x03\x01\0\0", 5)), Status::malformed);
    EXPECT_EQ(status(std::string("\x16\x03\x01\x40\x01", 5)), Status::malformed);
    EXPECT_EQ(status(records(std::string("\x01\x01\0\0", 4), 16384)), Status::malformed);
    EXPECT_EQ(status(records(hello_message("a.example", {}), 1)), Status::malformed);
    for (const char* name : {"a b", "a/b", "..", "a..b", ".a", "\xff"}) {
        EXPECT_EQ(status(records(hello_message(name, {}), 16384)), Status::malformed) << name;
    }
    // Each byte of the inner lengths broken once: nothing is read beyond the end.
    const std::string message = hello_message("a.example", {"h2"});
    for (std::size_t i = 4; i < message.size(); ++i) {
        std::string broken = message;
        broken[i] = '\x7f';
        parse_client_hello(as_bytes(records(broken, 16384)), "x");
    }
}

}  // namespace
}  // namespace homeport::front
