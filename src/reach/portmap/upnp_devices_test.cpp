#include "reach/portmap/upnp_devices.hpp"

#include "reach/portmap/limits.hpp"
#include "reach/portmap/upnp_testing.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using namespace testing;

/// Devices that answer at once, without time in between.
class UpnpDevicesTest : public ::testing::Test, public MachineOutput {
protected:
    void send(const Endpoint&, Bytes) override {}
    void call(HttpCall call) override { open.push_back(std::move(call)); }
    void report(const MappingReport&) override {}
    void report(const RouterReport&) override {}

    void find(FakeIgd& from, const std::string& path = "/desc.xml") {
        UpnpFound found;
        found.location = {from.at(), path};
        found.uuid = from.uuid;
        found.boot_id = from.boot_id;
        found.gateway = options.is_gateway(from.at().address);
        restarted = devices.found(found, now);
        settle();
    }
    void settle() {
        devices.on_time(now);
        while (!open.empty()) {
            const HttpCall call = std::move(open.front());
            open.erase(open.begin());
            ++answered;
            Result<HttpReply> reply = fail(Errc::unreachable, "nobody");
            for (FakeIgd* one : routers) {
                if (one->serves(call.to)) {
                    reply = one->answer(call, now).value_or(fail(Errc::timed_out, "silence"));
                }
            }
            calls.on_reply(call.id, reply, now);
        }
    }
    void wait(Duration time) {
        const TimePoint end = now + time;
        while (devices.deadline() <= end) {
            now = std::max(now, devices.deadline());
            settle();
        }
        now = end;
    }

    UpnpOptions options = home_options();
    TimePoint now = TimePoint{} + Duration{1h};
    UpnpCalls calls{*this};
    UpnpDevices devices{options, calls};
    FakeIgd router;
    FakeIgd other{"192.168.1.3:5000"};
    std::vector<FakeIgd*> routers{&router, &other};
    std::vector<HttpCall> open;
    std::size_t answered = 0;
    bool restarted = false;
};

TEST_F(UpnpDevicesTest, ReadsAndAsksForTheState) {
    find(router);
    EXPECT_TRUE(devices.take_changed());
    EXPECT_FALSE(devices.take_changed());
    const UpnpCandidate* best = devices.best_connection(nullptr);
    ASSERT_NE(best, nullptr);
    EXPECT_TRUE(best->connected && best->gateway);
    EXPECT_EQ(best->external, ip("203.0.113.7"));
    EXPECT_EQ(best->uptime_seconds, 3600U);
    EXPECT_EQ(devices.best_firewall(), nullptr);
    EXPECT_EQ(devices.deadline(), kNever);
}

TEST_F(UpnpDevicesTest, OnlyWatchedOnesAreAskedAgain) {
    find(router);
    find(other);
    devices.watch({devices.best_connection(nullptr)->device});
    answered = 0;
    wait(Duration{1h});
    EXPECT_EQ(answered, 2U * 30);
}

TEST_F(UpnpDevicesTest, ThreeSilentRoundsAreTheEnd) {
    find(router);
    devices.watch({devices.best_connection(nullptr)->device});
    router.odd.dead = true;
    wait(kUpnpPollInterval + kUpnpSuspectRetry);
    EXPECT_NE(devices.best_connection(nullptr), nullptr);
    wait(kUpnpSuspectRetry);
    EXPECT_EQ(devices.best_connection(nullptr), nullptr);
    // From then on it is read anew, less and less often.
    answered = 0;
    wait(Duration{24h});
    EXPECT_LT(answered, 70U);
    router.odd.dead = false;
    wait(kUpnpDeviceRetryMax);
    EXPECT_NE(devices.best_connection(nullptr), nullptr);
}

TEST_F(UpnpDevicesTest, TheCurrentOneStaysAmongEquals) {
    router.odd.external = "10.0.0.1";
    FakeIgd better("192.168.1.1:5001");
    better.uuid = "better";
    routers.push_back(&better);
    find(router);
    const UpnpCandidate current = *devices.best_connection(nullptr);
    find(better);
    EXPECT_NE(devices.best_connection(nullptr)->device, current.device);
    EXPECT_EQ(devices.best_connection(&current)->device, current.device);
    router.odd.status = "Disconnected";
    devices.look_again(now);
    settle();
    EXPECT_NE(devices.best_connection(&current)->device, current.device);
}

TEST_F(UpnpDevicesTest, AnotherBootIsARestart) {
    find(router);
    EXPECT_FALSE(restarted);
    find(router);
    EXPECT_FALSE(restarted);
    ++router.boot_id;
    find(router, "/desc2.xml");
    EXPECT_TRUE(restarted);
}

TEST_F(UpnpDevicesTest, StrangersDoNotCrowdOutTheGateway) {
    std::vector<std::unique_ptr<FakeIgd>> many;
    for (int i = 30; i < 60; ++i) {
        many.push_back(std::make_unique<FakeIgd>("192.168.1." + std::to_string(i) + ":80"));
        many.back()->uuid = std::to_string(i);
        routers.push_back(many.back().get());
        find(*many.back());
    }
    find(router);
    ASSERT_NE(devices.best_connection(nullptr), nullptr);
    EXPECT_TRUE(devices.best_connection(nullptr)->gateway);
    std::size_t useful = 0;
    for (const auto& one : many) useful += one->log.empty() ? 0 : 1;
    EXPECT_EQ(useful, kMaxUpnpDevices);
}

TEST_F(UpnpDevicesTest, FirewallsSayWhatTheyAllow) {
    router.odd.firewall = true;
    router.odd.pinholes_allowed = false;
    find(router);
    ASSERT_NE(devices.best_firewall(), nullptr);
    EXPECT_TRUE(devices.best_firewall()->firewall_on);
    EXPECT_FALSE(devices.best_firewall()->pinholes_allowed);
}

}  // namespace
}  // namespace homeport::reach
