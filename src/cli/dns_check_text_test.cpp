#include "cli/dns_check_text.hpp"

#include "dns/wire/testing.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace homeport::cli {
namespace {

using dns::check::Answer;
using dns::check::Report;
using dns::check::Server;
using dns::check::State;
using dns::testing::address;
using dns::testing::name;
using testing::HasSubstr;
using testing::Not;

Answer an_address(const char* ip, std::uint32_t ttl = 60) {
    return {.type = dns::RrType::a, .rcode = {}, .ttl = ttl, .records = {address(ip)}};
}
Endpoint at(const char* text) {
    return Endpoint::parse(text).value();
}

struct DnsCheckText : testing::Test {
    DnsCheckText() {
        report.name = name("home.example.net");
        report.types = {dns::RrType::a};
        report.zone = name("example.net");
        report.serial = 7;
        add("ns1.example.net", "192.0.2.1:53");
        add("ns2.example.net", "192.0.2.2:53");
        report.resolvers.push_back({.address = at("198.51.100.1:53"),
                                    .answers = {an_address("203.0.113.9", 12)},
                                    .took = 4ms});
    }
    void add(const char* host, const char* endpoint) {
        report.servers.push_back({.name = name(host),
                                  .address = at(endpoint),
                                  .by_parent = true,
                                  .by_child = true,
                                  .serial = 7,
                                  .same_answer = true,
                                  .answers = {an_address("203.0.113.9")},
                                  .took = 12'300us});
    }
    std::string verdict() const { return dns_check_verdict(report); }

    Report report;
};

TEST_F(DnsCheckText, AllCurrent) {
    const std::string text = render_dns_check(report);
    EXPECT_THAT(text, HasSubstr("home.example.net. A, zone example.net., newest serial 7\n"));
    EXPECT_THAT(
        text,
        HasSubstr("who               address       serial  answer       ttl  ms   remark\n"
                  "ns1.example.net.  192.0.2.1     7       203.0.113.9  60   12   current\n"
                  "ns2.example.net.  192.0.2.2     7       203.0.113.9  60   12   current\n"
                  "resolver          198.51.100.1  -       203.0.113.9  12   4.0  current\n"));
    EXPECT_THAT(text, HasSubstr("2 servers and 1 resolver agree."));
    EXPECT_THAT(text, Not(HasSubstr("Warning")));
}

TEST_F(DnsCheckText, BehindIsToldFirst) {
    report.servers[0].state = State::silent;
    report.servers[1].state = State::behind;
    report.servers[1].serial = 4;
    report.servers[1].behind_by = 3;
    EXPECT_THAT(verdict(), HasSubstr("ns2.example.net. (192.0.2.2)"));
    EXPECT_THAT(verdict(), HasSubstr("NOTIFY"));
    EXPECT_THAT(render_dns_check(report),
                HasSubstr("behind by 3 (serial 7 is out; same answer)\n"));
    report.servers[1].state = State::current;
    EXPECT_THAT(verdict(), HasSubstr("ns1.example.net. (192.0.2.1)"));
    report.serial.reset();
    EXPECT_THAT(verdict(), HasSubstr("No name server answers"));
}

TEST_F(DnsCheckText, OldResolverTellsHowLong) {
    report.resolvers[0].state = State::old;
    report.resolvers[0].old_seconds = 300;
    EXPECT_THAT(verdict(), HasSubstr("Resolver 198.51.100.1"));
    EXPECT_THAT(verdict(), HasSubstr("5 min"));
    EXPECT_THAT(render_dns_check(report), HasSubstr("old answer for 300 s more\n"));
}

// Every state of which there is something to do has words in the verdict, and all have a remark.
TEST_F(DnsCheckText, EveryStateHasWords) {
    const std::string fine = verdict();
    for (const State state :
         {State::behind, State::differs, State::silent, State::garbled, State::no_tcp,
          State::refused, State::failed, State::not_authoritative, State::no_address}) {
        report.servers[0].state = state;
        EXPECT_THAT(verdict(), HasSubstr("ns1.example.net.")) << to_string(state);
    }
    report.servers[0].state = State::unreachable;
    EXPECT_THAT(verdict(), HasSubstr("1 server and"));
    EXPECT_THAT(render_dns_check(report), HasSubstr("no way there from here\n"));
    report.servers[0].state = State::current;
    for (const State state : {State::old, State::silent, State::garbled, State::no_tcp,
                              State::refused, State::failed}) {
        report.resolvers[0].state = state;
        EXPECT_THAT(verdict(), HasSubstr("198.51.100.1")) << to_string(state);
    }
}

TEST_F(DnsCheckText, ManyAreCounted) {
    for (int i = 0; i < 5; ++i) add("more.example.net", "192.0.2.3:5300");
    for (Server& server : report.servers) server.state = State::silent;
    EXPECT_THAT(verdict(), HasSubstr("more.example.net. (192.0.2.3:5300) and 4 more: no answer"));
}

TEST_F(DnsCheckText, DifferingSetsAreWarnedOf) {
    report.delegation_seen = true;
    report.servers[0].by_child = false;
    EXPECT_THAT(render_dns_check(report), HasSubstr("also names ns1.example.net.,"));
    report.servers[0].by_child = true;
    report.servers[0].by_parent = false;
    EXPECT_THAT(render_dns_check(report), HasSubstr("does not name ns1.example.net.:"));
    // When one side was not seen there is nothing to compare.
    report.delegation_seen = false;
    EXPECT_THAT(render_dns_check(report), Not(HasSubstr("Warning")));
}

TEST_F(DnsCheckText, Answers) {
    Answer& answer = report.servers[0].answers[0];
    answer = {.type = dns::RrType::a, .rcode = dns::Rcode::nx_domain, .ttl = 33, .records = {}};
    EXPECT_THAT(render_dns_check(report), HasSubstr("no such name"));
    answer.rcode = dns::Rcode::no_error;
    EXPECT_THAT(render_dns_check(report), HasSubstr("no such record"));
    answer = {.type = dns::RrType::cname,
              .rcode = {},
              .ttl = 33,
              .records = {dns::testing::target("x.example")}};
    EXPECT_THAT(render_dns_check(report), HasSubstr("CNAME x.example.  33 "));
    answer = {.type = dns::RrType::txt,
              .rcode = {},
              .ttl = 33,
              .records = {dns::testing::text("\x1b[2J"), dns::testing::text(std::string(90, 'a'))}};
    const std::string text = render_dns_check(report);
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, HasSubstr("aaa...  33"));
}

TEST_F(DnsCheckText, Json) {
    report.servers[1].state = State::behind;
    report.servers[1].behind_by = 3;
    report.resolvers[0].state = State::old;
    report.resolvers[0].old_seconds = 12;
    const auto json = nlohmann::json::parse(dns_check_json(report));
    EXPECT_EQ(json["name"], "home.example.net.");
    EXPECT_EQ(json["zone"], "example.net.");
    EXPECT_EQ(json["serial"], 7);
    EXPECT_EQ(json["all_current"], false);
    EXPECT_EQ(json["servers"][0]["state"], "current");
    EXPECT_EQ(json["servers"][0]["address"], "192.0.2.1:53");
    EXPECT_EQ(json["servers"][0]["answers"][0]["records"][0], "203.0.113.9");
    EXPECT_EQ(json["servers"][0]["answers"][0]["ttl"], 60);
    EXPECT_EQ(json["servers"][1]["behind_by"], 3);
    EXPECT_EQ(json["resolvers"][0]["old_for_s"], 12);
    EXPECT_EQ(json["verdict"], verdict());
}

}  // namespace
}  // namespace homeport::cli
