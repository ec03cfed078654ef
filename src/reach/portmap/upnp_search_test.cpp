#include "reach/portmap/upnp_search.hpp"

#include "reach/portmap/limits.hpp"
#include "reach/portmap/upnp_testing.hpp"

#include <gtest/gtest.h>

#include <set>

namespace homeport::reach {
namespace {

using namespace testing;

struct Output final : MachineOutput {
    void send(const Endpoint& to, Bytes datagram) override {
        sent.emplace_back(to, std::string(as_text(datagram)));
    }
    void call(HttpCall) override {}
    void report(const MappingReport&) override {}
    void report(const RouterReport&) override {}
    std::vector<std::pair<Endpoint, std::string>> sent;
};

class UpnpSearchTest : public ::testing::Test {
protected:
    void run_out() {
        while (search.under_way()) {
            now = std::max(now, search.deadline());
            search.on_time(now);
        }
    }
    std::optional<UpnpFound> take(const std::string& from, const std::string& location,
                                  bool multicast = false) {
        const std::string text = (multicast ? "NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\nLOCATION: "
                                            : "HTTP/1.1 200 OK\r\nLOCATION: ") +
                                 location + "\r\n\r\n";
        return search.on_datagram({ip(from), 1900}, as_bytes(text), multicast);
    }

    UpnpOptions options = home_options_v6();
    Output output;
    UpnpSearch search{options, output};
    TimePoint now = TimePoint{} + Duration{1h};
};

TEST_F(UpnpSearchTest, ExactTypesToGroupsAndGateways) {
    search.begin(now);
    EXPECT_EQ(output.sent.size(), 10U);
    run_out();
    std::set<std::string> to;
    for (const auto& [endpoint, text] : output.sent) to.insert(endpoint.to_string());
    EXPECT_EQ(to, (std::set<std::string>{"239.255.255.250:1900", "192.168.1.1:1900",
                                         "[ff02::c]:1900", "[2001:db8:1::1]:1900"}));
    EXPECT_EQ(output.sent.size(), 10U + 10 + 4 + 1);
    EXPECT_NE(output.sent.back().second.find("ssdp:all"), std::string::npos);
    EXPECT_LT(now, TimePoint{} + Duration{1h} + Duration{20s});
}

TEST_F(UpnpSearchTest, EverybodyIsOnlyAskedWhenNobodyWasFound) {
    search.begin(now);
    search.spare_everybody();
    run_out();
    EXPECT_EQ(output.sent.back().second.find("ssdp:all"), std::string::npos);
}

TEST_F(UpnpSearchTest, WhoMayAnswerWhat) {
    search.begin(now);
    EXPECT_TRUE(take("192.168.1.1", "http://192.168.1.1/x")->gateway);
    EXPECT_FALSE(take("192.168.1.9", "http://192.168.1.9/x")->gateway);
    EXPECT_TRUE(take("192.168.1.9", "http://192.168.1.1/x")->gateway);
    EXPECT_TRUE(take("fe80::1", "http://[2001:db8:1::1]/x")->gateway);
    EXPECT_TRUE(take("2001:db8:1::9", "http://[2001:db8:1::9]/x").has_value());
    EXPECT_FALSE(take("192.168.1.9", "http://192.168.1.8/x").has_value());
    EXPECT_FALSE(take("192.168.1.1", "http://198.51.100.1/x").has_value());
    EXPECT_FALSE(take("192.168.1.1", "http://192.168.1.20/x").has_value());
    EXPECT_FALSE(take("198.51.100.1", "http://192.168.1.1/x").has_value());
    EXPECT_FALSE(take("192.168.1.20", "http://192.168.1.1/x").has_value());
}

TEST_F(UpnpSearchTest, AnswersCountDuringASearchAndNewsAlways) {
    EXPECT_FALSE(take("192.168.1.1", "http://192.168.1.1/x").has_value());
    EXPECT_TRUE(take("192.168.1.1", "http://192.168.1.1/x", true).has_value());
    search.begin(now);
    EXPECT_TRUE(take("192.168.1.1", "http://192.168.1.1/x").has_value());
    run_out();
    EXPECT_FALSE(take("192.168.1.1", "http://192.168.1.1/x").has_value());
}

// One question can bring a hundred times its size.
TEST_F(UpnpSearchTest, AnswersAreLimitedByNumberAndSize) {
    search.begin(now);
    std::size_t taken = 0;
    while (take("192.168.1.1", "http://192.168.1.1/x")) ++taken;
    EXPECT_EQ(taken, kMaxSearchAnswers);
    run_out();
    search.begin(now);
    const std::string longest = "http://192.168.1.1/" + std::string(900, 'x');
    taken = 0;
    while (take("192.168.1.1", longest)) ++taken;
    EXPECT_LT(taken, kMaxSearchBytes / 900);
    EXPECT_GT(taken, 50U);
}

TEST_F(UpnpSearchTest, GoodbyeNeedsNoLocation) {
    const std::string text = "NOTIFY * HTTP/1.1\r\nNTS: ssdp:byebye\r\nUSN: uuid:a\r\n\r\n";
    const auto bye = search.on_datagram({ip("192.168.1.1"), 1900}, as_bytes(text), true);
    ASSERT_TRUE(bye.has_value());
    EXPECT_TRUE(bye->bye);
    EXPECT_EQ(bye->uuid, "a");
}

}  // namespace
}  // namespace homeport::reach
