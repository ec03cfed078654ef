#include "app/settings_change.hpp"

#include <gmock/gmock.h>

namespace homeport::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SettingsChange, SameIsNothing) {
    EXPECT_THAT(compare(config::Relay{}, config::Relay{}).changed, IsEmpty());
    EXPECT_THAT(compare(config::Relay{}, config::Relay{}).restart, IsEmpty());
    EXPECT_THAT(compare(config::Agent{}, config::Agent{}).changed, IsEmpty());
}

TEST(SettingsChange, RelaySaysWhatNeedsARestart) {
    config::Relay next;
    next.log_level = Level::debug;
    next.park.wait = 1s;
    next.resume.window = 1s;
    const ReloadReport report = compare(config::Relay{}, next);
    EXPECT_THAT(report.changed, ElementsAre("log.level"));
    EXPECT_THAT(report.restart, ElementsAre("park.wait", "resume.window"));
}

// What the name server makes of its settings is made at its start.
TEST(SettingsChange, OfDnsOnlyZonesChangeAtOnce) {
    config::Relay now;
    now.zones = {{.name = "a.test", .text = "@ TXT a"}, {.name = "b.test", .sign = true}};
    config::Relay next = now;
    next.zones[0].text = "@ TXT b";
    EXPECT_THAT(compare(now, next).changed, ElementsAre("zone"));
    EXPECT_THAT(compare(now, next).restart, IsEmpty());

    next = now;
    next.zones[0].sign = true;
    next.zones[1].sign = false;
    next.keys.resize(1);
    next.secondaries.resize(1);
    next.names.emplace();
    next.dns.emplace();
    EXPECT_THAT(compare(now, next).changed, IsEmpty());
    EXPECT_THAT(compare(now, next).restart, ElementsAre("zone.sign (a.test)", "zone.sign (b.test)",
                                                        "dns", "key", "secondary", "names"));
    // What is in force after that is not what stands in the file: the next reload says so again.
    now.zones = with_signing_of(now.zones, next.zones);
    EXPECT_THAT(compare(now, next).restart, testing::Contains("zone.sign (a.test)"));
}

TEST(SettingsChange, ANewZoneIsSignedAfterARestart) {
    config::Relay next;
    next.zones = {{.name = "a.test", .sign = true}};
    EXPECT_THAT(compare(config::Relay{}, next).changed, ElementsAre("zone"));
    EXPECT_THAT(compare(config::Relay{}, next).restart, ElementsAre("zone.sign (a.test)"));
}

TEST(SettingsChange, ServicesAreNamed) {
    config::Agent now, next;
    now.services.resize(2);
    now.services[0].name = "web";
    now.services[1].name = "ssh";
    next.services.resize(2);
    next.services[0].name = "web";
    next.services[0].target.host = "192.0.2.1";
    next.services[1].name = "mail";
    EXPECT_THAT(
        compare(now, next).changed,
        ElementsAre("service.web (changed)", "service.mail (new)", "service.ssh (removed)"));
}

}  // namespace
}  // namespace homeport::app
