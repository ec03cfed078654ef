#include "app/metrics.hpp"

#include <gmock/gmock.h>

namespace homeport::app {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Metrics, EveryFamilyHasAType) {
    RoleFacts facts;
    facts.relay = true;
    facts.uptime = 90s;
    facts.sessions.resize(1);
    facts.sessions[0].name = "attic";
    facts.sessions[0].state = tunnel::SessionState::up;
    facts.sessions[0].rtt = 12ms;
    facts.services.resize(1);
    facts.services[0].agent = "attic";
    facts.services[0].name = "web";
    facts.services[0].bytes_out = 42;
    facts.hosts = {{"attic", "a.example.net", HostState::parked}};
    const std::string text = metrics_text(facts);
    EXPECT_THAT(text,
                HasSubstr("# TYPE homeport_uptime_seconds gauge\nhomeport_uptime_seconds 90\n"));
    EXPECT_THAT(text, HasSubstr("homeport_host_state{agent=\"attic\",host=\"a.example.net\","
                                "state=\"parked\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("homeport_session_up{agent=\"attic\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("homeport_session_rtt_seconds{agent=\"attic\"} 0.012\n"));
    EXPECT_THAT(
        text, HasSubstr("homeport_service_bytes_out_total{agent=\"attic\",service=\"web\"} 42\n"));
}

TEST(Metrics, DnsOnlyWhereItIsServed) {
    RoleFacts facts;
    EXPECT_THAT(metrics_text(facts), Not(HasSubstr("dns_")));
    facts.dns = DnsFacts{.zones = {{"example.net.", 7, 3}}, .udp = 5, .nx_domain = 2};
    const std::string text = metrics_text(facts);
    EXPECT_THAT(text, HasSubstr("homeport_dns_queries_total{transport=\"udp\"} 5\n"));
    EXPECT_THAT(text, HasSubstr("homeport_dns_answers_total{rcode=\"NXDOMAIN\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("homeport_dns_zone_serial{zone=\"example.net.\"} 7\n"));
}

TEST(Metrics, SecondariesAndNames) {
    RoleFacts facts;
    facts.dns = DnsFacts{
        .zones = {{.name = "a.",
                   .serial = 7,
                   .is_signed = true,
                   .secondaries =
                       {{.address = "192.0.2.1:53", .serial = 5, .behind = true, .behind_for = 90s},
                        {.address = "192.0.2.2:53"}}}},
        .forged = 3,
        .service = NamesFacts{.names = 4, .changed = 2}};
    const std::string text = metrics_text(facts);
    EXPECT_THAT(text, HasSubstr("homeport_dns_zone_signed{zone=\"a.\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("homeport_dns_forged_total 3\n"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "homeport_dns_secondary_behind_seconds{zone=\"a.\",server=\"192.0.2.1:53\"} 90\n"));
    EXPECT_THAT(
        text, HasSubstr("homeport_dns_secondary_serial{zone=\"a.\",server=\"192.0.2.2:53\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("homeport_names 4\n"));
    EXPECT_THAT(text, HasSubstr("homeport_names_answers_total{outcome=\"changed\"} 2\n"));
}

// A label value cannot end its quotes or its line.
TEST(Metrics, LabelsAreEscaped) {
    RoleFacts facts;
    facts.sessions.resize(1);
    facts.sessions[0].name = "a\"\\\nb";
    EXPECT_THAT(metrics_text(facts), HasSubstr("{agent=\"a\\\"\\\\\\nb\"}"));
}

TEST(Metrics, OnlyGetOfOnePathIsAnswered) {
    const auto answer = [](std::string_view head) {
        return answer_metrics(head, [] { return std::string("page"); });
    };
    EXPECT_THAT(answer("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.0 200 "));
    EXPECT_THAT(answer("GET /metrics?x=1 HTTP/1.0\r\n\r\n"), HasSubstr("\r\n\r\npage"));
    EXPECT_THAT(answer("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.0 404 "));
    EXPECT_THAT(answer("POST /metrics HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.0 405 "));
    for (const char* head :
         {"\r\n\r\n", "GET\r\n\r\n", "GET /metrics\r\n\r\n", "GET /metrics HTTP/2\r\n\r\n"}) {
        EXPECT_THAT(answer(head), StartsWith("HTTP/1.0 400 ")) << head;
    }
}

}  // namespace
}  // namespace homeport::app
