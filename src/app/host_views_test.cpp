#include "app/host_views.hpp"

#include <gmock/gmock.h>

namespace homeport::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const HostGlob kHost = HostGlob::parse("a.example.net").value();
const HostGlob kOther = HostGlob::parse("*.b.example.net").value();
const IpAddress kFirst = IpAddress::v4({9, 9, 9, 9});
const IpAddress kSecond = IpAddress::v4({9, 9, 9, 10});
const dns::ParkedAnswer kNothing{.kind = dns::ParkedAnswer::Kind::nothing};
constexpr TimePoint kNow{100s};

dns::HomeView only(const std::vector<ServiceView>& services, bool up = true) {
    const auto hosts = host_views(services, up);
    EXPECT_EQ(hosts.size(), 1U);
    return hosts.empty() ? dns::HomeView() : hosts.front().view;
}

ServiceView proven(std::vector<IpAddress> addresses, TimePoint at = kNow) {
    return {{kHost}, {}, dns::DirectPath{std::move(addresses), at}};
}

TEST(HostViews, EachHostOnce) {
    EXPECT_THAT(host_views({}, true), IsEmpty());
    const auto hosts = host_views({{{kHost, kOther}, {}, {}}, {{kHost}, {}, {}}}, true);
    ASSERT_EQ(hosts.size(), 2U);
    EXPECT_EQ(hosts[0], (HomeHost{kOther, {}}));
    EXPECT_EQ(hosts[1], (HomeHost{kHost, {}}));
}

TEST(HostViews, TheLinkCounts) {
    EXPECT_EQ(only({{{kHost}, {}, {}}}, true).state, dns::HomeState::relayed);
    EXPECT_EQ(only({{{kHost}, {}, {}}}, false).state, dns::HomeState::away);
    EXPECT_EQ(only({{{kHost}, kNothing, {}}}, false).state, dns::HomeState::parked);
}

// An http and a tls service may share a host: one of them still wants visitors.
TEST(HostViews, ParkedWhenAllServicesAre) {
    EXPECT_EQ(only({{{kHost}, kNothing, {}}, {{kHost}, {}, {}}}).state, dns::HomeState::relayed);
    const dns::HomeView parked =
        only({{{kHost}, kNothing, {}}, {{kHost}, dns::ParkedAnswer{}, {}}});
    EXPECT_EQ(parked.state, dns::HomeState::parked);
    EXPECT_EQ(parked.parked, kNothing) << "the first says it";
}

TEST(HostViews, DirectWhenAllServicesAre) {
    EXPECT_EQ(only({proven({kFirst})}).direct, (dns::DirectPath{{kFirst}, kNow}));
    EXPECT_FALSE(only({proven({kFirst}), {{kHost}, {}, {}}}).direct);
    EXPECT_FALSE(only({{{kHost}, {}, {}}, proven({kFirst})}).direct);
    const auto both = only({proven({kFirst, kSecond}), proven({kSecond}, kNow - 5s)}).direct;
    EXPECT_EQ(both, (dns::DirectPath{{kSecond}, kNow - 5s}));
    ServiceView parked = proven({kFirst});
    parked.parked = kNothing;
    EXPECT_FALSE(only({proven({kFirst}), parked}).direct) << "its visitors want the notice";
}

// What one service cannot get over the relay another one may.
TEST(HostViews, RelayedWhenOneServiceIs) {
    ServiceView straight{.hosts = {kHost}, .parked = {}, .direct = {}, .relayed = false};
    EXPECT_FALSE(only({straight}).relayed);
    EXPECT_FALSE(only({straight, straight}).relayed);
    EXPECT_TRUE(only({straight, {{kHost}, {}, {}}}).relayed);
    EXPECT_TRUE(only({proven({kFirst}), straight}).relayed);
    EXPECT_FALSE(only({proven({kFirst}), straight}).direct);
    EXPECT_EQ(state_of(only({straight}), kNow, false), HostState::unproven);
    EXPECT_EQ(state_of(only({straight}, false), kNow, false), HostState::unproven);
    straight.direct = dns::DirectPath{{kFirst}, kNow};
    EXPECT_EQ(state_of(only({straight}), kNow, false), HostState::direct);
    EXPECT_EQ(state_of(only({straight}, false), kNow, false), HostState::unproven);
}

TEST(HostViews, States) {
    const auto state = [](const dns::HomeView& view) { return state_of(view, kNow, false); };
    EXPECT_EQ(state({.state = dns::HomeState::parked}), HostState::parked);
    EXPECT_EQ(state({.state = dns::HomeState::away}), HostState::away);
    EXPECT_EQ(state({}), HostState::relayed);
    EXPECT_EQ(state(only({proven({kFirst})})), HostState::direct);
    EXPECT_EQ(state(only({proven({kFirst}, kNow - dns::kDirectProofTime)})), HostState::relayed);
    EXPECT_EQ(state(only({proven({})})), HostState::relayed);
    const dns::HomeView at_home = only({proven({IpAddress::v4({10, 0, 0, 1})})});
    EXPECT_EQ(state(at_home), HostState::relayed);
    EXPECT_EQ(state_of(at_home, kNow, true), HostState::direct);
}

}  // namespace
}  // namespace homeport::app
