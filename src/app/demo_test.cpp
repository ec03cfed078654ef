#include "app/demo.hpp"

#include "cli/testing.hpp"
#include "config/load.hpp"

#include <gtest/gtest.h>

namespace homeport::app {
namespace {

// What the demo writes is good settings, so that `homeport status --config` works with them.
TEST(Demo, WritesGoodSettings) {
    const cli::TempDir dir;
    const Endpoint listen = Endpoint::parse("127.0.0.1:8080").value();
    const Endpoint link = Endpoint::parse("127.0.0.1:4711").value();
    const auto relay =
        config::load_relay(dir.write("relay.toml", demo_relay_toml(dir / "a \"b\\", listen, link)));
    ASSERT_TRUE(relay) << relay.error().front().to_string();
    EXPECT_EQ(relay->front.http.at(0), listen);
    EXPECT_EQ(relay->listen.at(0), link);
    EXPECT_EQ(relay->state_dir, dir / "a \"b\\/relay");
    const auto agent = config::load_agent(dir.write(
        "agent.toml", demo_agent_toml(dir.path(), Endpoint::parse("192.0.2.7:80").value(), link)));
    ASSERT_TRUE(agent) << agent.error().front().to_string();
    EXPECT_EQ(agent->services.at(0).hosts.back().text(), "192.0.2.7");
}

}  // namespace
}  // namespace homeport::app
