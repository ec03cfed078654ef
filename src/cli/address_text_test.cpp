#include "cli/address_text.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace homeport::cli {
namespace {

constexpr UnixSeconds kNow = 1'800'000'000;

IpAddress ip(std::string_view text) {
    return *IpAddress::parse(text);
}

reach::ReachView seen(std::optional<IpAddress> v4, std::optional<IpAddress> v6) {
    reach::ReachView view;
    view.v4.address = v4;
    view.v4.reason = "reason 4";
    view.v6.address = v6;
    view.v6.reason = "reason 6";
    return view;
}

TEST(AddressText, KnownAndUnknown) {
    EXPECT_EQ(address_lines(seen(ip("203.0.113.5"), {})),
              "ipv4 203.0.113.5\nipv6 unknown: reason 6\n");
    const auto object = nlohmann::json::parse(address_json(seen(ip("203.0.113.5"), {}), kNow));
    EXPECT_EQ(object["ipv4"]["address"], "203.0.113.5");
    EXPECT_TRUE(object["ipv6"]["address"].is_null());
    EXPECT_EQ(object["ipv6"]["reason"], "reason 6");
    EXPECT_EQ(object["time"], "2027-01-15T08:00:00Z");
}

TEST(AddressText, SettledWhenEachFamilyThatHasAWayOutIsKnown) {
    reach::ReachView view = seen(ip("203.0.113.5"), {});
    EXPECT_FALSE(addresses_settled(view)) << "no way out is known yet";
    view.place.emplace();
    view.place->v4.emplace();
    EXPECT_TRUE(addresses_settled(view));
    view.place->v6.emplace();
    EXPECT_FALSE(addresses_settled(view));
    view.complete = true;
    EXPECT_TRUE(addresses_settled(view));
}

TEST(AddressNews, ALineForEachChange) {
    AddressNews news(false);
    EXPECT_EQ(news.take(seen({}, {}), false, kNow), "") << "it may still be found";
    EXPECT_EQ(news.take(seen(ip("203.0.113.5"), {}), false, kNow),
              "2027-01-15T08:00:00Z ipv4 203.0.113.5\n");
    EXPECT_EQ(news.take(seen(ip("203.0.113.5"), {}), false, kNow), "");
    EXPECT_EQ(news.take(seen(ip("203.0.113.9"), {}), true, kNow + 1),
              "2027-01-15T08:00:01Z ipv4 203.0.113.9\n"
              "2027-01-15T08:00:01Z ipv6 unknown: reason 6\n");
    EXPECT_EQ(news.take(seen({}, {}), true, kNow), "2027-01-15T08:00:00Z ipv4 unknown: reason 4\n");
    EXPECT_EQ(news.take(seen({}, {}), true, kNow), "");
}

TEST(AddressNews, AnObjectForEachChange) {
    AddressNews news(true);
    const std::string line = news.take(seen(ip("203.0.113.5"), ip("2001:db8::5")), false, kNow);
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    EXPECT_EQ(nlohmann::json::parse(line)["ipv6"]["address"], "2001:db8::5");
    EXPECT_EQ(news.take(seen(ip("203.0.113.5"), ip("2001:db8::5")), true, kNow), "");
}

}  // namespace
}  // namespace homeport::cli
