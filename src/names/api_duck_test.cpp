#include "names/api_testing.hpp"

#include <gmock/gmock.h>

namespace homeport::names {
namespace {

using namespace testing;  // of names
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct DuckTest : ::testing::Test {
    Service service;
    Credentials alice = service.person("alice", {"alice.dyn.example", "alice.home.example"});

    void SetUp() override { service.pass(72 * kHour); }
    std::string call(const std::string& query, const IpAddress& source = kHome) {
        const std::string token = "&token=" + alice.secret;
        return send(service, {.target = "/update?" + query + token, .source = source}).body;
    }
    NameStatus show(const std::string& name = "alice.dyn.example") {
        return service.show(alice, name);
    }
};

TEST_F(DuckTest, SetsAddresses) {
    EXPECT_EQ(call("domains=alice"), "OK");
    EXPECT_EQ(show().v4, kHome);
    EXPECT_EQ(call("domains=alice,alice.home.example&ip=5.5.5.5"), "OK");
    EXPECT_EQ(show("alice.home.example").v4, ip("5.5.5.5"));
    EXPECT_EQ(call("domains=alice&ipv6=2a02::1"), "OK");
    EXPECT_EQ(show().v4, ip("5.5.5.5")) << "not guessed when the other family is given";
    EXPECT_EQ(show().v6, ip("2a02::1"));
    EXPECT_EQ(call("domains=alice&ip=", kHome6), "OK");
    EXPECT_EQ(show().v6, kHome6);
    EXPECT_EQ(call("domains=alice&clear=true"), "OK");
    EXPECT_EQ(show().v4, std::nullopt);
    EXPECT_EQ(show().v6, std::nullopt);
}

TEST_F(DuckTest, Verbose) {
    EXPECT_EQ(call("domains=alice&ip=5.5.5.5&ipv6=2a02::1&verbose=true"),
              "OK\n5.5.5.5\n2a02::1\nUPDATED");
    EXPECT_EQ(call("domains=alice&ip=5.5.5.5&verbose=true"), "OK\n5.5.5.5\n2a02::1\nNOCHANGE");
    EXPECT_EQ(call("domains=alice&txt=proof&verbose=true"), "OK\nproof\nUPDATED");
}

TEST_F(DuckTest, Txt) {
    EXPECT_EQ(call("domains=alice&txt=one"), "OK");
    EXPECT_EQ(call("domains=alice&txt=two"), "OK");
    EXPECT_THAT(show().txt, ElementsAre("one", "two"));
    EXPECT_EQ(show().v4, std::nullopt) << "no address is touched";
    EXPECT_EQ(call("domains=alice&txt=&clear=true"), "OK");
    EXPECT_THAT(show().txt, IsEmpty());
    EXPECT_EQ(call("domains=alice&txt="), "KO");
}

TEST_F(DuckTest, AnythingWrongIsKo) {
    EXPECT_EQ(call("domains="), "KO");
    EXPECT_EQ(call("domains=bob"), "KO");
    EXPECT_EQ(call("domains=alice,bob"), "KO");
    EXPECT_EQ(call("domains=alice&ip=10.0.0.1"), "KO");
    EXPECT_EQ(call("domains=alice&ip=5.5.5.5&ipv6=5.5.5.5"), "KO");
    EXPECT_EQ(call("domains=alice&ip=x"), "KO");
    EXPECT_EQ(call("domains=%"), "KO");
    const http::Response refused = send(service, {.target = "/update?domains=alice&token=x"});
    EXPECT_EQ(refused.body, "KO");
    EXPECT_EQ(refused.status, 200);
    EXPECT_EQ(send(service, {.method = "POST", .target = "/update?domains=alice"}).body, "KO");
    Call call{.target = "/update?domains=alice&token=" + alice.secret};
    const auto asked = read_request(call.view(), "dyn.example");
    EXPECT_EQ(write_answer(*asked, {.outcome = Outcome::try_later}).status, 503);
    EXPECT_EQ(write_answer(*asked, {.outcome = Outcome::too_many_requests}).status, 503);
}

}  // namespace
}  // namespace homeport::names
