#include "app/status_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace homeport::app {
namespace {

using nlohmann::json;

ServiceFacts web() {
    ServiceFacts service;
    service.agent = "attic";
    service.name = "web";
    service.kind = ServiceKind::http;
    service.state = ServiceState::parked;
    service.hosts = {HostGlob::parse("home.example.net").value()};
    service.streams = 3;
    service.parked = 2;
    service.bytes_in = 10;
    service.bytes_out = 20;
    service.visitors_total = 5;
    service.refused_total = 1;
    return service;
}

RoleFacts facts(bool relay) {
    tunnel::SessionStatus session;
    session.name = relay ? "attic" : "relay1";
    session.state = tunnel::SessionState::resuming;
    session.in_state = 12s;
    session.last_heard = 400ms;
    session.rtt = 12345us;
    session.links = 2;
    session.resumes_total = 4;
    session.resets_total = 1;
    return {.relay = relay,
            .name = "me",
            .uptime = 90s,
            .wall = 1'000'000'012,
            .sessions = {session},
            .services = {web()},
            .buffer_bytes = 0};
}

TEST(StatusJson, DnsOnlyWhereItIsServed) {
    RoleFacts relay = facts(true);
    EXPECT_FALSE(json::parse(status_json(relay)).contains("dns"));
    relay.dns = DnsFacts{.zones = {{"example.net.", 7, 3}}, .udp = 5, .tcp = 2, .limited = 1};
    const json dns = json::parse(status_json(relay))["dns"];
    EXPECT_EQ(dns["zones"].at(0)["name"], "example.net.");
    EXPECT_EQ(dns["zones"].at(0)["serial"], 7);
    EXPECT_EQ(dns["queries_udp_total"], 5);
    EXPECT_EQ(dns["limited_total"], 1);
    EXPECT_EQ(dns["zones"].at(0)["signed"], false);
    EXPECT_EQ(dns["zones"].at(0)["secondaries"], json::array());
}

TEST(StatusJson, HowFarBehindASecondaryIs) {
    RoleFacts relay = facts(true);
    ZoneFacts zone{.name = "example.net.", .serial = 9, .is_signed = true};
    zone.secondaries = {{.address = "192.0.2.1:53", .serial = 9},
                        {.address = "192.0.2.2:53", .serial = 7, .behind = true, .behind_for = 2s},
                        {.address = "192.0.2.3:53", .behind = true}};
    relay.dns = DnsFacts{.zones = {zone}};
    const json row = json::parse(status_json(relay))["dns"]["zones"].at(0);
    EXPECT_EQ(row["signed"], true);
    EXPECT_EQ(row["secondaries"],
              json::parse(R"([{"address":"192.0.2.1:53","behind":false,"serial":9},
                              {"address":"192.0.2.2:53","behind":true,"behind_s":2,"serial":7},
                              {"address":"192.0.2.3:53","behind":true,"behind_s":0}])"));
}

// The fields and words promised in the interface.
TEST(StatusJson, RelayHasThePromisedFields) {
    const json status = json::parse(status_json(facts(true)));
    EXPECT_EQ(status["role"], "relay");
    EXPECT_TRUE(status["version"].is_string());
    EXPECT_EQ(status["uptime_s"], 90);
    EXPECT_EQ(status["resumes_total"], 4);
    EXPECT_EQ(status["resets_total"], 1);
    const json& session = status["sessions"].at(0);
    EXPECT_EQ(session["name"], "attic");
    EXPECT_EQ(session["state"], "resuming");
    EXPECT_EQ(session["since"], "2001-09-09T01:46:40Z");
    EXPECT_EQ(session["last_heard_ms"], 400);
    EXPECT_EQ(session["links"], 2);
    EXPECT_EQ(session["rtt_ms"], 12.345);
    const json& service = status["services"].at(0);
    const json promised = json::parse(
        R"({"agent":"attic","name":"web","kind":"http","state":"parked","streams":3,"parked":2,
                        "bytes_in":10,"bytes_out":20,"visitors_total":5,"refused_total":1})");
    for (const auto& [key, value] : promised.items()) {
        EXPECT_EQ(service[key], value) << key;
    }
}

TEST(StatusJson, AgentHasOneRelay) {
    const json status = json::parse(status_json(facts(false)));
    EXPECT_EQ(status["role"], "agent");
    EXPECT_EQ(status["relay"]["name"], "relay1");
    EXPECT_FALSE(status.contains("sessions"));
}

TEST(StatusJson, HostsOfARelay) {
    RoleFacts relay = facts(true);
    relay.hosts = {{"attic", "a.example.net", HostState::direct},
                   {"attic", "*.b.example.net", HostState::relayed},
                   {"shed", "c.example.net", HostState::away},
                   {"shed", "d.example.net", HostState::parked},
                   {"shed", "e.example.net", HostState::unproven}};
    EXPECT_EQ(json::parse(status_json(relay))["hosts"],
              json::parse(R"([{"agent":"attic","host":"a.example.net","state":"direct"},
                              {"agent":"attic","host":"*.b.example.net","state":"relayed"},
                              {"agent":"shed","host":"c.example.net","state":"away"},
                              {"agent":"shed","host":"d.example.net","state":"parked"},
                              {"agent":"shed","host":"e.example.net","state":"unproven"}])"));
    EXPECT_FALSE(json::parse(status_json(facts(false))).contains("hosts"));
}

TEST(StatusJson, NeverHeardIsNull) {
    RoleFacts silent = facts(true);
    silent.sessions[0].last_heard.reset();
    silent.sessions[0].rtt.reset();
    const json session = json::parse(status_json(silent))["sessions"][0];
    EXPECT_TRUE(session["last_heard_ms"].is_null());
    EXPECT_TRUE(session["rtt_ms"].is_null());
}

TEST(StatusJson, NamesStandBesideDns) {
    RoleFacts relay = facts(true);
    EXPECT_FALSE(json::parse(status_json(relay)).contains("names"));
    relay.dns = DnsFacts{.service = NamesFacts{.names = 4, .accounts = 2, .requests = 9}};
    const json status = json::parse(status_json(relay));
    EXPECT_EQ(status["names"]["names"], 4);
    EXPECT_EQ(status["names"]["accounts"], 2);
    EXPECT_EQ(status["names"]["requests_total"], 9);
}

// One answer is one line of valid JSON, whatever a peer called itself.
TEST(StatusJson, StrangeNamesStayInside) {
    RoleFacts strange = facts(true);
    strange.services[0].reason = "bad \xff\n\"";
    const std::string text = status_json(strange);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_TRUE(json::parse(text)["services"][0]["reason"].is_string());
}

TEST(ReloadJson, ProblemsAreAnError) {
    EXPECT_EQ(json::parse(reload_json({{"a"}, {"b"}, {}})),
              json::parse(R"({"changed":["a"],"restart":["b"]})"));
    const json refused = json::parse(reload_json({{}, {}, {"f:1: x (y)"}}));
    EXPECT_TRUE(refused["error"].is_string());
    EXPECT_EQ(refused["problems"][0], "f:1: x (y)");
}

}  // namespace
}  // namespace homeport::app
