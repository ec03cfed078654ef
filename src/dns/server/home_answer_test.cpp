#include "dns/server/home_answer.hpp"

#include <gmock/gmock.h>
#include <string>

namespace homeport::dns {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

IpAddress ip(const std::string& text) {
    return IpAddress::parse(text).value();
}

const std::vector<IpAddress> kRelay{ip("198.51.100.20")};
const TimePoint kNow{100s};

HomeView direct(std::vector<IpAddress> addresses, Duration age = 1s) {
    HomeView home;
    home.direct = DirectPath{std::move(addresses), kNow - age};
    return home;
}

// Without a proof everything goes by the relay, also when nobody is at home.
TEST(HomeAnswer, ByTheRelay) {
    EXPECT_THAT(answer_of({}, kRelay, kNow).addresses, ElementsAre(kRelay[0]));
    EXPECT_THAT(answer_of({.state = HomeState::away}, kRelay, kNow).addresses,
                ElementsAre(kRelay[0]));
    EXPECT_EQ(answer_of({}, kRelay, kNow).until, kNever);
}

// A proof counts for a minute, and says itself when that is over.
TEST(HomeAnswer, DirectWhileProven) {
    const HomeAnswer answer = answer_of(direct({ip("8.8.4.4"), ip("2001:4860::1")}), kRelay, kNow);
    EXPECT_THAT(answer.addresses, ElementsAre(ip("8.8.4.4"), ip("2001:4860::1")));
    EXPECT_EQ(answer.until, kNow - 1s + kDirectProofTime);
    EXPECT_THAT(answer_of(direct({ip("8.8.4.4")}, kDirectProofTime), kRelay, kNow).addresses,
                ElementsAre(kRelay[0]));
    HomeView away = direct({ip("8.8.4.4")});
    away.state = HomeState::away;
    EXPECT_THAT(answer_of(away, kRelay, kNow).addresses, ElementsAre(kRelay[0]));
}

// Who has no IPv6 comes by the relay; who has both comes straight.
TEST(HomeAnswer, DirectOverIpv6Alone) {
    const std::vector<IpAddress> relay{ip("198.51.100.20"), ip("2001:db8::20")};
    EXPECT_THAT(answer_of(direct({ip("2001:4860::1")}), relay, kNow).addresses,
                ElementsAre(ip("2001:4860::1"), ip("198.51.100.20")));
    EXPECT_THAT(answer_of(direct({ip("8.8.4.4")}), relay, kNow).addresses,
                ElementsAre(ip("8.8.4.4")));
    HomeView straight = direct({ip("2001:4860::1")});
    straight.relayed = false;
    EXPECT_THAT(answer_of(straight, relay, kNow).addresses, ElementsAre(ip("2001:4860::1")));
}

// The relay would have nothing for its visitors.
TEST(HomeAnswer, OnlyStraight) {
    HomeView home = direct({ip("8.8.4.4")});
    home.relayed = false;
    EXPECT_THAT(answer_of(home, kRelay, kNow).addresses, ElementsAre(ip("8.8.4.4")));
    EXPECT_THAT(answer_of(home, kRelay, kNow + kDirectProofTime).addresses, IsEmpty());
    home.state = HomeState::away;
    EXPECT_THAT(answer_of(home, kRelay, kNow).addresses, IsEmpty());
    home = {.relayed = false, .direct = DirectPath{{ip("10.0.0.1")}, kNow}};
    EXPECT_THAT(answer_of(home, kRelay, kNow).addresses, IsEmpty());
    home.state = HomeState::parked;
    EXPECT_THAT(answer_of(home, kRelay, kNow).addresses, ElementsAre(kRelay[0])) << "its notice";
}

// Addresses that only look reachable from inside are never published.
TEST(HomeAnswer, NeverAPrivateAddress) {
    for (const auto* address : {"10.0.0.1", "192.168.1.1", "100.64.0.1", "127.0.0.1", "169.254.1.1",
                                "192.0.2.1", "0.0.0.0", "fe80::1", "fd00::1", "::1"})
        EXPECT_THAT(answer_of(direct({ip(address)}), kRelay, kNow).addresses,
                    ElementsAre(kRelay[0]))
            << address;
    EXPECT_THAT(answer_of(direct({ip("10.0.0.1"), ip("8.8.4.4")}), kRelay, kNow).addresses,
                ElementsAre(ip("8.8.4.4")));
    EXPECT_THAT(answer_of(direct({ip("10.0.0.1")}), kRelay, kNow, true).addresses,
                ElementsAre(ip("10.0.0.1")));
}

// Parked: what the owner wants, whatever is proven.
TEST(HomeAnswer, Parked) {
    HomeView home = direct({ip("8.8.4.4")});
    home.state = HomeState::parked;
    EXPECT_THAT(answer_of(home, kRelay, kNow).addresses, ElementsAre(kRelay[0]));
    home.parked = {ParkedAnswer::Kind::addresses, {ip("9.9.9.9"), ip("10.0.0.1")}};
    EXPECT_THAT(answer_of(home, kRelay, kNow).addresses, ElementsAre(ip("9.9.9.9")));
    home.parked = {ParkedAnswer::Kind::nothing, {}};
    EXPECT_THAT(answer_of(home, kRelay, kNow).addresses, IsEmpty());
}

}  // namespace
}  // namespace homeport::dns
