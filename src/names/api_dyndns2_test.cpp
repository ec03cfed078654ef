#include "names/api_testing.hpp"

#include <gmock/gmock.h>

namespace homeport::names {
namespace {

using namespace testing;  // of names

struct Dyndns2Test : ::testing::Test {
    Service service;
    Credentials alice = service.person("alice", {"alice.dyn.example", "bread.dyn.example"});

    void SetUp() override { service.pass(72 * kHour); }
    http::Response call(const std::string& query, const Call& more = {}) {
        Call call = more;
        call.target = "/nic/update?" + query;
        if (call.authorization.empty()) call.authorization = basic({"any", alice.secret});
        return send(service, call);
    }
    std::string body(const std::string& query, const Call& more = {}) {
        return call(query, more).body;
    }
};

TEST_F(Dyndns2Test, GoodAndNochg) {
    const http::Response good = call("hostname=alice.dyn.example&myip=5.5.5.5");
    EXPECT_EQ(good.status, 200);
    EXPECT_EQ(good.body, "good 5.5.5.5\n");
    EXPECT_EQ(body("hostname=alice.dyn.example&myip=5.5.5.5"), "nochg 5.5.5.5\n");
    EXPECT_EQ(body("hostname=ALICE.dyn.example.&myip=5.5.5.5&wildcard=ON&mx=x&backmx=YES"),
              "nochg 5.5.5.5\n");
    EXPECT_EQ(body("hostname=alice.dyn.example&myip=5.5.5.6,2a02::1"), "good 5.5.5.6,2a02::1\n");
    EXPECT_EQ(body("hostname=alice.dyn.example&myip=2a02::2"), "good 2a02::2\n");
    EXPECT_EQ(service.show(alice, "alice.dyn.example").v4, ip("5.5.5.6"));
}

TEST_F(Dyndns2Test, WithoutAnAddressTheSourceIsTaken) {
    EXPECT_EQ(body("hostname=alice.dyn.example"), "good 93.184.216.34\n");
    EXPECT_EQ(body("hostname=alice.dyn.example&myip=,"), "nochg 93.184.216.34\n");
    EXPECT_EQ(body("hostname=alice.dyn.example", {.source = kHome6}), "good 2a02:8070:1:1::10\n");
}

TEST_F(Dyndns2Test, Offline) {
    body("hostname=alice.dyn.example");
    EXPECT_EQ(body("hostname=alice.dyn.example&offline=YES&myip=5.5.5.5"), "good\n");
    EXPECT_TRUE(service.show(alice, "alice.dyn.example").offline);
    EXPECT_EQ(body("hostname=alice.dyn.example&offline=NO"), "good 93.184.216.34\n");
}

TEST_F(Dyndns2Test, ALineForEachHost) {
    service.person("bob", {"bob.dyn.example"});
    service.registry().take_down({.name = "gone.dyn.example"}, service.moment);
    EXPECT_EQ(body("hostname=alice.dyn.example,bread.dyn.example,bob.dyn.example,none.dyn.example,"
                   "other.example.net,nonsense,gone.dyn.example&myip=5.5.5.5"),
              "good 5.5.5.5\ngood 5.5.5.5\n!yours\nnohost\nnohost\nnotfqdn\nabuse\n");
}

TEST_F(Dyndns2Test, Refusals) {
    EXPECT_EQ(body("myip=5.5.5.5"), "notfqdn\n");
    EXPECT_EQ(body("hostname=%zz"), "notfqdn\n");
    std::string many = "hostname=a.dyn.example";
    for (int i = 0; i < 20; ++i) many += ",b.dyn.example";
    EXPECT_EQ(body(many), "numhost\n");
    EXPECT_EQ(body("hostname=alice.dyn.example", {.user_agent = ""}), "badagent\n");
    EXPECT_EQ(body("hostname=alice.dyn.example,b.dyn.example&myip=5.5.5"),
              "dnserr bad address\ndnserr bad address\n");
    EXPECT_EQ(body("hostname=alice.dyn.example&myip=5.5.5.5,5.5.5.6"), "dnserr bad address\n");
    EXPECT_EQ(body("hostname=alice.dyn.example&myip=10.0.0.1"), "dnserr not a public address\n");
    EXPECT_EQ(call("hostname=alice.dyn.example", {.method = "HEAD"}).status, 405);
}

TEST_F(Dyndns2Test, BadAuthIsOneWordAndAStatus) {
    for (const std::string& wrong :
         {std::string("Basic !"), std::string("Negotiate x"), basic({"alice", "password"}),
          basic({"alice", token_text({})})}) {
        const http::Response refused =
            call("hostname=alice.dyn.example,bread.dyn.example", {.authorization = wrong});
        EXPECT_EQ(refused.status, 401);
        EXPECT_EQ(refused.body, "badauth\n");
        EXPECT_EQ(field(refused, "WWW-Authenticate"), "Basic realm=\"homeport\"");
    }
    EXPECT_EQ(body("hostname=alice.dyn.example", {.authorization = bearer(alice)}),
              "good 93.184.216.34\n");
}

TEST_F(Dyndns2Test, LockedAccountsAreAbuse) {
    service.keep(service.registry().lock_account("alice", true, service.moment));
    EXPECT_EQ(body("hostname=alice.dyn.example"), "abuse\n");
}

TEST_F(Dyndns2Test, TryLater) {
    const Call call{.target = "/nic/update?hostname=alice.dyn.example"};
    const auto asked = read_request(call.view(), "dyn.example");
    ASSERT_TRUE(asked.has_value());
    const http::Response later = write_answer(*asked, {.outcome = Outcome::try_later});
    EXPECT_EQ(later.status, 503);
    EXPECT_EQ(later.body, "911\n");
    for (int i = 0; i < 10; ++i) body("hostname=alice.dyn.example&myip=5.5.5." + std::to_string(i));
    const http::Response too_often = this->call("hostname=alice.dyn.example&myip=5.5.5.99");
    EXPECT_EQ(too_often.status, 503);
    EXPECT_EQ(too_often.body, "911\n");
    EXPECT_NE(field(too_often, "Retry-After"), "");
    const http::Response mixed =
        this->call("hostname=alice.dyn.example,bread.dyn.example&myip=5.5.5.99");
    EXPECT_EQ(mixed.status, 200) << "the others' words count";
    EXPECT_EQ(mixed.body, "911\ngood 5.5.5.99\n");
    EXPECT_EQ(write_answer(*asked, {.outcome = Outcome::too_many_requests}).status, 503);
}

}  // namespace
}  // namespace homeport::names
