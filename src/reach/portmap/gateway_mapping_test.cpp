#include "reach/portmap/gateway_mapping.hpp"

#include "reach/portmap/fake_gateway.hpp"
#include "reach/portmap/limits.hpp"

#include <gmock/gmock.h>
#include <vector>

namespace homeport::reach {
namespace {

using ::testing::ElementsAre;
using testing::ip;
using testing::wish;
using Act = GatewayMapping::Act;
using Phase = MappingReport::Phase;

const Endpoint kExternal{ip("203.0.113.5"), 443};

GatewayAnswer grant(std::uint32_t lifetime_s, Endpoint external = kExternal) {
    return {.detail = {}, .external = external, .lifetime_s = lifetime_s};
}
GatewayAnswer refusal(MapFault fault, Duration pause = {}) {
    return {.fault = fault, .detail = "why", .external = {}, .pause = pause};
}

struct GatewayMappingTest : ::testing::Test {
    /// What was due in that time, "A"sk, "R"emove or "G"ave up, and when, in milliseconds.
    std::vector<std::string> run(Duration time) {
        std::vector<std::string> done;
        const TimePoint end = now + time;
        while (mapping.next_act() <= end) {
            now = std::max(now, mapping.next_act());
            const Act act = mapping.on_time(now);
            if (act == Act::nothing) continue;
            const char* const name = act == Act::ask ? "A" : act == Act::remove ? "R" : "G";
            done.push_back(name + std::to_string(to_ms(now - start)));
            if (act == Act::gave_up) mapping.give_up(MapFault::silent, "", now + 5min, now);
        }
        now = end;
        mapping.expire(now);
        return done;
    }
    Duration until_next() const { return mapping.next_act() - now; }

    const TimePoint start{1h};
    TimePoint now = start;
    GatewayMapping mapping{wish(1, 443, 443), MapProtocol::pcp, start};
};

TEST_F(GatewayMappingTest, TriesDoubleWithALittleSpreadThenItIsSilent) {
    const auto done = run(3min);
    ASSERT_EQ(done.size(), 10U);
    EXPECT_EQ(done[0], "A0");
    Duration at{};
    for (unsigned i = 1; i < done.size(); ++i) {
        const Duration pause = kGatewayFirstTry * (1 << (i - 1));
        const auto seen = std::chrono::milliseconds(std::stoll(done[i].substr(1)));
        EXPECT_GE(seen - at, pause - 1ms);
        EXPECT_LE(seen - at, pause * 11 / 10 + 1ms);
        at = seen;
    }
    EXPECT_EQ(done[9][0], 'G');
    EXPECT_EQ(mapping.report().fault, MapFault::silent);
    EXPECT_GT(mapping.report().retry_at, now);
    EXPECT_EQ(run(8min).size(), 4U);  // three tries only
}

TEST_F(GatewayMappingTest, RenewsBeforeHalfOfItsLife) {
    run(1s);
    mapping.on_answer(grant(7200), now);
    ASSERT_TRUE(mapping.mapped());
    EXPECT_EQ(mapping.report().expires, now + 2h);
    EXPECT_GE(until_next(), 45min);
    EXPECT_LE(until_next(), 1h);
    EXPECT_FALSE(run(1h).empty());
    mapping.on_answer(grant(7200), now);
    EXPECT_EQ(mapping.report().expires, now + 2h);
}

// Whatever number the router says, there is no busy loop and no mapping for ever.
TEST_F(GatewayMappingTest, LifetimesOfAllSizes) {
    run(1s);
    for (const std::uint32_t lifetime_s : {0U, 1U, 29U, 30U}) {
        mapping.lost(now);
        run(1ms);
        mapping.on_answer(grant(lifetime_s), now);
        EXPECT_EQ(mapping.report().fault, MapFault::garbage) << lifetime_s;
        EXPECT_GE(until_next(), kRefusedPause);
    }
    for (const std::uint32_t lifetime_s : {31U, 60U, 120U, 604800U, 0xffffffffU}) {
        mapping.lost(now);
        run(1ms);
        mapping.on_answer(grant(lifetime_s), now);
        ASSERT_TRUE(mapping.mapped()) << lifetime_s;
        EXPECT_GE(until_next(), kMinReask);
        EXPECT_LE(mapping.expires(), now + kMostLifetime);
    }
    EXPECT_LE(until_next(), 12h);
}

TEST_F(GatewayMappingTest, ItIsAskedForWithinBounds) {
    EXPECT_EQ(mapping.lifetime_to_ask(), 7200U);
    MappingWish extreme = wish(1, 443, 443);
    extreme.lifetime = Duration::max();
    EXPECT_EQ(GatewayMapping(extreme, MapProtocol::pcp, now).lifetime_to_ask(), 86400U);
    extreme.lifetime = -5s;
    EXPECT_EQ(GatewayMapping(extreme, MapProtocol::pcp, now).lifetime_to_ask(), 120U);
}

TEST_F(GatewayMappingTest, UnansweredRenewalKeepsItUntilItsEnd) {
    run(1s);
    mapping.on_answer(grant(7200), now);
    run(2h - 1s);
    EXPECT_TRUE(mapping.mapped());
    run(1s);
    EXPECT_EQ(mapping.report().phase, Phase::failed);
    EXPECT_EQ(mapping.report().fault, MapFault::silent);
    EXPECT_EQ(mapping.expires(), kNever);
}

TEST_F(GatewayMappingTest, PausesAfterRefusals) {
    const auto pause_after = [this](MapFault fault, Duration told = {}) {
        now = std::max(now, mapping.next_act() == kNever ? now : mapping.next_act());
        if (mapping.next_act() == kNever) mapping.look_again(now);
        EXPECT_EQ(mapping.on_time(now), Act::ask);
        mapping.on_answer(refusal(fault, told), now);
        EXPECT_EQ(mapping.report().retry_at, mapping.next_act());
        EXPECT_EQ(mapping.report().fault, fault);
        return mapping.next_act() == kNever ? Duration::max() : mapping.next_act() - now;
    };
    EXPECT_EQ(pause_after(MapFault::no_network), 30s);
    EXPECT_EQ(pause_after(MapFault::no_network), 60s);
    EXPECT_EQ(pause_after(MapFault::no_network), 120s);
    EXPECT_EQ(pause_after(MapFault::no_network), 240s);
    EXPECT_EQ(pause_after(MapFault::no_network), 5min);
    EXPECT_EQ(pause_after(MapFault::full), 30min);  // refused for long
    mapping.lost(now);
    EXPECT_EQ(pause_after(MapFault::full), 5min);
    EXPECT_EQ(pause_after(MapFault::full, 20min), 20min);
    EXPECT_EQ(pause_after(MapFault::conflict, std::chrono::seconds(0xffffffff)), 30min);
    EXPECT_EQ(pause_after(MapFault::not_authorized), Duration::max());
    EXPECT_EQ(pause_after(MapFault::unsupported), Duration::max());
}

TEST_F(GatewayMappingTest, AnotherPortIsGivenBackAndNotKept) {
    run(1ms);
    mapping.on_answer(grant(7200, {kExternal.address, 40000}), now);
    EXPECT_EQ(mapping.report().fault, MapFault::other_port);
    EXPECT_EQ(mapping.report().detail, "external port 40000 instead of 443");
    EXPECT_EQ(mapping.on_time(now), Act::remove);
    mapping.on_answer(grant(7200, {kExternal.address, 40000}), now);  // a late one
    EXPECT_EQ(mapping.report().fault, MapFault::other_port);
    mapping.on_answer(grant(0), now);
    EXPECT_EQ(mapping.next_act(), mapping.report().retry_at);
    EXPECT_EQ(until_next(), 5min);
}

TEST_F(GatewayMappingTest, DropDeletesUpToThreeTimesInASecond) {
    run(1ms);
    mapping.on_answer(grant(7200), now);
    mapping.drop(now);
    EXPECT_THAT(run(2s), ElementsAre("R1", "R334", "R667"));
    EXPECT_TRUE(mapping.removed());
    EXPECT_EQ(mapping.next_act(), kNever);
}

TEST_F(GatewayMappingTest, DropOfWhatWasNeverThereSendsNothing) {
    mapping.drop(now);
    EXPECT_TRUE(mapping.removed());
    GatewayMapping refused(wish(1, 443, 443), MapProtocol::pcp, now);
    refused.on_time(now);
    refused.on_answer(refusal(MapFault::not_authorized), now);
    refused.drop(now);
    EXPECT_TRUE(refused.removed());
}

TEST_F(GatewayMappingTest, RemakeDeletesThenAsks) {
    run(1ms);
    mapping.on_answer(grant(7200), now);
    mapping.remake(now);
    EXPECT_EQ(mapping.report().phase, Phase::asking);
    EXPECT_EQ(mapping.on_time(now), Act::remove);
    mapping.on_answer(grant(7200), now);  // of a renewal that was under way
    EXPECT_FALSE(mapping.mapped());
    mapping.on_answer(grant(0), now);
    EXPECT_EQ(mapping.on_time(now), Act::ask);
    mapping.on_answer(grant(0), now);  // the second answer to the delete
    EXPECT_EQ(mapping.report().phase, Phase::asking);
    mapping.on_answer(grant(7200), now);
    EXPECT_TRUE(mapping.mapped());
}

// What goes to all mappings leaves one alone that is about to be removed.
TEST_F(GatewayMappingTest, RemovalIsNotDisturbed) {
    run(1ms);
    mapping.on_answer(grant(7200), now);
    mapping.drop(now);
    mapping.look_again(now);
    mapping.lost(now);
    mapping.remake(now);
    mapping.give_up(MapFault::unsupported, "", kNever, now);
    EXPECT_TRUE(mapping.removing());
    EXPECT_EQ(mapping.on_time(now), Act::remove);
    mapping.on_answer(refusal(MapFault::not_authorized), now);
    EXPECT_TRUE(mapping.removed());
    EXPECT_EQ(mapping.report().detail, "why");
    mapping.look_again(now);
    mapping.lost(now);
    EXPECT_EQ(mapping.next_act(), kNever);
}

}  // namespace
}  // namespace homeport::reach
