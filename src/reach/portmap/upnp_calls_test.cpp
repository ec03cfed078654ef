#include "reach/portmap/upnp_calls.hpp"

#include "reach/portmap/limits.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace homeport::reach {
namespace {

struct Output final : MachineOutput {
    void send(const Endpoint&, Bytes) override {}
    void call(HttpCall call) override { left.push_back(call); }
    void report(const MappingReport&) override {}
    void report(const RouterReport&) override {}
    std::vector<HttpCall> left;
};

class UpnpCallsTest : public ::testing::Test {
protected:
    void ask(const std::string& name, UpnpCalls::Kind kind = UpnpCalls::Kind::question) {
        calls.ask(
            {{}, {}, "GET", name, {}, {}}, kind,
            [this, name](const Result<HttpReply>& reply, TimePoint) {
                ends.push_back(name + (reply ? " " + std::to_string(reply->status) : " -"));
            },
            now);
    }
    std::vector<std::string> left() const {
        std::vector<std::string> paths;
        for (const HttpCall& call : output.left) paths.push_back(call.path);
        return paths;
    }
    void reply(std::size_t index) {
        calls.on_reply(output.left[index].id, HttpReply{200, {}, {}}, now);
    }

    Output output;
    UpnpCalls calls{output};
    TimePoint now = TimePoint{} + Duration{1h};
    std::vector<std::string> ends;
};

using Names = std::vector<std::string>;

TEST_F(UpnpCallsTest, FewAtOnceAndInOrder) {
    for (const auto* const name : {"1", "2", "3", "4", "5"}) ask(name);
    EXPECT_EQ(left(), (Names{"1", "2", "3", "4"}));
    reply(1);
    EXPECT_EQ(left(), (Names{"1", "2", "3", "4", "5"}));
    EXPECT_EQ(ends, Names{"2 200"});
    EXPECT_FALSE(calls.idle());
}

TEST_F(UpnpCallsTest, ChangesOneAfterTheOther) {
    ask("c1", UpnpCalls::Kind::change);
    ask("c2", UpnpCalls::Kind::change);
    ask("q");
    EXPECT_EQ(left(), (Names{"c1", "q"}));
    reply(0);
    EXPECT_EQ(left(), (Names{"c1", "q", "c2"}));
}

TEST_F(UpnpCallsTest, EveryCallEndsAndLateRepliesAreIgnored) {
    ask("1");
    EXPECT_EQ(calls.deadline(), now + kUpnpCallTimeout);
    now = calls.deadline();
    calls.on_time(now);
    EXPECT_EQ(ends, Names{"1 -"});
    reply(0);
    EXPECT_EQ(ends.size(), 1U);
    EXPECT_TRUE(calls.idle());
    EXPECT_EQ(calls.deadline(), kNever);
}

TEST_F(UpnpCallsTest, LongRepliesAreErrors) {
    ask("1");
    calls.on_reply(output.left[0].id, HttpReply{200, {}, std::string(kMaxHttpReplyBytes + 1, 'x')},
                   now);
    EXPECT_EQ(ends, Names{"1 -"});
}

TEST_F(UpnpCallsTest, TheLongRunIsLimited) {
    const TimePoint began = now;
    for (int i = 0; i < 10'000; ++i) ask(std::to_string(i));
    std::size_t answered = 0;
    while (now < began + Duration{10min}) {
        while (answered < output.left.size()) reply(answered++);
        now = std::max(now, calls.deadline());
        calls.on_time(now);
    }
    EXPECT_NEAR(static_cast<double>(output.left.size()), kUpnpCallBurst + 600.0, 5.0);
}

}  // namespace
}  // namespace homeport::reach
