#include "cli/status_text.hpp"

#include <gmock/gmock.h>

namespace homeport::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// A connected home: who, how fresh, how far, and what its services do.
TEST(StatusText, ConnectedHome) {
    const std::string text = render_status(R"({
        "role":"relay","name":"relay1","version":"0.1.0","uptime_s":7500,
        "sessions":[{"name":"attic","state":"up","last_heard_ms":400,"rtt_ms":12.2,"links":2,
                     "address":"192.0.2.7:4711","in_state_s":60}],
        "services":[{"agent":"attic","name":"web","kind":"http","state":"up",
                     "hosts":["home.example.net"],
                     "streams":3,"parked":0,"bytes_in":1000,"bytes_out":4200000,"visitors_total":9,
                     "refused_total":0}],
        "resumes_total":2,"resets_total":0})");
    EXPECT_THAT(text, HasSubstr("Relay \"relay1\", homeport 0.1.0, runs for 2 h 5 min."));
    EXPECT_THAT(
        text, HasSubstr("Home \"attic\" is connected, last heard 0.4 s ago, 12 ms away, 2 links"));
    EXPECT_THAT(text, HasSubstr("Service web (home.example.net): 3 visitors now, 9 so far"));
    EXPECT_THAT(text, HasSubstr("4.2 MB out"));
    EXPECT_THAT(text, HasSubstr("survived: 2"));
}

// A gap: how long, who waits, what to do next.
TEST(StatusText, GapHasANextStep) {
    const std::string text = render_status(R"({
        "role":"relay","name":"r","sessions":[{"name":"attic","state":"resuming","in_state_s":12}],
        "services":[{"agent":"attic","name":"web","state":"away","parked":4}]})");
    EXPECT_THAT(text, HasSubstr("No link for 12 s"));
    EXPECT_THAT(text, HasSubstr("4 visitors wait"));
    EXPECT_THAT(text, HasSubstr("Next step:"));
    EXPECT_THAT(render_status(R"({"role":"relay","sessions":[]})"), HasSubstr("homeport invite"));
}

TEST(StatusText, DnsOfTheRelay) {
    const std::string text = render_status(R"({
        "role":"relay","name":"r","sessions":[],"dns":{"queries_udp_total":4,"queries_tcp_total":1,
        "limited_total":2,"zones":[{"name":"example.net.","serial":1800000000,"names":9}]}})");
    EXPECT_THAT(text, HasSubstr("DNS: 1 zone, 5 questions, 2 of them beyond the rate"));
    EXPECT_THAT(text, HasSubstr("  example.net. serial 1800000000, 9 names.\n"));
    EXPECT_THAT(render_status(R"({"role":"relay","dns":7})"), Not(HasSubstr("DNS")));
}

TEST(StatusText, ZonesTellOfTheirSecondaries) {
    const std::string text = render_status(R"({
        "role":"relay","name":"r","sessions":[],"dns":{"updates_total":5,"forged_total":1,
        "zones":[{"name":"a.","serial":7,"names":2,"signed":true,"secondaries":[
            {"address":"192.0.2.1:53","serial":7,"behind":false},
            {"address":"192.0.2.2:53","serial":5,"behind":true,"behind_s":180},
            {"address":"192.0.2.3:53","behind":true}]},
          {"name":"b.","serial":1,"names":1,"signed":false,"secondaries":[]}]}})");
    EXPECT_THAT(text, HasSubstr("DNS: 2 zones, 0 questions, 5 updates, 1 forged signature.\n"));
    EXPECT_THAT(text, HasSubstr("  a. serial 7, 2 names, signed; 192.0.2.1:53 has it, "
                                "192.0.2.2:53 is 3 min behind, 192.0.2.3:53 has not answered.\n"));
    EXPECT_THAT(text, HasSubstr("  b. serial 1, 1 name.\n"));
}

TEST(StatusText, NameServiceOfTheRelay) {
    EXPECT_THAT(render_status(R"({"role":"relay","names":{"names":12,"accounts":1,
                "requests_total":40,"changed_total":10,"refused_total":5}})"),
                HasSubstr("Names: 12 names of 1 account, 40 requests: 10 changed something, 5 were "
                          "refused.\n"));
    EXPECT_THAT(render_status(R"({"role":"relay","names":{"failed_total":2}})"),
                HasSubstr("2 could not be done. Next step: look at the disk"));
    EXPECT_THAT(render_status(R"({"role":"relay","names":[]})"), Not(HasSubstr("Names")));
}

TEST(StatusText, AgentTellsWhyAServiceIsNotPublished) {
    const std::string text = render_status(R"({
        "role":"agent","name":"attic","relay":{"name":"relay1","state":"up","links":1},
        "services":[{"name":"web","state":"away",
                     "reason":"host home.example.net is not granted"}]})");
    EXPECT_THAT(text, HasSubstr("Relay \"relay1\" is connected"));
    EXPECT_THAT(text, HasSubstr("not published: host home.example.net is not granted"));
}

// What a peer or another version sends cannot break the display.
TEST(StatusText, StrangeAnswersAreShownAsFarAsTheyGo) {
    EXPECT_EQ(render_status("[]"), "The answer could not be understood.\n");
    EXPECT_EQ(render_status("{"), "The answer could not be understood.\n");
    EXPECT_THAT(render_status(R"({"role":"relay","sessions":[1,{"name":7}],"services":{}})"),
                HasSubstr("Home \"\""));
    const std::string text = render_status(
        R"({"role":"relay","sessions":[{"name":"a\u001b[2J","state":"up","last_heard_ms":-1e300,)"
        R"("rtt_ms":1e300}]})");
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace homeport::cli
