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
