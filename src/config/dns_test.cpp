#include "config/fields.hpp"
#include "config/limits.hpp"
#include "config/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kLeast = std::string(testing::kLeastRelay) + "[dns]\nlisten = [\"0.0.0.0:53\"]\n";

struct DnsSettings : ::testing::Test {
    testing::FakeFiles files;

    Loaded<Relay> parse(const std::string& text) {
        return parse_relay(text, "/etc/homeport/relay.toml", files);
    }
    /// The least file with more lines; the first of them is line 7.
    std::vector<std::string> problems_with(const std::string& more) {
        auto found = testing::texts(parse(kLeast + more));
        for (std::string& line : found) line.erase(0, std::string("/etc/homeport/").size());
        return found;
    }
};

TEST_F(DnsSettings, are_absent_by_default) {
    const std::string least(kLeast);
    const auto relay = parse(least.substr(0, least.find("[dns]")));
    ASSERT_THAT(testing::texts(relay), IsEmpty());
    EXPECT_FALSE(relay->dns);
    EXPECT_THAT(relay->zones, IsEmpty());
}

// The table of settings says what the defaults are: written out, they change nothing.
TEST_F(DnsSettings, have_the_stated_defaults) {
    Dns expected;
    expected.listen = {Endpoint::parse("0.0.0.0:53").value()};
    EXPECT_EQ(parse(kLeast)->dns, expected);
    Dns table;
    std::string full = kLeast;
    for (const Field& field : dns_section(table).fields) {
        if (field.need == Need::optional && field.absent.empty())
            full += std::string(field.name) + " = " + std::string(field.example) + "\n";
    }
    EXPECT_EQ(parse(full)->dns, expected);
    const std::string zone = "[[zone]]\nname = \"a.net\"\nrecords = [\"x\"]\n";
    EXPECT_EQ(parse(full + zone + "sign = false\n")->zones, parse(full + zone)->zones);
    EXPECT_FALSE(parse(full + zone)->zones.front().sign);
}

TEST_F(DnsSettings, are_all_read) {
    files.files["/etc/homeport/example.org.zone"] = "@ NS ns1\n";
    const auto relay = parse(kLeast + std::string(R"(workers = 2
addresses = ["127.0.0.1", "10.0.0.1", "2001:db8::1"]
ttl = "60s"
udp_bytes = 512
rate_limit = 0
catalog = "Catalog.example.net."
[[zone]]
name = "Example.NET."
records = ["@ NS ns1", "ns1 A 198.51.100.20",
  "www 60 A 198.51.100.21"]
[[zone]]
name = "example.org"
file = "example.org.zone"
sign = true
)"));
    ASSERT_THAT(testing::texts(relay), IsEmpty());
    Dns dns;
    dns.listen = {Endpoint::parse("0.0.0.0:53").value()};
    dns.workers = 2;
    dns.addresses = {IpAddress::parse("127.0.0.1").value(), IpAddress::parse("10.0.0.1").value(),
                     IpAddress::parse("2001:db8::1").value()};
    dns.ttl = 60s;
    dns.udp_bytes = 512;
    dns.rate_limit = 0;
    dns.catalog = "catalog.example.net";
    EXPECT_EQ(relay->dns, dns);
    const std::string text = "@ NS ns1\nns1 A 198.51.100.20\nwww 60 A 198.51.100.21\n";
    EXPECT_THAT(
        relay->zones,
        ElementsAre(
            ZoneSource{"example.net", "", text, {15, 15, 16}},
            ZoneSource{"example.org", "/etc/homeport/example.org.zone", "@ NS ns1\n", {}, true}));
}

// A fault of a zone's text is told with the line where somebody can mend it.
TEST(ZoneSource, knows_the_lines_of_its_text) {
    const ZoneSource listed{"a", "", "x\ny\n", {14, 16}};
    EXPECT_EQ(listed.line_in_source(1), 14U);
    EXPECT_EQ(listed.line_in_source(2), 16U);
    EXPECT_EQ(listed.line_in_source(3), 16U);
    EXPECT_EQ(listed.line_in_source(0), 14U);
    const ZoneSource from_file{"a", "f", "x\ny\n", {}};
    EXPECT_EQ(from_file.line_in_source(2), 2U);
}

TEST_F(DnsSettings, check_every_kind_of_value) {
    const auto one = [this](const std::string& line) {
        const auto found = problems_with(line + "\n");
        EXPECT_THAT(found, SizeIs(1)) << line;
        return found.empty() ? "" : found.front();
    };
    EXPECT_THAT(one("workers = 65"), HasSubstr("relay.toml:7: [dns] workers: 65 is out of range"));
    EXPECT_THAT(one("addresses = []"), HasSubstr("the list is empty"));
    EXPECT_THAT(one("addresses = [\"0.0.0.0\"]"), HasSubstr("is no address to connect to"));
    EXPECT_THAT(one("addresses = [\"a\"]"), HasSubstr("is not an IPv4 or IPv6"));
    EXPECT_THAT(one("addresses = [\"::1\", \"::1\"]"), HasSubstr("stands twice"));
    EXPECT_THAT(one("ttl = \"500ms\""), HasSubstr("allowed is 1s to 1h"));
    EXPECT_THAT(one("ttl = \"1500ms\""), HasSubstr(":7: [dns] ttl is no whole number of seconds"));
    EXPECT_THAT(one("udp_bytes = 511"), HasSubstr("allowed is 512 to 4096"));
    EXPECT_THAT(one("rate_limit = -1"), HasSubstr("-1 is out of range"));
    EXPECT_THAT(one("[[zone]]\nrecords = [\"x\"]"), HasSubstr(":7: [[zone]] name is missing"));
    for (const auto* name : {"", ".", "a b", "*.example.net", "a..b"}) {
        EXPECT_THAT(one("[[zone]]\nrecords = [\"x\"]\nname = \"" + std::string(name) + "\""),
                    HasSubstr(":9: [[zone]] name: "));
    }
    EXPECT_THAT(one("catalog = \"*.example.net\""), HasSubstr("is not the name of a domain"));
    EXPECT_THAT(one("[[zone]]\nname = \"a\"\nrecords = [\"x\"]\nsign = \"yes\""),
                HasSubstr(":10: [[zone]] sign: must be true or false, not a string (write for "
                          "example sign = false)"));
    EXPECT_THAT(one("[zone]\nname = \"a\""), HasSubstr("write [[zone]] with two brackets"));
    EXPECT_THAT(one("[front]\nhttp = [\"127.0.0.1:53\"]"), HasSubstr("is taken by [dns] listen"));
}

TEST_F(DnsSettings, want_one_text_for_a_zone) {
    const std::string zone = "[[zone]]\nname = \"example.net\"\n";
    EXPECT_THAT(problems_with(zone),
                ElementsAre(HasSubstr(":7: [[zone]] \"example.net\": neither file nor records")));
    files.files["/z"] = "text";
    EXPECT_THAT(problems_with(zone + "file = \"/z\"\nrecords = [\"x\"]\n"),
                ElementsAre(HasSubstr(":10: [[zone]] \"example.net\": both file and records")));
    EXPECT_THAT(problems_with(zone + "file = \"/none\"\n"),
                ElementsAre(HasSubstr(":9: [[zone]] file: /none is missing (check the path)")));
    files.files["/z"] = "";
    EXPECT_THAT(problems_with(zone + "file = \"/z\"\n"), ElementsAre(HasSubstr("/z is empty")));
    EXPECT_THAT(problems_with(zone + "records = []\n"), ElementsAre(HasSubstr("list is empty")));
    EXPECT_THAT(problems_with(zone + "records = [\"a\\nb\", \"\", \"a\\tA 1.2.3.4\", 5]\n"),
                ElementsAre(HasSubstr("\"a?b\" is not one line"), HasSubstr("\"\" is not one line"),
                            HasSubstr("must be a string")));
}

TEST_F(DnsSettings, find_a_zone_twice_and_zones_without_a_server) {
    const std::string zones =
        "[[zone]]\nname = \"a.net\"\nrecords = [\"x\"]\n[[zone]]\nname = \"A.net.\"\n"
        "records = [\"x\"]\n";
    EXPECT_THAT(problems_with(zones),
                ElementsAre(HasSubstr(":11: [[zone]] name \"a.net\" is taken in line 8")));
    std::string without = kLeast;
    without =
        without.substr(0, without.find("[dns]")) + "[[zone]]\nname = \"a\"\nrecords=[\"x\"]\n";
    EXPECT_THAT(testing::texts(parse(without)),
                ElementsAre(HasSubstr(":5: [[zone]] without [dns]")));
}

TEST_F(DnsSettings, give_the_catalog_a_name_of_its_own) {
    EXPECT_THAT(problems_with("catalog = \"A.net\"\n[[zone]]\nname = \"a.net\"\n"
                              "records = [\"x\"]\n"),
                ElementsAre(HasSubstr(":7: [dns] catalog \"a.net\" is the [[zone]] in line 9 ")));
}

TEST_F(DnsSettings, have_limits) {
    std::string many;
    for (std::size_t i = 0; i <= kMaxZones; ++i)
        many += "[[zone]]\nname = \"z" + std::to_string(i) + ".net\"\nrecords = [\"x\"]\n";
    EXPECT_THAT(problems_with(many), ElementsAre(HasSubstr("more than 1000 tables [[zone]]")));
    files.files["/z"] = std::string(kMaxZoneBytes, '\n');
    std::string large;
    for (int i = 0; i < 5; ++i)
        large += "[[zone]]\nname = \"z" + std::to_string(i) + ".net\"\nfile = \"/z\"\n";
    EXPECT_THAT(problems_with(large),
                ElementsAre(HasSubstr(":19: all zones up to here are longer than 256MiB")));
    std::string list = "[[zone]]\nname = \"z.net\"\nrecords = [\n";
    for (std::size_t i = 0; i <= kMaxZoneRecords; ++i) list += "\"x\",\n";
    EXPECT_THAT(problems_with(list + "]\n"), ElementsAre(HasSubstr("allowed are 10000")));
}

// Whoever writes it into the settings of an agent is told where it belongs.
TEST_F(DnsSettings, belong_to_a_relay) {
    const std::string agent = "[agent]\nstate_dir = \"/var/lib/homeport/agent\"\n";
    const auto found = testing::texts(
        parse_agent(agent + "[dns]\nlisten = [\"0.0.0.0:53\"]\n[[zone]]\n", "agent.toml", files));
    EXPECT_THAT(found, ElementsAre(HasSubstr(":3: unknown table \"dns\" (it belongs in the "),
                                   HasSubstr(":5: unknown table \"zone\" (it belongs in the ")));
}

}  // namespace
}  // namespace homeport::config
