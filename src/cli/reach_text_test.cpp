#include "cli/reach_text.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace homeport::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

IpAddress ip(std::string_view text) {
    return *IpAddress::parse(text);
}

/// A home router with a public address that opened the port.
reach::ReachView home_line() {
    reach::ReachView view;
    view.place = reach::Neighbourhood{
        .interface = "eth0",
        .index = 2,
        .v4 = reach::Neighbourhood::Side{ip("192.168.1.10"), 24, ip("192.168.1.1")},
        .v6 = {}};
    view.v4.address = ip("203.0.113.5");
    view.verdicts[0].kind = reach::LineKind::port_map_possible;
    view.verdicts[0].headline = "The router can open ports.";
    view.verdicts[0].next_step = "Publish a service.";
    view.verdicts[0].evidence = {"STUN relay.example.net: 203.0.113.5"};
    view.verdicts[1].family = reach::Family::v6;
    view.verdicts[1].kind = reach::LineKind::ipv4_only;
    view.verdicts[1].headline = "There is no IPv6.";
    view.routers.push_back({reach::Family::v4,
                            {.protocol = reach::MapProtocol::upnp,
                             .router = *Endpoint::parse("192.168.1.1:5000"),
                             .answers = true,
                             .external = ip("203.0.113.5"),
                             .name = "Router\x1b[31m Inc."}});
    reach::UnitReport unit{.name = "test", .phase = reach::UnitReport::Phase::mapped};
    unit.protocol = reach::MapProtocol::upnp;
    view.units_v4.push_back(unit);
    return view;
}

TEST(ReachText, AHomeLine) {
    const std::string text = render_examination(home_line(), {});
    EXPECT_THAT(text, AllOf(HasSubstr("Line: eth0, router 192.168.1.1\n"),
                            HasSubstr("IPv4: 203.0.113.5\n  The router can open ports.\n"),
                            HasSubstr("  Next: Publish a service.\n"),
                            HasSubstr("    STUN relay.example.net: 203.0.113.5\n"),
                            HasSubstr("IPv6: no public address\n  There is no IPv6.\n"),
                            HasSubstr("the router opened it (UPnP)")));
    EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << "a router's name is a stranger's text";
}

TEST(ReachText, WhyAPortWasNotOpened) {
    reach::ReachView view = home_line();
    reach::UnitReport& unit = view.units_v4.at(0);
    unit.phase = reach::UnitReport::Phase::failed;
    unit.attempts = {{.protocol = reach::MapProtocol::pcp,
                      .fault = reach::MapFault::not_authorized,
                      .detail = "TCP 50000: 2 NOT_AUTHORIZED"}};
    EXPECT_THAT(
        render_examination(view, {}),
        HasSubstr("not opened; PCP: the router does not allow it to this device (TCP 50000: "
                  "2 NOT_AUTHORIZED)"));
}

TEST(ReachText, Json) {
    const auto all = nlohmann::json::parse(examination_json(home_line(), {}));
    EXPECT_EQ(all["ipv4"]["address"], "203.0.113.5");
    EXPECT_EQ(all["ipv4"]["kind"], "port_map_possible");
    EXPECT_TRUE(all["ipv6"]["address"].is_null());
    EXPECT_TRUE(all["test_port"][0]["opened"]);
    EXPECT_EQ(all["routers"][0]["protocol"], "UPnP");
}

Outside dials() {
    Outside outside{.relay = "relay1", .trouble = {}, .probes = {}};
    outside.probes.push_back({{.family = reach::Family::v4,
                               .role = reach::ProbeRole::wished,
                               .port = 50123,
                               .result = ProbeResult::arrived},
                              false,
                              {}});
    outside.probes.push_back({{.family = reach::Family::v4,
                               .role = reach::ProbeRole::second,
                               .port = 50124,
                               .result = ProbeResult::nothing},
                              true,
                              "silence\x1b[2J"});
    return outside;
}

TEST(ReachText, WhatTheRelayMet) {
    const std::string text = render_examination(home_line(), dials());
    EXPECT_THAT(text, AllOf(HasSubstr("From outside\n  IPv4  TCP 50123 a port for a service: "
                                      "arrived here\n"),
                            HasSubstr("UDP 50124 another such port: no answer (silence?[2J)\n"),
                            Not(HasSubstr("Nobody dialled")), Not(HasSubstr("Next: see that"))));
    const auto all = nlohmann::json::parse(examination_json(home_line(), dials()));
    EXPECT_EQ(all["relay"], "relay1");
    EXPECT_EQ(all["probes"].size(), 2u);
    EXPECT_EQ(all["probes"][1]["role"], "second");
    EXPECT_EQ(all["probes"][1]["transport"], "udp");
    EXPECT_EQ(all["probes"][1]["port"], 50124);
    EXPECT_EQ(all["probes"][1]["result"], "no answer");
}

TEST(ReachText, WhyNobodyDialled) {
    EXPECT_THAT(
        render_examination(home_line(), {}),
        AllOf(HasSubstr("From outside\n  Nobody dialled."), HasSubstr("homeport doctor --config")));
    const Outside unpaired{.relay = {}, .trouble = "not paired", .probes = {}};
    EXPECT_THAT(render_examination(home_line(), unpaired),
                HasSubstr("From outside\n  not paired\n  Nobody dialled."));
    Outside cut = dials();
    cut.trouble = "no answer within 15 s";
    EXPECT_THAT(render_examination(home_line(), cut),
                AllOf(HasSubstr("TCP 50123"),
                      HasSubstr("  The relay could not be asked: no answer within 15 s\n"),
                      Not(HasSubstr("Nobody dialled"))));
    const auto all = nlohmann::json::parse(examination_json(home_line(), {}));
    EXPECT_TRUE(all["relay"].is_null());
    EXPECT_TRUE(all["probes"].empty());
}

TEST(ReachText, TheAudit) {
    Outside outside = dials();
    EXPECT_THAT(render_examination(home_line(), outside), Not(HasSubstr("Security")));
    using enum reach::AuditSeverity;
    outside.audit = {{"SSDP (UDP 1900)", bad, "strangers get answers", "update the router"},
                     {"port mapping TCP 80", warning, "leads to x\x1b[2J", ""},
                     {"Telnet (TCP 23)", fine, "nobody answers", ""},
                     {"SSDP", fine, "nobody answers", ""}};
    const std::string text = render_examination(home_line(), outside);
    EXPECT_THAT(text, AllOf(HasSubstr("\nSecurity\n  bad      SSDP (UDP 1900): strangers get "
                                      "answers\n           Next: update the router\n"),
                            HasSubstr("  warning  port mapping TCP 80: leads to x?[2J\n"),
                            HasSubstr("  fine     Telnet (TCP 23), SSDP: nobody answers\n"),
                            Not(HasSubstr("\x1b"))));
    const auto all = nlohmann::json::parse(examination_json(home_line(), outside));
    ASSERT_EQ(all["audit"].size(), 4u);
    EXPECT_EQ(all["audit"][0]["what"], "SSDP (UDP 1900)");
    EXPECT_EQ(all["audit"][0]["severity"], "bad");
    EXPECT_EQ(all["audit"][0]["finding"], "strangers get answers");
    EXPECT_EQ(all["audit"][0]["remedy"], "update the router");
}

TEST(ReachText, WithoutALine) {
    reach::ReachView view;
    view.verdicts[0].headline = "No connection.";
    EXPECT_THAT(render_examination(view, {}), Not(HasSubstr("Line:")));
    EXPECT_TRUE(nlohmann::json::parse(examination_json(view, {}))["interface"].is_null());
}

}  // namespace
}  // namespace homeport::cli
