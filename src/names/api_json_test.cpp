#include "names/api_testing.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace homeport::names {
namespace {

using namespace testing;  // of names
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct JsonTest : ::testing::Test {
    Service service;

    struct Reply {
        int status;
        json body;
    };
    Reply call(const std::string& method, const std::string& path, const json& body = {},
               const std::string& authorization = "") {
        const http::Response response = send(service, {.method = method,
                                                       .target = path,
                                                       .authorization = authorization,
                                                       .body = body.is_null() ? "" : body.dump()});
        EXPECT_EQ(response.content_type, "application/json");
        EXPECT_EQ(field(response, "Cache-Control"), "no-store");
        return {response.status, json::parse(response.body)};
    }
    Reply put(const json& body, const std::string& who) {
        return call("PUT", "/v1/names/alice.dyn.example", body, who);
    }
};

TEST_F(JsonTest, FromTheChallengeToTheNameAndBack) {
    const Reply challenge = call("GET", "/v1/challenge");
    EXPECT_EQ(challenge.status, 200);
    EXPECT_EQ(challenge.body["bits"], 4);
    EXPECT_EQ(challenge.body["expires"], kStart + 300);
    const std::string text = challenge.body["challenge"];
    int nonce = 0;
    while (proof_bits(text, std::to_string(nonce)) < 4) ++nonce;
    const json wish{{"account", "alice"},
                    {"password", "password of alice"},
                    {"challenge", text},
                    {"nonce", std::to_string(nonce)}};
    const Reply account = call("POST", "/v1/accounts", wish);
    EXPECT_EQ(account.status, 201);
    EXPECT_EQ(account.body["account"], "alice");

    const std::string password = basic(Service::password_of("alice"));
    const Reply token = call("POST", "/v1/tokens", {{"label", "router"}}, password);
    EXPECT_EQ(token.status, 201);
    const std::string who = "Bearer " + token.body["token"].get<std::string>();
    const Reply made = call("POST", "/v1/names", {{"name", "alice.dyn.example"}}, who);
    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(made.body["ipv4"], nullptr);
    EXPECT_EQ(made.body["quarantined_until"], kStart + 72 * kHour);

    const Reply updated = put({{"ipv4", kHome.to_string()}}, who);
    EXPECT_EQ(updated.status, 200);
    EXPECT_EQ(updated.body["changed"], true);
    EXPECT_EQ(put({{"ipv4", kHome.to_string()}}, who).body["changed"], false);
    EXPECT_EQ(call("GET", "/v1/names/alice.dyn.example", {}, who).body["ipv4"], kHome.to_string());
    EXPECT_THAT(call("GET", "/v1/names", {}, who).body["names"], SizeIs(1));
    EXPECT_EQ(call("GET", "/v1/tokens", {}, who).body["tokens"][0]["label"], "router");

    EXPECT_EQ(call("DELETE", "/v1/names/alice.dyn.example", {}, who).status, 200);
    const std::string id = token.body["id"];
    EXPECT_EQ(call("DELETE", "/v1/tokens/" + id, {}, who).status, 200);
    EXPECT_EQ(call("GET", "/v1/names", {}, who).status, 401);
    EXPECT_EQ(call("DELETE", "/v1/accounts/self", {}, password).status, 200);
    EXPECT_TRUE(service.registry().tables().accounts().empty());
}

TEST_F(JsonTest, Updates) {
    const std::string who = bearer(service.person("alice", {"alice.dyn.example"}));
    service.pass(72 * kHour);
    EXPECT_EQ(
        put({{"ipv4", "5.5.5.5"}, {"ipv6", "2a02:8070:1:101::9"}, {"counter", 3}}, who).status,
        200);
    EXPECT_EQ(put({{"ipv6prefix", "2a02:8070:2:200::/56"}}, who).body["ipv6"],
              "2a02:8070:2:201::9");
    const Reply removed = put({{"ipv4", nullptr}}, who);
    EXPECT_EQ(removed.body["ipv4"], nullptr);
    EXPECT_EQ(removed.body["ipv6"], "2a02:8070:2:201::9");
    const Reply stale = put({{"ipv4", "5.5.5.5"}, {"counter", 3}}, who);
    EXPECT_EQ(stale.status, 409);
    EXPECT_EQ(stale.body["error"], "stale");
    EXPECT_EQ(put({{"offline", true}}, who).body["offline"], true);
    EXPECT_EQ(put(json::object(), who).body["changed"], false);
    EXPECT_EQ(put({{"ipv4", "10.0.0.1"}}, who).body["error"], "not-public");
}

TEST_F(JsonTest, Acme) {
    const std::string who = bearer(service.person("alice", {"alice.dyn.example"}));
    const std::string path = "/v1/names/alice.dyn.example/acme";
    EXPECT_EQ(call("PUT", path, {{"value", "one"}}, who).body["txt"], json({"one"}));
    EXPECT_EQ(call("PUT", path, {{"value", "two"}}, who).body["txt"], json({"one", "two"}));
    EXPECT_EQ(call("DELETE", path, {{"value", "one"}}, who).body["txt"], json({"two"}));
    EXPECT_EQ(call("DELETE", path, {}, who).body["txt"], json::array());
    EXPECT_EQ(call("PUT", path, json::object(), who).body["error"], "bad-value");
}

TEST_F(JsonTest, BodiesAreReadStrictly) {
    const std::string who = bearer(service.person("alice", {"alice.dyn.example"}));
    const auto refused = [&](const json& body) { return put(body, who); };
    EXPECT_EQ(refused(json::array()).body["error"], "malformed");
    EXPECT_EQ(refused({{"ip", "5.5.5.5"}}).body["error"], "malformed");
    EXPECT_EQ(refused({{"ipv4", 5}}).body["error"], "bad-address");
    EXPECT_EQ(refused({{"ipv4", "2a02::1"}}).body["error"], "bad-address");
    EXPECT_EQ(refused({{"ipv6", "5.5.5.5"}}).body["error"], "bad-address");
    for (const char* prefix : {"2a02::/65", "2a02::/15", "2a02::1/64", "5.5.0.0/16", "x"})
        EXPECT_EQ(refused({{"ipv6prefix", prefix}}).body["error"], "bad-address") << prefix;
    EXPECT_EQ(refused({{"ipv6", nullptr}, {"ipv6prefix", "2a02::/64"}}).body["error"],
              "bad-address");
    for (const json& counter : {json(-1), json("1"), json(1.5), json(kMaxCounter + 1)})
        EXPECT_THAT(refused({{"counter", counter}}).body["remedy"], HasSubstr("counter"));
    EXPECT_THAT(refused({{"offline", "yes"}}).body["remedy"], HasSubstr("offline"));
    EXPECT_THAT(call("POST", "/v1/names", {{"name", 7}}, who).body["remedy"], HasSubstr("name"));

    Call call{.method = "PUT", .target = "/v1/names/alice.dyn.example", .authorization = who};
    for (const char* broken : {"{", "nonsense", "\xff", "{\"ipv4\": \"5.5.5.5\"} x"}) {
        call.body = broken;
        EXPECT_EQ(send(service, call).status, 400) << broken;
    }
    call.body = "{}";
    call.content_type = "text/plain";
    EXPECT_EQ(send(service, call).status, 415);
    call.content_type = "Application/JSON; charset=utf-8";
    EXPECT_EQ(send(service, call).status, 200);
    call.body = std::string(kMaxBodyBytes + 1, ' ');
    EXPECT_EQ(send(service, call).status, 413);
}

TEST_F(JsonTest, PathsAndMethods) {
    for (const char* path : {"/", "/v1", "/v1/", "/v2/names", "/v1/nothing", "/v1//x", "/v1/names/",
                             "/v1/names/a/b", "/v1/names/a/acme/x", "/v1/challenge/x",
                             "/v1/accounts/other", "/v1/tokens/a/b", "/nic/updates"})
        EXPECT_EQ(call("GET", path).status, 404) << path;
    const http::Response wrong = send(service, {.method = "POST", .target = "/v1/names/a"});
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(field(wrong, "Allow"), "GET, PUT, DELETE");
    EXPECT_EQ(call("DELETE", "/v1/challenge").status, 405);
    EXPECT_EQ(call("GET", "/v1/accounts").status, 405);
    EXPECT_EQ(call("HEAD", "/v1/notice").status, 200);
}

TEST_F(JsonTest, Errors) {
    const Reply nobody = call("GET", "/v1/names");
    EXPECT_EQ(nobody.status, 401);
    EXPECT_EQ(nobody.body["error"], "bad-credentials");
    EXPECT_FALSE(nobody.body["remedy"].get<std::string>().empty());
    EXPECT_EQ(
        call("POST", "/v1/names", {{"name", "x.dyn.example"}}, bearer(service.person("alice")))
            .body["error"],
        "not-a-name");
}

TEST_F(JsonTest, NoticeAndPropagation) {
    service.keep(service.registry().set_notice("closed on Sunday", service.moment));
    EXPECT_EQ(call("GET", "/v1/notice").body["notice"], "closed on Sunday");
    const std::string who = bearer(service.person("alice", {"alice.dyn.example"}));
    EXPECT_EQ(call("GET", "/v1/names/alice.dyn.example/propagation", {}, who).status, 200);
    EXPECT_EQ(call("GET", "/v1/names/bob.dyn.example/propagation", {}, who).status, 404);
}

TEST_F(JsonTest, CheckIpIsPlain) {
    const http::Response response = send(service, {.target = "/checkip", .source = kHome6});
    EXPECT_EQ(response.body, "2a02:8070:1:1::10\n");
    EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
}

TEST_F(JsonTest, LabelsOfTokensMayHoldAnything) {
    service.person("alice");
    const std::string password = basic(Service::password_of("alice"));
    EXPECT_EQ(call("POST", "/v1/tokens", {{"label", "r\xc3\xb6uter \"1\""}}, password).status, 201);
    EXPECT_EQ(call("GET", "/v1/tokens", {}, password).body["tokens"][0]["label"],
              "r\xc3\xb6uter \"1\"");
}

}  // namespace
}  // namespace homeport::names
