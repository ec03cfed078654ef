#include "core/log.hpp"

#include <gmock/gmock.h>

namespace homeport {
namespace {

TEST(LogLine, is_an_event_and_fields) {
    EXPECT_EQ(format_log_line("link.up", {{"agent", "home"}, {"rtt_ms", 12}}),
              "link.up agent=home rtt_ms=12");
    EXPECT_EQ(format_log_line("start", {}), "start");
}

TEST(LogLine, quotes_what_is_not_one_plain_word) {
    EXPECT_EQ(format_log_line("e", {{"k", ""}}), "e k=\"\"");
    EXPECT_EQ(format_log_line("e", {{"k", "va lue"}}), "e k=\"va lue\"");
    EXPECT_EQ(format_log_line("e", {{"k", "a=b"}}), "e k=\"a=b\"");
    EXPECT_EQ(format_log_line("e", {{"k", "a\"b\\"}}), "e k=\"a\\\"b\\\\\"");
}

// A visitor's header must not make a second line or move the terminal's cursor.
TEST(LogLine, cannot_be_forged_by_a_value) {
    EXPECT_EQ(format_log_line("e", {{"k", "a\nlink.up agent=x"}}), "e k=\"a\\x0alink.up agent=x\"");
    EXPECT_EQ(format_log_line("e", {{"k", "\x1b[2J\x7f"}}), "e k=\"\\x1b[2J\\x7f\"");
    // C1 controls: 0x9b alone, and U+009B as UTF-8, both start a terminal command.
    EXPECT_EQ(format_log_line("e", {{"k",
                                     "\x9b"
                                     "2J"}}),
              "e k=\"\\x9b2J\"");
    EXPECT_EQ(format_log_line("e", {{"k",
                                     "\xc2\x9b"
                                     "2J"}}),
              "e k=\"\\xc2\\x9b2J\"");
    EXPECT_EQ(format_log_line("e", {{"k", std::string("\0", 1)}}), "e k=\"\\x00\"");
}

// Names in other scripts stay readable; bytes that are not UTF-8 do not reach the log.
TEST(LogLine, keeps_other_scripts) {
    EXPECT_EQ(format_log_line("e", {{"k", "/home/\xe6\x97\xa5\xe6\x9c\xac"}}),
              "e k=\"/home/\xe6\x97\xa5\xe6\x9c\xac\"");
    EXPECT_EQ(format_log_line("e", {{"k", "\xe6\x97"}}), "e k=\"\\xe6\\x97\"");
    EXPECT_EQ(format_log_line("e", {{"k", "\xc0\x8a"}}), "e k=\"\\xc0\\x8a\"");
    EXPECT_EQ(format_log_line("e", {{"k", "\xe2\x80\xa8"}}), "e k=\"\\xe2\\x80\\xa8\"");
}

TEST(NullLog, says_nothing) {
    NullLog log;
    EXPECT_FALSE(log.enabled(Level::error));
    log.error("x", {{"k", 1}});
}

}  // namespace
}  // namespace homeport
