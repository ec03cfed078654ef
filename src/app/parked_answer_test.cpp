#include "app/parked_answer.hpp"

#include <gmock/gmock.h>

namespace homeport::app {
namespace {

using ::testing::HasSubstr;
using Kind = dns::ParkedAnswer::Kind;

std::string why(std::string_view text, bool allow_private = false) {
    const auto answer = parse_parked_answer(text, allow_private);
    if (answer) return "allowed";
    EXPECT_EQ(answer.error().code, Errc::invalid);
    return answer.error().what;
}

TEST(ParkedAnswer, Words) {
    EXPECT_EQ(parse_parked_answer("stand-in", false)->kind, Kind::stand_in);
    EXPECT_EQ(parse_parked_answer("nothing", false)->kind, Kind::nothing);
}

TEST(ParkedAnswer, Addresses) {
    const auto answer = parse_parked_answer("9.9.9.9,2620:fe::fe", false);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, Kind::addresses);
    ASSERT_EQ(answer->addresses.size(), 2U);
    EXPECT_EQ(answer->addresses[1].to_string(), "2620:fe::fe");
}

TEST(ParkedAnswer, WrittenAsRead) {
    for (const char* const text : {"stand-in", "nothing", "9.9.9.9", "9.9.9.9,2620:fe::fe"})
        EXPECT_EQ(to_string(*parse_parked_answer(text, false)), text);
}

TEST(ParkedAnswer, Refused) {
    for (const char* const text : {"", ",", "9.9.9.9,", ",9.9.9.9", "9.9.9.9, 8.8.8.8", "Nothing",
                                   "stand-in,9.9.9.9", "example.net", "9.9.9", "9.9.9.9\n"})
        EXPECT_THAT(why(text), HasSubstr("say \"stand-in\"")) << text;
}

TEST(ParkedAnswer, NobodyIsSentWhereTheInternetDoesNotReach) {
    for (const char* const text :
         {"192.168.1.1", "9.9.9.9,10.0.0.1", "100.64.0.1", "127.0.0.1", "203.0.113.5", "fe80::1",
          "fd00::1", "::ffff:10.0.0.1", "0.0.0.0"})
        EXPECT_THAT(why(text), HasSubstr("whole Internet")) << text;
    EXPECT_THAT(why("192.168.1.1"), HasSubstr("a private address"));
    EXPECT_EQ(why("192.168.1.1", true), "allowed");
}

TEST(ParkedAnswer, AtMostEight) {
    EXPECT_EQ(why("8.0.0.1,8.0.0.2,8.0.0.3,8.0.0.4,8.0.0.5,8.0.0.6,8.0.0.7,8.0.0.8"), "allowed");
    EXPECT_THAT(why("8.0.0.1,8.0.0.2,8.0.0.3,8.0.0.4,8.0.0.5,8.0.0.6,8.0.0.7,8.0.0.8,8.0.0.9"),
                HasSubstr("at most 8"));
}

}  // namespace
}  // namespace homeport::app
