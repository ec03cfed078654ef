#include "reach/portmap/upnp_wish.hpp"

#include "reach/portmap/limits.hpp"
#include "reach/portmap/upnp_testing.hpp"

#include <gtest/gtest.h>

#include <string>

namespace homeport::reach {
namespace {

using namespace testing;

/// Steps by hand: what is asked now, and what comes of an answer.
class UpnpWishTest : public ::testing::Test {
protected:
    std::string next() {
        const auto call = wish.next(quirks, now);
        if (!call) return "";
        last = *call;
        return call->action;
    }
    void answer(int code, std::vector<std::pair<std::string, std::string>> values = {}) {
        wish.on_outcome({SoapAnswer{code, "", std::move(values)}, MapFault::none, {}}, quirks, now);
    }
    void listed(const std::string& lease, const std::string& client = "192.168.1.20") {
        answer(0, {{"NewInternalClient", client},
                   {"NewInternalPort", "443"},
                   {"NewEnabled", "1"},
                   {"NewLeaseDuration", lease}});
    }
    void silence() { wish.on_outcome({{}, MapFault::silent, "no reply"}, quirks, now); }
    void become_mapped(const std::string& lease = "7200") {
        ASSERT_EQ(next(), "AddPortMapping");
        answer(0);
        ASSERT_EQ(next(), "GetSpecificPortMappingEntry");
        listed(lease);
        ASSERT_EQ(wish.report().phase, Phase::mapped);
    }

    TimePoint now = TimePoint{} + Duration{1h};
    UpnpQuirks quirks;
    UpnpWish wish{testing::wish(1), "", now};
    SoapCall last;
};

TEST_F(UpnpWishTest, BelievesWhatIsListed) {
    EXPECT_EQ(next(), "AddPortMapping");
    EXPECT_EQ(next(), "");
    answer(0);
    EXPECT_EQ(wish.report().phase, Phase::asking);
    EXPECT_EQ(next(), "GetSpecificPortMappingEntry");
    listed("7200");
    EXPECT_EQ(wish.report().phase, Phase::mapped);
    EXPECT_EQ(wish.report().expires, now + 7200s);
    EXPECT_EQ(next(), "");
}

TEST_F(UpnpWishTest, ShorterLeasesThanWishedAreKeptTo) {
    become_mapped("600");
    EXPECT_EQ(wish.report().expires, now + 600s);
    now = wish.due();
    EXPECT_LT(now + 300s, wish.report().expires);
    EXPECT_EQ(next(), "AddPortMapping");
}

TEST_F(UpnpWishTest, AcceptedButTakenByAnotherIsNotMapped) {
    EXPECT_EQ(next(), "AddPortMapping");
    answer(0);
    EXPECT_EQ(next(), "GetSpecificPortMappingEntry");
    listed("7200", "192.168.1.99");
    EXPECT_EQ(wish.report().fault, MapFault::conflict);
    EXPECT_EQ(wish.report().retry_at, now + kUpnpWishRetry);
}

TEST_F(UpnpWishTest, AListThatComesLateIsLookedAtAgain) {
    EXPECT_EQ(next(), "AddPortMapping");
    answer(0);
    EXPECT_EQ(next(), "GetSpecificPortMappingEntry");
    answer(714);
    EXPECT_EQ(next(), "");
    now += kUpnpLookAgain;
    EXPECT_EQ(next(), "GetSpecificPortMappingEntry");
    listed("7200");
    EXPECT_EQ(wish.report().phase, Phase::mapped);
}

TEST_F(UpnpWishTest, AFailedRenewalIsNoLossUntilTheEnd) {
    become_mapped("600");
    const TimePoint ends = wish.report().expires;
    while (now < ends) {
        now = wish.due();
        if (now >= ends) break;
        ASSERT_NE(next(), "");
        silence();
        ASSERT_EQ(wish.report().phase, Phase::mapped);
    }
    EXPECT_EQ(next(), "AddPortMapping");
    EXPECT_EQ(wish.report().phase, Phase::failed);
    EXPECT_EQ(wish.report().fault, MapFault::silent);
    EXPECT_EQ(wish.report().detail, "no reply");
}

TEST_F(UpnpWishTest, RefusalsAreAskedAgainLaterAndLater) {
    Duration before{};
    for (int i = 0; i < 8; ++i) {
        now = wish.due();
        EXPECT_EQ(next(), "AddPortMapping");
        answer(606);
        EXPECT_EQ(wish.report().fault, MapFault::not_authorized);
        const Duration pause = wish.report().retry_at - now;
        EXPECT_GE(pause, before);
        before = pause;
    }
    EXPECT_EQ(before, kUpnpWishRetryMax);
}

TEST_F(UpnpWishTest, AnotherWishMayHaveFoundTheLeaseAlready) {
    EXPECT_EQ(next(), "AddPortMapping");
    quirks.lease = UpnpQuirks::Lease::permanent;
    answer(725);
    EXPECT_EQ(next(), "AddPortMapping");
    EXPECT_EQ(last.arguments.back().second, "0");
    EXPECT_EQ(quirks.lease, UpnpQuirks::Lease::permanent);
}

TEST_F(UpnpWishTest, DropBeforeAnythingWasAskedNeedsNoCall) {
    wish.drop(now);
    EXPECT_TRUE(wish.gone());
    EXPECT_EQ(wish.due(), kNever);
}

TEST_F(UpnpWishTest, DropWhileAskingLooksFirst) {
    EXPECT_EQ(next(), "AddPortMapping");
    wish.drop(now);
    EXPECT_FALSE(wish.gone());
    silence();
    EXPECT_EQ(next(), "GetSpecificPortMappingEntry");
    listed("7200", "192.168.1.99");
    EXPECT_TRUE(wish.gone());
}

TEST_F(UpnpWishTest, RemovalIsTriedAFewTimes) {
    become_mapped();
    wish.drop(now);
    for (int i = 0; i < kUpnpRemoveTries; ++i) {
        now = wish.due();
        EXPECT_EQ(next(), "DeletePortMapping");
        silence();
    }
    EXPECT_TRUE(wish.gone());
}

TEST_F(UpnpWishTest, RemakeDuringACallWaitsForItsEnd) {
    become_mapped();
    wish.look_soon(now);
    EXPECT_EQ(next(), "GetSpecificPortMappingEntry");
    wish.remake(now);
    EXPECT_EQ(next(), "");
    listed("7200");
    EXPECT_EQ(wish.report().phase, Phase::asking);
    EXPECT_EQ(next(), "DeletePortMapping");
    answer(714);
    EXPECT_EQ(next(), "AddPortMapping");
}

// Removed to be made anew, and then it cannot be made: it is not there any more.
TEST_F(UpnpWishTest, AReplacementThatFailsIsNotMapped) {
    quirks.no_extension = true;
    become_mapped("600");
    while (next() != "DeletePortMapping") {
        if (wish.due() == kNever) listed("600");
        now = std::max(now, wish.due());
    }
    EXPECT_EQ(now, TimePoint{} + Duration{1h} + 600s - kUpnpReplaceBefore);
    answer(0);
    EXPECT_EQ(next(), "AddPortMapping");
    silence();
    EXPECT_EQ(wish.report().phase, Phase::failed);
}

TEST_F(UpnpWishTest, NoRouterMeansNoCalls) {
    become_mapped();
    wish.give_up(MapFault::silent, "nobody answers", now + 15s);
    EXPECT_EQ(wish.report().phase, Phase::failed);
    EXPECT_EQ(wish.report().retry_at, now + 15s);
    EXPECT_EQ(wish.due(), kNever);
    wish.begin_anew(now);
    EXPECT_EQ(next(), "AddPortMapping");
}

}  // namespace
}  // namespace homeport::reach
