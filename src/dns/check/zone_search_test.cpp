#include "dns/check/zone_search.hpp"

#include "dns/check/limits.hpp"
#include "dns/check/testing.hpp"

#include <gmock/gmock.h>
#include <map>
#include <tuple>

namespace homeport::dns::check {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Endpoint kResolver = at("192.0.2.10:53");

/// Who says what: "SERVER NAME TYPE". What is not listed does not exist (at the resolver), or gets
/// no reply.
struct Script {
    void ns(const std::string& owner, std::initializer_list<const char*> hosts) {
        std::vector<Record> records;
        for (const char* host : hosts) records.push_back(answer(owner, RrType::ns, target(host)));
        add(kResolver, owner, RrType::ns, reply(std::move(records)));
    }
    void host(const std::string& owner, const std::string& ip) {
        const bool v6 = ip.find(':') != std::string::npos;
        const RrType type = v6 ? RrType::aaaa : RrType::a;
        add(kResolver, owner, type, reply({answer(owner, type, address(ip))}));
    }
    /// What the server with this address says about the delegation.
    void referral(const std::string& server, const std::string& cut,
                  std::initializer_list<const char*> hosts, std::vector<Record> glue = {}) {
        for (const char* host : hosts) glue.push_back(authority(cut, RrType::ns, target(host)));
        add(at(server + ":53"), cut, RrType::ns, reply(std::move(glue)));
    }
    void add(const Endpoint& to, const std::string& owner, RrType type, Outcome outcome) {
        said[key(to, name(owner), type)] = std::move(outcome);
    }
    Outcome ask(const Request& request) const {
        const auto found = said.find(key(request.to, request.ask.name, request.ask.type));
        EXPECT_EQ(request.ask.recursion, request.to == kResolver);
        if (found != said.end()) return found->second;
        return request.to == kResolver ? reply({}, false, Rcode::nx_domain) : no_reply();
    }
    static std::string key(const Endpoint& to, const Name& owner, RrType type) {
        return to.to_string() + " " + owner.to_text() + " " + to_text(type);
    }
    std::map<std::string, Outcome> said;
};

FoundZone search(const Script& script, const std::string& owner, std::vector<Endpoint> servers = {},
                 std::vector<Endpoint> resolvers = {kResolver}) {
    ZoneSearch search(name(owner), std::move(servers), std::move(resolvers));
    for (int steps = 0; steps < 10; ++steps) {
        const auto requests = search.requests();
        if (requests.empty()) return search.found();
        std::vector<Outcome> outcomes;
        for (const Request& request : requests) outcomes.push_back(script.ask(request));
        search.take(outcomes);
    }
    ADD_FAILURE() << "no end";
    return {};
}

/// "ns1.example.net. 192.0.2.1:53 pc": listed by parent and child.
std::vector<std::string> lines(const FoundZone& found) {
    std::vector<std::string> all;
    for (const FoundServer& server : found.servers) {
        std::string line = server.name ? server.name->to_text() + " " : std::string();
        line += server.address ? server.address->to_string() : "-";
        if (server.by_parent || server.by_child) line += " ";
        if (server.by_parent) line += "p";
        if (server.by_child) line += "c";
        all.push_back(line);
    }
    return all;
}

struct ZoneSearchTest : ::testing::Test {
    ZoneSearchTest() {
        script.ns(".", {"root."});
        script.ns("net", {"tld.net"});
        script.ns("example.net", {"ns2.other.net", "ns1.example.net"});
        script.host("tld.net", "198.51.100.1");
        script.host("ns1.example.net", "192.0.2.1");
        script.host("ns1.example.net", "2001:db8::1");
        script.host("ns2.other.net", "192.0.2.2");
        script.referral("198.51.100.1", "example.net", {"ns1.example.net", "ns2.other.net"});
    }
    Script script;
};

TEST_F(ZoneSearchTest, FindsZoneAndServers) {
    const FoundZone found = search(script, "home.example.net");
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.zone, name("example.net"));
    EXPECT_TRUE(found.delegation_seen);
    EXPECT_THAT(lines(found), ElementsAre("ns1.example.net. 192.0.2.1:53 pc",
                                          "ns1.example.net. [2001:db8::1]:53 pc",
                                          "ns2.other.net. 192.0.2.2:53 pc"));
}

// The name may be the apex itself.
TEST_F(ZoneSearchTest, Apex) {
    EXPECT_EQ(search(script, "example.net").zone, name("example.net"));
}

// Servers that only one side lists are asked all the same, also at the parent's old address.
TEST_F(ZoneSearchTest, SetsDiffer) {
    script.referral(
        "198.51.100.1", "example.net", {"ns1.example.net", "old.example.net"},
        {record(Section::additional, "ns1.example.net", RrType::a, address("192.0.2.99"))});
    const FoundZone found = search(script, "home.example.net");
    EXPECT_THAT(lines(found), ElementsAre("ns1.example.net. 192.0.2.1:53 pc",
                                          "ns1.example.net. [2001:db8::1]:53 pc",
                                          "ns1.example.net. 192.0.2.99:53 pc",
                                          "old.example.net. - p", "ns2.other.net. 192.0.2.2:53 c"));
}

// The resolver cannot resolve anything below a broken delegation: the parent knows its servers.
TEST_F(ZoneSearchTest, LameDelegation) {
    for (const char* owner : {"home.example.net", "a.home.example.net"})
        script.add(kResolver, owner, RrType::ns, reply({}, false, Rcode::serv_fail));
    script.referral("192.0.2.1", "home.example.net", {"dyn.example.net"});
    script.host("dyn.example.net", "192.0.2.77");
    const FoundZone found = search(script, "a.home.example.net");
    EXPECT_EQ(found.zone, name("home.example.net"));
    EXPECT_THAT(lines(found), ElementsAre("dyn.example.net. 192.0.2.77:53 p"));
}

// A question that got lost makes no zone.
TEST_F(ZoneSearchTest, LostQuestionIsNoCut) {
    script.add(kResolver, "home.example.net", RrType::ns, no_reply());
    script.add(at("192.0.2.1:53"), "home.example.net", RrType::ns,
               reply({authority("example.net", RrType::soa, soa(1))}, true));
    const FoundZone found = search(script, "home.example.net");
    EXPECT_EQ(found.zone, name("example.net"));
    EXPECT_TRUE(found.delegation_seen);
    EXPECT_EQ(found.servers.size(), 3U);
}

// Without a word of the parent the zone's own set has to do.
TEST_F(ZoneSearchTest, SilentParent) {
    script.said.erase(Script::key(at("198.51.100.1:53"), name("example.net"), RrType::ns));
    const FoundZone found = search(script, "home.example.net");
    EXPECT_FALSE(found.delegation_seen);
    EXPECT_EQ(found.servers.size(), 3U);
    EXPECT_FALSE(found.servers.front().by_parent);
}

// A server that has both zones answers for the lower one: that says nothing of the delegation.
TEST_F(ZoneSearchTest, ParentAnswersForTheChild) {
    script.add(at("198.51.100.1:53"), "example.net", RrType::ns,
               reply({answer("example.net", RrType::ns, target("ns1.example.net"))}, true));
    const FoundZone found = search(script, "home.example.net");
    EXPECT_FALSE(found.delegation_seen);
    EXPECT_EQ(found.servers.size(), 3U);
}

// Referrals of other names are no answer.
TEST_F(ZoneSearchTest, ForeignReferral) {
    script.add(at("198.51.100.1:53"), "example.net", RrType::ns,
               reply({authority("net", RrType::ns, target("evil.example"))}));
    EXPECT_FALSE(search(script, "home.example.net").delegation_seen);
}

// The next resolver is asked when the first does not help.
TEST_F(ZoneSearchTest, SecondResolver) {
    const Endpoint silent = at("192.0.2.11:53");
    ZoneSearch search(name("home.example.net"), {}, {silent, kResolver});
    EXPECT_EQ(search.requests().front().to, silent);
    search.take(std::vector<Outcome>(search.requests().size(), no_reply()));
    EXPECT_EQ(search.requests().front().to, kResolver);
    search.take(std::vector<Outcome>(search.requests().size(), reply({}, false, Rcode::refused)));
    EXPECT_TRUE(search.requests().empty());
    EXPECT_THAT(search.found().problem, HasSubstr("home.example.net."));
}

TEST_F(ZoneSearchTest, NoSuchTopLevel) {
    EXPECT_THAT(search(script, "attic.lan").problem, HasSubstr("attic.lan."));
    EXPECT_NE(search(script, "attic.lan", {}, {}).problem, "");
}

// With given servers the zone is the deepest that one of them is authoritative for.
TEST_F(ZoneSearchTest, GivenServers) {
    const Endpoint one = at("127.0.0.1:5301");
    const Endpoint two = at("127.0.0.1:5302");
    script.add(one, "a.home.example.net", RrType::soa,
               reply({authority("home.example.net", RrType::soa, soa(1))}, true));
    script.add(two, "a.home.example.net", RrType::soa,
               reply({authority("a.home.example.net", RrType::soa, soa(1))}, false));
    script.add(two, "home.example.net", RrType::soa,
               reply({authority("example.net", RrType::soa, soa(1))}, true));
    const FoundZone found = search(script, "a.home.example.net", {one, two}, {});
    EXPECT_EQ(found.zone, name("home.example.net"));
    EXPECT_THAT(lines(found), ElementsAre("127.0.0.1:5301", "127.0.0.1:5302"));
    EXPECT_FALSE(search(Script(), "a.home.example.net", {one}, {}).zone);
}

// An alias has no SOA of its own; the name above tells the zone.
TEST_F(ZoneSearchTest, GivenServersAtAnAlias) {
    const Endpoint one = at("127.0.0.1:5301");
    script.add(one, "www.example.net", RrType::soa,
               reply({answer("www.example.net", RrType::cname, target("x.example"))}, true));
    script.add(one, "example.net", RrType::soa,
               reply({answer("example.net", RrType::soa, soa(1))}, true));
    EXPECT_EQ(search(script, "www.example.net", {one}, {}).zone, name("example.net"));
}

// However many servers and addresses somebody lists, the work is bounded.
TEST_F(ZoneSearchTest, TooManyServers) {
    std::vector<Record> servers;
    for (int i = 0; i < 200; ++i) {
        const std::string host = "n" + std::to_string(i) + ".example.net";
        servers.push_back(answer("example.net", RrType::ns, target(host)));
        script.add(kResolver, host, RrType::a,
                   reply({answer(host, RrType::a, Build().u8(10).u8(0).u16(3 * i).bytes),
                          answer(host, RrType::a, Build().u8(10).u8(0).u16(3 * i + 1).bytes),
                          answer(host, RrType::a, Build().u8(10).u8(0).u16(3 * i + 2).bytes)}));
    }
    script.add(kResolver, "example.net", RrType::ns, reply(servers));
    script.referral("198.51.100.1", "example.net", {});
    const FoundZone found = search(script, "home.example.net");
    EXPECT_EQ(found.servers.size(), kMaxServers);
    EXPECT_EQ(found.left_out, 3 * kMaxServerNames - kMaxServers);
}

// A name with very many labels costs a bounded number of questions.
TEST_F(ZoneSearchTest, DeepName) {
    std::string deep = "example.net";
    for (int i = 0; i < 100; ++i) deep = "a." + deep;
    const ZoneSearch first(name(deep), {}, {kResolver});
    EXPECT_EQ(first.requests().size(), kMaxLevels);
    EXPECT_EQ(search(script, deep).zone, name("example.net"));
}

}  // namespace
}  // namespace homeport::dns::check
