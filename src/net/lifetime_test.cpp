#include "net/lifetime.hpp"

#include <gtest/gtest.h>
#include <memory>

namespace homeport::net {
namespace {

TEST(Lifetime, OutlivesTheCall) {
    Lifetime lifetime;
    const Lifetime::Watch watch(lifetime);
    EXPECT_FALSE(watch.over());
}

// Destroyed in the innermost of two calls: both hear of it.
TEST(Lifetime, EndsInANestedCall) {
    auto lifetime = std::make_unique<Lifetime>();
    const Lifetime::Watch outer(*lifetime);
    {
        const Lifetime::Watch inner(*lifetime);
        lifetime.reset();
        EXPECT_TRUE(inner.over());
        EXPECT_FALSE(outer.over()) << "not told before the inner call is done";
    }
    EXPECT_TRUE(outer.over());
}

// A call that has ended is not told, the one around it is.
TEST(Lifetime, EndsAfterANestedCall) {
    auto lifetime = std::make_unique<Lifetime>();
    const Lifetime::Watch outer(*lifetime);
    {
        const Lifetime::Watch inner(*lifetime);
    }
    lifetime.reset();
    EXPECT_TRUE(outer.over());
}

}  // namespace
}  // namespace homeport::net
