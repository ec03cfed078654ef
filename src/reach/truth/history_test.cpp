#include "reach/truth/history.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

IpAddress ip(const char* text) {
    return IpAddress::parse(text).value();
}

TEST(AddressHistory, JoinsWhatStaysTheSame) {
    AddressHistory history;
    history.seen(ip("203.0.113.5"), 100);
    history.seen(ip("203.0.113.5"), 200);
    history.seen(ip("2001:db8::5"), 250);
    history.seen(ip("203.0.113.6"), 300);
    EXPECT_THAT(history.spans(Family::v4),
                ::testing::ElementsAre(AddressSpan{ip("203.0.113.5"), 100, 200},
                                       AddressSpan{ip("203.0.113.6"), 300, 300}));
    EXPECT_THAT(history.spans(Family::v6),
                ::testing::ElementsAre(AddressSpan{ip("2001:db8::5"), 250, 250}));
    EXPECT_THAT(history.changes(Family::v4), ::testing::ElementsAre(300));
    EXPECT_TRUE(history.changes(Family::v6).empty());
}

TEST(AddressHistory, SurvivesAClockThatGoesBack) {
    AddressHistory history;
    history.seen(ip("203.0.113.5"), 1000);
    history.seen(ip("203.0.113.6"), 10);
    EXPECT_EQ(history.spans(Family::v4)[1], (AddressSpan{ip("203.0.113.6"), 1000, 1000}));
    history.seen(ip("2001:db8::5"), -5);
    EXPECT_TRUE(AddressHistory::parse(history.to_text()));
}

TEST(AddressHistory, ForgetsTheOldest) {
    AddressHistory history;
    for (int i = 0; i < 1000; ++i) history.seen(ip(i % 2 ? "203.0.113.5" : "203.0.113.6"), 100 + i);
    EXPECT_EQ(history.spans(Family::v4).size(), kMaxSpans);
    EXPECT_EQ(history.spans(Family::v4).back().from, 1099);
}

TEST(AddressHistory, ComesBackFromItsText) {
    AddressHistory history;
    history.seen(ip("203.0.113.5"), 100);
    history.seen(ip("203.0.113.6"), 300);
    history.seen(ip("2001:db8::5"), 250);
    const std::string text = history.to_text();
    EXPECT_EQ(text, "203.0.113.5 100 100\n203.0.113.6 300 300\n2001:db8::5 250 250\n");
    const auto back = AddressHistory::parse(text);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->to_text(), text);
    EXPECT_EQ(AddressHistory::parse("")->to_text(), "");
}

TEST(AddressHistory, RefusesBrokenText) {
    for (const auto* text :
         {"x", "203.0.113.5", "203.0.113.5 1", "203.0.113.5 5 4", "203.0.113.5 -1 4",
          "203.0.113.5 1 2 3", "127.1 1 2", "203.0.113.5 1 99999999999999999999", "\n",
          "203.0.113.5 1 9\n203.0.113.6 8 10\n"}) {
        EXPECT_FALSE(AddressHistory::parse(text)) << text;
    }
    const auto second = AddressHistory::parse("203.0.113.5 1 2\nbad\n");
    EXPECT_THAT(second.error().what, ::testing::HasSubstr("line 2"));
}

TEST(AddressHistory, KeepsTheNewestOfALongText) {
    std::string text;
    for (int i = 0; i < 300; ++i) {
        const std::string number = std::to_string(1000 + i);
        text += (i % 2 ? "203.0.113.5 " : "203.0.113.6 ") + number + " " + number + "\n";
    }
    const auto history = AddressHistory::parse(text);
    ASSERT_TRUE(history);
    EXPECT_EQ(history->spans(Family::v4).size(), kMaxSpans);
    EXPECT_EQ(history->spans(Family::v4).back().from, 1299);
}

}  // namespace
}  // namespace homeport::reach
