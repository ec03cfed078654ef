#include "dns/check/survey.hpp"

#include "dns/check/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns::check {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using Kind = Outcome::Kind;

Outcome serial(std::uint32_t value) {
    return reply({answer("example", RrType::soa, soa(value))}, true);
}
Outcome a(const char* ip, bool authoritative = true, std::uint32_t ttl = 60) {
    return reply({answer("home.example", RrType::a, address(ip), ttl)}, authoritative);
}

struct SurveyTest : ::testing::Test {
    /// Servers with the outcomes for SOA and A; resolvers with that for A.
    Report run(const std::vector<std::pair<Outcome, Outcome>>& servers,
               const std::vector<Outcome>& resolvers = {}) {
        FoundZone found{.zone = name("example"), .servers = {}, .problem = {}};
        std::vector<Outcome> outcomes;
        for (std::size_t i = 0; i < servers.size(); ++i) {
            const Endpoint address = at("192.0.2." + std::to_string(i + 1) + ":53");
            found.servers.push_back({.name = {}, .address = address});
            outcomes.push_back(servers[i].first);
            outcomes.push_back(servers[i].second);
        }
        outcomes.insert(outcomes.end(), resolvers.begin(), resolvers.end());
        const std::vector<Endpoint> addresses(resolvers.size(), at("198.51.100.1:53"));
        const Survey survey(name("home.example"), {RrType::a}, found, addresses);
        EXPECT_EQ(survey.requests().size(), outcomes.size());
        return survey.evaluate(outcomes);
    }
    static std::vector<State> states(const Report& report) {
        std::vector<State> all;
        for (const Server& server : report.servers) all.push_back(server.state);
        return all;
    }
};

TEST_F(SurveyTest, Agreement) {
    const Report report =
        run({{serial(7), a("192.0.2.9")}, {serial(7), a("192.0.2.9")}}, {a("192.0.2.9", false, 5)});
    EXPECT_TRUE(report.all_current());
    EXPECT_EQ(report.serial, 7U);
    EXPECT_THAT(states(report), ElementsAre(State::current, State::current));
    EXPECT_EQ(report.resolvers[0].state, State::current);
    EXPECT_EQ(report.resolvers[0].answers[0].ttl, 5U);
    EXPECT_EQ(report.servers[0].took, 12ms);
}

// Servers are asked without, resolvers with recursion; a name without address is not asked.
TEST_F(SurveyTest, Requests) {
    FoundZone found{.zone = name("example"), .servers = {}, .problem = {}};
    found.servers.push_back({.name = name("ns.example"), .address = {}});
    found.servers.push_back({.name = {}, .address = at("192.0.2.1:53")});
    const Survey survey(name("home.example"), {RrType::a, RrType::txt}, found,
                        {at("198.51.100.1:53")});
    std::vector<std::string> asked;
    for (const Request& request : survey.requests()) {
        asked.push_back(request.to.to_string() + " " + request.ask.name.to_text() + " " +
                        to_text(request.ask.type) + (request.ask.recursion ? " RD" : ""));
    }
    EXPECT_THAT(asked,
                ElementsAre("192.0.2.1:53 example. SOA", "192.0.2.1:53 home.example. A",
                            "192.0.2.1:53 home.example. TXT", "198.51.100.1:53 home.example. A RD",
                            "198.51.100.1:53 home.example. TXT RD"));
    const Report report =
        survey.evaluate({serial(1), a("192.0.2.9"), reply({}, true), a("192.0.2.9"), reply({})});
    EXPECT_THAT(states(report), ElementsAre(State::no_address, State::current));
    EXPECT_FALSE(report.all_current());
}

// Serials compare by RFC 1982, and the newest need not come first.
TEST_F(SurveyTest, Behind) {
    const Report report = run({{serial(0xffffffff), a("192.0.2.8")},
                               {serial(1), a("192.0.2.9")},
                               {serial(0), a("192.0.2.9")}},
                              {a("192.0.2.8", false, 41)});
    EXPECT_EQ(report.serial, 1U);
    EXPECT_THAT(states(report), ElementsAre(State::behind, State::current, State::behind));
    EXPECT_EQ(report.servers[0].behind_by, 2U);
    EXPECT_FALSE(report.servers[0].same_answer);
    EXPECT_EQ(report.servers[2].behind_by, 1U);
    EXPECT_TRUE(report.servers[2].same_answer);
    EXPECT_EQ(report.resolvers[0].state, State::old);
    EXPECT_EQ(report.resolvers[0].old_seconds, 41U);
    EXPECT_FALSE(report.all_current());
}

TEST_F(SurveyTest, DiffersWithTheSameSerial) {
    const Report report = run({{serial(7), a("192.0.2.9")}, {serial(7), a("192.0.2.8")}});
    EXPECT_THAT(states(report), ElementsAre(State::current, State::differs));
    EXPECT_THAT(states(run({{serial(0), a("192.0.2.9")}, {serial(0x80000000), a("192.0.2.9")}})),
                ElementsAre(State::current, State::differs));
}

// Each way of not answering as one should has its state, and nobody is measured by it.
TEST_F(SurveyTest, BadServers) {
    const Outcome fine = a("192.0.2.9");
    const Outcome no_soa = reply({authority("example", RrType::soa, soa(9))}, true);
    const Report report = run({{no_reply(), no_reply()},
                               {no_reply(Kind::unreachable), no_reply(Kind::unreachable)},
                               {no_reply(Kind::garbled), fine},
                               {no_reply(Kind::no_tcp), fine},
                               {reply({}, false, Rcode::refused), fine},
                               {reply({}, false, Rcode::serv_fail), fine},
                               {reply({answer("example", RrType::soa, soa(9))}, false), fine},
                               {no_soa, fine},
                               {serial(9), a("192.0.2.9", false)},
                               {serial(9), no_reply()},
                               {serial(7), fine}});
    EXPECT_THAT(states(report),
                ElementsAre(State::silent, State::unreachable, State::garbled, State::no_tcp,
                            State::refused, State::failed, State::not_authoritative,
                            State::not_authoritative, State::not_authoritative, State::silent,
                            State::current));
    EXPECT_EQ(report.serial, 7U);
    EXPECT_EQ(report.servers[5].rcode, Rcode::serv_fail);
}

// What cannot be reached from here is not held against the zone, unless nothing is left.
TEST_F(SurveyTest, NoWayThere) {
    const Outcome away = no_reply(Kind::unreachable);
    EXPECT_TRUE(run({{serial(7), a("192.0.2.9")}, {away, away}}).all_current());
    EXPECT_FALSE(run({{away, away}}).all_current());
}

TEST_F(SurveyTest, Resolvers) {
    const Outcome gone =
        reply({authority("example", RrType::soa, soa(6, 300), 77)}, false, Rcode::nx_domain);
    const Report report = run(
        {{serial(7), a("192.0.2.9")}},
        {no_reply(), reply({}, false, Rcode::refused), reply({}, false, Rcode::serv_fail), gone});
    EXPECT_EQ(report.resolvers[0].state, State::silent);
    EXPECT_EQ(report.resolvers[1].state, State::refused);
    EXPECT_EQ(report.resolvers[2].state, State::failed);
    EXPECT_EQ(report.resolvers[3].state, State::old);
    EXPECT_EQ(report.resolvers[3].old_seconds, 77U);
    EXPECT_EQ(run({}, {a("192.0.2.9", false)}).resolvers[0].state, State::unknown);
}

// Order, case of names and repetition do not matter; other names' records do not count.
TEST_F(SurveyTest, AnswerIsASet) {
    const Outcome one = reply({answer("Home.example", RrType::a, address("192.0.2.2"), 30),
                               answer("home.example", RrType::a, address("192.0.2.1")),
                               answer("home.example", RrType::a, address("192.0.2.1")),
                               answer("x.example", RrType::a, address("192.0.2.3"))});
    const Answer read = answer_in(one.reply, name("home.example"), RrType::a);
    EXPECT_THAT(read.records, ElementsAre(address("192.0.2.1"), address("192.0.2.2")));
    EXPECT_EQ(read.ttl, 30U);
}

TEST_F(SurveyTest, AliasInsteadOfTheType) {
    const Outcome alias = reply({answer("home.example", RrType::cname, target("Other.example"), 20),
                                 answer("other.example", RrType::a, address("192.0.2.1"))});
    const Answer read = answer_in(alias.reply, name("home.example"), RrType::a);
    EXPECT_EQ(read.type, RrType::cname);
    EXPECT_THAT(read.records, ElementsAre(target("other.example")));
    EXPECT_EQ(read.ttl, 20U);
}

}  // namespace
}  // namespace homeport::dns::check
