#include "reach/service/event_door.hpp"

#include "net/linux/entropy.hpp"
#include "net/linux/linux_test_peers.hpp"
#include "reach/service/limits.hpp"

#include <gmock/gmock.h>
#include <optional>
#include <string>

namespace homeport::reach {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

struct EventDoorTest : net::LinuxTest {
    void SetUp() override {
        ASSERT_TRUE(door.open(net::loopback().address));
        ASSERT_TRUE(door.admit(net::loopback().address));
        const std::string url = door.url();
        const auto slash = url.find('/', 7);
        at = *Endpoint::parse(url.substr(7, slash - 7));
        path = url.substr(slash);
    }
    std::string notify(const std::string& to, const std::string& sid, const std::string& body,
                       const std::string& more =
                           "NT: upnp:event\r\nNTS: upnp:propchange\r\n"
                           "SEQ: 4294967295\r\n") const {
        return "NOTIFY " + to + " HTTP/1.1\r\nHost: " + at.to_string() + "\r\nSID: " + sid +
               "\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    /// The status line of the answer, or how it ended without one.
    std::string answer(const std::string& request) {
        dial(at);
        if (dialled == nullptr) return "no connection";
        dialled->send(request);
        EXPECT_TRUE(turn_until([&] {
            return dialled->text.find("\r\n\r\n") != std::string::npos ||
                   dialled->ended.has_value();
        }));
        const auto end = dialled->text.find(' ', 9);
        return dialled->text.empty() ? "nothing" : dialled->text.substr(9, end - 9);
    }

    net::KernelEntropy entropy;
    std::vector<std::string> seen;
    EventDoor door{loop, network, entropy, [this](const RouterEvent& event) {
                       seen.push_back(event.from.to_string() + " " + std::string(event.sid) + " " +
                                      std::to_string(event.number) + " " + std::string(event.body));
                       return event.sid == "uuid:ours";
                   }};
    Endpoint at;
    std::string path;
};

TEST_F(EventDoorTest, AnEvent) {
    EXPECT_THAT(path, MatchesRegex("/[0-9a-f]{32}"));
    EXPECT_EQ(answer(notify(path, "uuid:ours", "<e/>")), "200");
    EXPECT_THAT(seen, ElementsAre("127.0.0.1 uuid:ours 4294967295 <e/>"));
    const std::string long_body(http::kMaxBodyBytes, 'x');
    EXPECT_EQ(answer(notify(path, "uuid:ours", long_body)), "200");
    EXPECT_EQ(answer(notify(path, "uuid:ours", long_body + "x")), "413");
    EXPECT_EQ(seen.size(), 2u);
}

TEST_F(EventDoorTest, ASubscriptionOfSomebodyElse) {
    EXPECT_EQ(answer(notify(path, "uuid:other", "<e/>")), "412");
}

TEST_F(EventDoorTest, WhatIsNoEvent) {
    EXPECT_EQ(answer(notify("/", "uuid:ours", "")), "412");
    EXPECT_EQ(answer(notify(path + "0", "uuid:ours", "")), "412");
    EXPECT_EQ(answer(notify(path + "?a", "uuid:ours", "")), "412");
    EXPECT_EQ(answer(notify(path, "", "")), "412");
    EXPECT_EQ(answer(notify(path, "uuid:ours", "", "")), "412");
    EXPECT_EQ(answer(notify(path, "uuid:ours", "",
                            "NT: upnp:event\r\nNTS: upnp:propchange\r\nSEQ: 4294967296\r\n")),
              "412");
    EXPECT_EQ(
        answer(notify(path, "uuid:ours", "", "NT: upnp:event\r\nNTS: ssdp:alive\r\nSEQ: 1\r\n")),
        "412");
    EXPECT_EQ(answer("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"), "412");
    EXPECT_EQ(answer("garbage\r\n\r\n"), "400");
    EXPECT_THAT(seen, IsEmpty());
}

// Even before a connection counts as made, or right behind that.
TEST_F(EventDoorTest, StrangersAreCut) {
    EventDoor other(loop, network, entropy, [](const RouterEvent&) { return true; });
    ASSERT_TRUE(other.open(net::loopback().address));
    const std::string url = other.url();
    dial(*Endpoint::parse(url.substr(7, url.find('/', 7) - 7)));
    if (dialled == nullptr) {
        EXPECT_EQ(dial_error->code, Errc::reset);
        return;
    }
    EXPECT_TRUE(turn_until([&] { return dialled->ended.has_value(); }));
    EXPECT_EQ(dialled->ended, net::IoResult::Status::error);
    EXPECT_EQ(dialled->text, "");
}

TEST_F(EventDoorTest, SoManyRouters) {
    for (std::size_t i = 1; i < kMaxEventRouters; ++i)
        EXPECT_TRUE(door.admit(IpAddress::v4({192, 0, 2, static_cast<std::uint8_t>(i)})));
    EXPECT_TRUE(door.admit(net::loopback().address));
    EXPECT_EQ(door.admit(IpAddress::v4({192, 0, 2, 200})).error().code, Errc::limit);
}

TEST_F(EventDoorTest, NoSuchAddress) {
    EventDoor other(loop, network, entropy, [](const RouterEvent&) { return true; });
    EXPECT_EQ(other.open(*IpAddress::parse("192.0.2.77")).error().code, Errc::invalid);
}

}  // namespace
}  // namespace homeport::reach
