#include "dns/transfer/secondary_watch.hpp"

#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace homeport::dns {
namespace {

using ::testing::ElementsAre;
using Kind = WatchAction::Kind;

struct SecondaryWatchTest : ::testing::Test {
    /// Lets the time pass; tells what was sent, "N" or "S", and when, in milliseconds.
    std::vector<std::string> run(Duration time) {
        std::vector<std::string> sent;
        const TimePoint end = now + time;
        while (true) {
            const WatchAction action = watch.poll(now, next_id);
            if (action.kind != Kind::none) {
                ++next_id;
                (action.kind == Kind::notify ? notify_id : ask_id) = action.id;
                sent.push_back((action.kind == Kind::notify ? "N" : "S") +
                               std::to_string(to_ms(now - start)));
                continue;
            }
            if (watch.deadline() > end) break;
            now = std::max(now, watch.deadline());
        }
        now = end;
        return sent;
    }

    const TimePoint start = TimePoint(1000s);
    TimePoint now = start;
    std::uint16_t next_id = 100;
    std::uint16_t notify_id = 0;
    std::uint16_t ask_id = 0;
    SecondaryWatch watch;
};

TEST_F(SecondaryWatchTest, TellsAndAsksOnce) {
    EXPECT_EQ(watch.deadline(), kNever);
    watch.publish(5, now);
    EXPECT_EQ(watch.behind_since(), start);
    EXPECT_THAT(run(20ms), ElementsAre("N0"));
    EXPECT_TRUE(watch.on_notify_reply(notify_id, now));
    EXPECT_THAT(run(1s), ElementsAre("S1000"));
    EXPECT_TRUE(watch.on_soa_reply(ask_id, 5, now));
    EXPECT_EQ(watch.deadline(), kNever);
    EXPECT_EQ(watch.behind_since(), kNever);
    EXPECT_EQ(watch.serial(), 5U);
    watch.publish(5, now);
    EXPECT_EQ(watch.deadline(), kNever);
}

// RFC 1996 section 3.6: repeated with growing pauses; then seldom, until the secondary is back.
TEST_F(SecondaryWatchTest, TriesAgainWithPauses) {
    watch.publish(5, now);
    std::vector<std::string> told;
    for (const std::string& sent : run(20min))
        if (sent[0] == 'N') told.push_back(sent);
    EXPECT_THAT(told, ElementsAre("N0", "N1000", "N3000", "N7000", "N15000", "N31000", "N63000",
                                  "N123000", "N423000", "N723000", "N1023000"));
    EXPECT_TRUE(watch.on_notify_reply(notify_id, now));
    EXPECT_EQ(watch.deadline(), now + kAskAfter);
    EXPECT_THAT(run(1s), ElementsAre("S1201000"));
    EXPECT_TRUE(watch.on_soa_reply(ask_id, 5, now));
    EXPECT_EQ(watch.deadline(), kNever);
}

// One that answers but does not transfer is told again, with growing pauses.
TEST_F(SecondaryWatchTest, StuckOneIsToldAgain) {
    watch.publish(5, now);
    std::vector<std::string> told;
    for (int i = 0; i < 6000; ++i) {
        for (const std::string& sent : run(100ms)) {
            if (sent[0] == 'N') told.push_back(sent);
            if (sent[0] == 'N') watch.on_notify_reply(notify_id, now);
            if (sent[0] == 'S') watch.on_soa_reply(ask_id, 3, now);
        }
    }
    EXPECT_THAT(told,
                ElementsAre("N0", "N9000", "N17000", "N33000", "N65000", "N125000", "N425000"));
    EXPECT_EQ(watch.behind_since(), start + 1s);
}

// So is one that was told but has no answer to questions yet; once it moves, all is as ever.
TEST_F(SecondaryWatchTest, WhoDroppedWhatItWasToldIsToldAgain) {
    watch.publish(5, now);
    run(20ms);
    EXPECT_TRUE(watch.on_notify_reply(notify_id, now));
    EXPECT_THAT(run(7900ms), ElementsAre("S1000", "S2000", "S4000"));
    EXPECT_THAT(run(100ms), ElementsAre("S8000", "N8000"));
    EXPECT_TRUE(watch.on_notify_reply(notify_id, now));
    EXPECT_TRUE(watch.on_soa_reply(ask_id, 5, now));
    EXPECT_EQ(watch.deadline(), kNever);
}

TEST_F(SecondaryWatchTest, FastSerialsAreToldTogether) {
    watch.publish(5, now);
    run(10ms);
    for (std::uint32_t serial = 6; serial < 20; ++serial) {
        watch.publish(serial, now);
        EXPECT_THAT(run(1ms), ElementsAre());  // one is under way
    }
    watch.on_notify_reply(notify_id, now);
    EXPECT_THAT(run(300ms), ElementsAre("N200"));
    watch.on_notify_reply(notify_id, now);
    EXPECT_THAT(run(300ms), ElementsAre());
    watch.publish(20, now);
    EXPECT_THAT(run(10ms), ElementsAre("N624"));
}

// The question goes out in time although serials keep coming.
TEST_F(SecondaryWatchTest, SteadyChangesDoNotPutTheQuestionOff) {
    std::size_t asked = 0;
    for (std::uint32_t serial = 1; serial <= 1000; ++serial) {
        watch.publish(serial, now);
        for (const std::string& what : run(10ms)) {
            if (what[0] == 'N') watch.on_notify_reply(notify_id, now);
            if (what[0] != 'S') continue;
            ++asked;
            watch.on_soa_reply(ask_id, serial - 3, now);
        }
        EXPECT_LE(now - watch.behind_since(), 1100ms);
    }
    EXPECT_GE(asked, 9U);
    EXPECT_LE(asked, 11U);
}

TEST_F(SecondaryWatchTest, ProgressIsSeen) {
    watch.publish(10, now);
    run(1s);
    watch.on_notify_reply(notify_id, now);
    watch.on_soa_reply(ask_id, 5, now);
    EXPECT_EQ(watch.behind_since(), now);
    run(1s);
    const TimePoint moved = now;
    watch.on_soa_reply(ask_id, 7, now);
    EXPECT_EQ(watch.behind_since(), moved);
    run(1s);
    watch.on_soa_reply(ask_id, 7, now);
    EXPECT_EQ(watch.behind_since(), moved);
    EXPECT_EQ(watch.serial(), 7U);
}

TEST_F(SecondaryWatchTest, OnlyOpenRequestsHaveReplies) {
    EXPECT_FALSE(watch.on_notify_reply(0, now));
    EXPECT_FALSE(watch.on_soa_reply(0, 9, now));
    watch.publish(5, now);
    run(10ms);
    EXPECT_FALSE(watch.on_notify_reply(notify_id + 1, now));
    EXPECT_TRUE(watch.on_notify_reply(notify_id, now));
    EXPECT_FALSE(watch.on_notify_reply(notify_id, now));
    EXPECT_FALSE(watch.on_soa_reply(ask_id, 5, now));
    EXPECT_FALSE(watch.serial());
}

// A reply that is slower than the first pause still counts.
TEST_F(SecondaryWatchTest, TriesInARowHaveOneId) {
    watch.publish(5, now);
    run(10ms);
    const std::uint16_t first = notify_id;
    run(5s);
    EXPECT_EQ(notify_id, first);
    EXPECT_TRUE(watch.on_notify_reply(first, now));
}

// RFC 1982: after the largest serial comes the smallest.
TEST_F(SecondaryWatchTest, SerialsWrapAround) {
    watch.publish(0xffffffff, now);
    run(1s);
    watch.on_notify_reply(notify_id, now);
    watch.on_soa_reply(ask_id, 0xffffffff, now);
    watch.publish(1, now);
    EXPECT_EQ(watch.behind_since(), now);
    run(1s);
    watch.on_soa_reply(ask_id, 2, now);
    EXPECT_EQ(watch.behind_since(), kNever);
}

}  // namespace
}  // namespace homeport::dns
