#include "app/drain.hpp"

#include "app/testing.hpp"

#include <gtest/gtest.h>

namespace homeport::app {
namespace {

class FakeRole final : public Role {
public:
    ReloadReport reload() override { return {}; }
    void begin_stop() override { ++stops; }
    std::size_t running() const override { return visitors; }

    std::size_t visitors = 0;
    int stops = 0;
};

class DrainTest : public testing::Test {
protected:
    ManualLoop loop;
    FakeRole role;
    bool over = false;
};

TEST_F(DrainTest, WaitsForRunningVisitors) {
    role.visitors = 1;
    const Drain drain(loop, role, [this] { over = true; });
    EXPECT_EQ(role.stops, 1);
    loop.pass(5s);
    EXPECT_FALSE(over);
    role.visitors = 0;
    loop.pass(1s);
    EXPECT_TRUE(over);
}

TEST_F(DrainTest, EndsAfterTenSeconds) {
    role.visitors = 1;
    const Drain drain(loop, role, [this] { over = true; });
    loop.pass(9s);
    EXPECT_FALSE(over);
    loop.pass(1s);
    EXPECT_TRUE(over);
}

}  // namespace
}  // namespace homeport::app
