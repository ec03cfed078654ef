#include "reach/service/second_router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using testing::SizeIs;
using Phase = UnitReport::Phase;
using Hops = std::vector<std::optional<IpAddress>>;

IpAddress ip(const char* text) {
    return IpAddress::parse(text).value();
}

TEST(SecondRouter, IsThePrivateSecondHopBehindAPrivateAddress) {
    const Hops hops{ip("192.168.1.1"), ip("192.168.0.1"), ip("203.0.113.1")};
    EXPECT_EQ(find_second_router(hops, ip("192.168.0.5")), ip("192.168.0.1"));
    EXPECT_EQ(find_second_router(hops, ip("203.0.113.5")), std::nullopt) << "providers route so";
    EXPECT_EQ(find_second_router(hops, ip("100.64.0.5")), std::nullopt) << "the provider's";
    EXPECT_EQ(find_second_router(hops, IpAddress()), std::nullopt);
    EXPECT_EQ(find_second_router({ip("192.168.1.1"), std::nullopt}, ip("192.168.0.5")),
              std::nullopt);
    EXPECT_EQ(find_second_router({ip("192.168.1.1"), ip("203.0.113.1")}, ip("192.168.0.5")),
              std::nullopt);
    EXPECT_EQ(find_second_router({}, ip("192.168.0.5")), std::nullopt);
}

PortUnit unit(const std::string& name) {
    PortUnit made{.name = name, .ports = {}};
    made.ports.push_back({.external = 443, .internal = {ip("192.168.1.10"), 50000}});
    return made;
}

UnitReport report(const std::string& name, Phase phase) {
    UnitReport made;
    made.name = name;
    made.phase = phase;
    return made;
}

TEST(SecondRouter, IsAskedForWhatTheFirstOneHasOpened) {
    const auto wanted = second_units({unit("a"), unit("b"), unit("c")},
                                     {report("a", Phase::asking), report("b", Phase::mapped)});
    ASSERT_THAT(wanted, SizeIs(1));
    EXPECT_EQ(wanted.front().name, "b");
    EXPECT_EQ(wanted.front().ports.front().internal.port, 443) << "of the first router";
    EXPECT_EQ(wanted.front().ports.front().external, 443);
}

TEST(SecondRouter, BothHaveToAgree) {
    UnitReport outer = report("a", Phase::mapped);
    outer.external = ip("203.0.113.5");
    EXPECT_EQ(both_routers(report("a", Phase::failed), &outer).phase, Phase::failed);
    EXPECT_EQ(both_routers(report("a", Phase::mapped), nullptr).phase, Phase::asking);
    EXPECT_EQ(both_routers(report("a", Phase::mapped), &outer).external, ip("203.0.113.5"));
    outer.phase = Phase::failed;
    outer.attempts.push_back({.fault = MapFault::full, .detail = "no room"});
    const UnitReport both = both_routers(report("a", Phase::mapped), &outer);
    EXPECT_EQ(both.phase, Phase::failed);
    EXPECT_EQ(both.attempts.back().detail, "second router: no room");
}

}  // namespace
}  // namespace homeport::reach
