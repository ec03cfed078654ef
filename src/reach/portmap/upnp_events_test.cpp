#include "reach/portmap/upnp_events.hpp"

#include "reach/portmap/limits.hpp"
#include "reach/portmap/upnp_testing.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using namespace testing;

class UpnpEventsTest : public ::testing::Test, public MachineOutput {
protected:
    void send(const Endpoint&, Bytes) override {}
    void call(HttpCall call) override { open.push_back(std::move(call)); }
    void report(const MappingReport&) override {}
    void report(const RouterReport&) override {}

    HttpCall take() {
        if (open.empty()) return {};
        HttpCall call = std::move(open.front());
        open.erase(open.begin());
        return call;
    }
    void grant(const HttpCall& call, const std::string& sid) {
        calls.on_reply(call.id, HttpReply{200, {{"sid", sid}, {"timeout", "Second-600"}}, {}}, now);
    }
    void refuse(const HttpCall& call) { calls.on_reply(call.id, HttpReply{412, {}, {}}, now); }

    TimePoint now = TimePoint{} + Duration{1h};
    std::vector<HttpCall> open;
    UpnpCalls calls{*this};
    UpnpEvents events{"http://192.168.1.20:1/x", calls};
    HttpUrl place = HttpUrl::parse("http://192.168.1.1:5000/evt").value();
};

TEST_F(UpnpEventsTest, SubscribesAndRenewsAtHalfTime) {
    events.follow(place, now);
    events.on_time(now);
    const HttpCall first = take();
    EXPECT_EQ(first.method, "SUBSCRIBE");
    EXPECT_EQ(first.fields.front().second, "<http://192.168.1.20:1/x>");
    grant(first, "uuid:1");
    EXPECT_TRUE(events.is_ours("uuid:1"));
    EXPECT_FALSE(events.is_ours(""));
    EXPECT_EQ(events.deadline(), now + 300s);
    now = events.deadline();
    events.on_time(now);
    const HttpCall second = take();
    EXPECT_EQ(second.fields.front(), (std::pair<std::string, std::string>{"SID", "uuid:1"}));
    // The router forgot it: a new one at once, and if that is refused, later.
    refuse(second);
    events.on_time(now);
    const HttpCall third = take();
    EXPECT_EQ(third.fields.front().first, "CALLBACK");
    refuse(third);
    EXPECT_EQ(events.deadline(), now + kUpnpSubscribeRetry);
}

TEST_F(UpnpEventsTest, EndsWhatIsNotFollowedAnyMore) {
    events.follow(place, now);
    events.on_time(now);
    grant(take(), "uuid:1");
    events.follow(std::nullopt, now);
    const HttpCall end = take();
    EXPECT_EQ(end.method, "UNSUBSCRIBE");
    EXPECT_EQ(end.fields.front().second, "uuid:1");
    EXPECT_FALSE(events.is_ours("uuid:1"));
    EXPECT_EQ(events.deadline(), kNever);
}

TEST_F(UpnpEventsTest, AGrantThatComesTooLateIsGivenBack) {
    events.follow(place, now);
    events.on_time(now);
    const HttpCall first = take();
    events.follow(std::nullopt, now);
    grant(first, "uuid:1");
    EXPECT_EQ(take().method, "UNSUBSCRIBE");
    EXPECT_FALSE(events.is_ours("uuid:1"));
}

TEST_F(UpnpEventsTest, NothingWithoutACallback) {
    UpnpEvents none("", calls);
    none.follow(place, now);
    none.on_time(now);
    EXPECT_TRUE(open.empty());
    EXPECT_EQ(none.deadline(), kNever);
}

}  // namespace
}  // namespace homeport::reach
